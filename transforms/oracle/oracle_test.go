package oracle

import (
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/apd/v3"
)

func dec(s string) apd.Decimal {
	d, _, err := apd.NewFromString(s)
	must("read "+s, err)
	return *d
}

func decs(list string) []apd.Decimal {
	var out []apd.Decimal
	for _, s := range strings.Fields(list) {
		out = append(out, dec(s))
	}
	return out
}

func same(t *testing.T, what string, got apd.Decimal, want string) {
	t.Helper()
	if w := dec(want); got.Cmp(&w) != 0 {
		t.Errorf("%s: got %s, want %s", what, got.Text('f'), want)
	}
}

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	must("read "+s, err)
	return d
}

// programme has one version, from 2026, under which resell earns 5, 6 and 7 % by
// tranches of 25,000.
func programme(method string) Programme {
	width := dec("25000")
	return Programme{
		Currency:   "USD",
		YearStarts: 1,
		FXMaxAge:   7,
		Versions: []Version{{
			From: day("2026-01-01"),
			Incentives: []Incentive{{
				Name: "resell", Credits: "buyer", Module: "resell", Basis: []string{"licence"},
				Method: method,
				Period: "year",
				Schedules: []Schedule{
					{Level: "ready", Width: &width, Rates: decs("0.05 0.06 0.07")},
				},
			}},
			Points: Points{
				StatusMonths: 12,
				ByAmount:     map[string]PointRate{"resell": {Points: 1, Per: dec("1000")}},
			},
		}},
	}
}

func partner(id string, modules ...string) Partner {
	p := Partner{ID: id, Active: true, Levels: []Given{{"ready", day("2026-01-01")}}}
	for _, m := range modules {
		p.Modules = append(p.Modules, Holding{Module: m, From: day("2020-01-01")})
	}
	return p
}

func sale(document, on, net string) Sale {
	return Sale{
		Distributor: "D", Document: document, Line: 1, Return: net[0] == '-', Date: day(on),
		Buyer: "R", SKU: "S", Currency: "USD", Net: dec(net),
	}
}

func facts(sales ...Sale) Facts {
	return Facts{
		Partners: []Partner{partner("R", "resell")},
		Products: []Product{{SKU: "S", Basis: "licence"}},
		Sales:    sales,
		Through:  day("2026-12-01"),
	}
}

func checkEarned(t *testing.T, r Result, want ...string) {
	t.Helper()
	if len(r.Credits) != len(want) {
		t.Fatalf("got %d credits, want %d", len(r.Credits), len(want))
	}
	for i, c := range r.Credits {
		same(t, c.Document+" of "+c.Partner, c.Earned, want[i])
	}
}

func TestHalfGoesAwayFromZero(t *testing.T) {
	for in, want := range map[string]string{
		"0.005": "0.01", "-0.005": "-0.01", "0.0049": "0", "-0.0049": "0", "2.675": "2.68",
	} {
		same(t, in, cents(dec(in)), want)
	}
	for in, want := range map[string]int64{"9": 0, "-1": -1, "-10": -1, "-11": -2, "10": 1} {
		if got := floorQuo(dec(in), dec("10")); got != want {
			t.Errorf("floor of %s tenths: got %d, want %d", in, got, want)
		}
	}
}

func TestWorkedExample(t *testing.T) {
	for method, want := range map[string][]string{
		"marginal": {"1000.00", "550.00", "-550.00"},
		"volume":   {"1000.00", "800.00", "-800.00"},
		"block":    {"0.00", "1250.00", "-1250.00"},
		"document": {"1000.00", "500.00", "-500.00"},
	} {
		t.Run(method, func(t *testing.T) {
			checkEarned(t, Work(facts(
				sale("A", "2026-01-05", "20000"),
				sale("B", "2026-01-06", "10000"),
				sale("C", "2026-02-01", "-10000"),
			), programme(method)), want...)
		})
	}
}

func TestBoundBelongsToTheUpperTranche(t *testing.T) {
	sales := []Sale{sale("A", "2026-01-05", "24999.99"), sale("B", "2026-01-06", "0.01")}
	checkEarned(t, Work(facts(sales...), programme("volume")), "1250.00", "250.00")
	checkEarned(t, Work(facts(sales...), programme("marginal")), "1250.00", "0.00")
	checkEarned(t, Work(facts(sales...), programme("block")), "0.00", "1250.00")
}

func TestReturnUnwindsTwoTranches(t *testing.T) {
	r := Work(facts(
		sale("A", "2026-01-05", "60000.50"),
		sale("B", "2026-02-05", "-45000.50"),
		sale("C", "2026-03-05", "-20000"),
	), programme("marginal"))
	// 60,000.50 is 1,250 + 1,500 + 700.035; down to 15,000 leaves 750; down to
	// -5,000 owes 250 at the first rate.
	checkEarned(t, r, "3450.04", "-2700.04", "-1000.00")
	for i, want := range []int64{60, -45, -20} {
		if r.Credits[i].Points != want {
			t.Errorf("points of %s: got %d, want %d", r.Credits[i].Document, r.Credits[i].Points, want)
		}
	}
	same(t, "position", r.Credits[2].High, "-5000")
}

func TestNamedReturnTakesTheTermsOfItsLine(t *testing.T) {
	back := sale("B", "2027-01-05", "-30000")
	back.ReturnsDocument, back.ReturnsLine = "A", 1
	f := facts(sale("A", "2026-12-05", "30000"), back)
	f.Through = day("2027-01-01")
	r := Work(f, programme("marginal"))
	checkEarned(t, r, "1550.00", "-1550.00")
	same(t, "position", r.Credits[1].High, "0")
	last := r.Pays[len(r.Pays)-1]
	same(t, "carried", last.CarriedOut, "-1550")
}

func TestThreeInfluencersOnACent(t *testing.T) {
	p := programme("marginal")
	p.UnnamedReturns = "own_day"
	p.Versions[0].Incentives = append(p.Versions[0].Incentives, Incentive{
		Name: "sell_with", Credits: "claims", Module: "sell_with", Basis: []string{"licence"},
		Method: "marginal", Period: "year",
		Deals: Deals{WindowDays: 90, Rescale: true, Weights: map[string]int64{"influenced": 30, "sourced": 70}},
	})
	f := facts()
	for _, id := range []string{"Z", "Y", "X"} {
		f.Partners = append(f.Partners, partner(id, "sell_with"))
		f.Claims = append(f.Claims, Claim{
			Deal: "1", Partner: id, Role: "influenced", Registered: day("2026-01-01"), Approved: true,
		})
	}
	for net, want := range map[string][]string{
		"0.01":  {"R 0.01", "X 0.01"},
		"-0.01": {"R -0.01", "X -0.01"},
		"0.02":  {"R 0.02", "X 0.01", "Y 0.01"},
		"10.00": {"R 10.00", "X 3.34", "Y 3.33", "Z 3.33"},
	} {
		s := sale("A", "2026-01-05", net)
		s.Deal = "1"
		f.Sales = []Sale{s}
		checkBases(t, Work(f, p), want...)
	}
	// Without rescaling 0.30 of 1.00 is theirs, and the rest no one's.
	p.Versions[0].Incentives[1].Deals.Rescale = false
	f.Sales = []Sale{sale("A", "2026-01-05", "1.00")}
	f.Sales[0].Deal = "1"
	checkBases(t, Work(f, p), "R 1.00", "X 0.10", "Y 0.10", "Z 0.10")
}

func checkBases(t *testing.T, r Result, want ...string) {
	t.Helper()
	var got []string
	for _, c := range r.Credits {
		got = append(got, c.Partner+" "+c.Base.Text('f'))
	}
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCapAndCarry(t *testing.T) {
	p := programme("marginal")
	limit := dec("1200")
	p.Versions[0].Incentives[0].Cap = &limit
	p.MinPayable = dec("1100")
	r := Work(facts(
		sale("A", "2026-01-05", "20000"),
		sale("B", "2026-02-05", "10000"),
		sale("C", "2026-03-05", "-10000"),
	), p)
	checkEarned(t, r, "1000", "200", "-200")
	for i, want := range []string{"0 1000", "1200 0", "0 -200"} {
		paid, carried, _ := strings.Cut(want, " ")
		same(t, "payable", r.Pays[i].Payable, paid)
		same(t, "carried", r.Pays[i].CarriedOut, carried)
	}
}

func TestOldestPointsAreSpentFirst(t *testing.T) {
	p := programme("marginal")
	p.Versions[0].Points.ExpireMonths = 3
	f := facts(sale("A", "2026-01-31", "10000"), sale("B", "2026-02-10", "5000"))
	f.Entries = []Entry{{Partner: "R", Kind: redemption, Date: day("2026-03-05"), Points: 4}}
	r := Work(f, p)
	// Of the ten of January six lapse on 30 April, the five of February on 10 May.
	for i, want := range []int64{10, 15, 11, 5, 0, 0} {
		if got := r.Balances[i].Spendable; got != want {
			t.Errorf("month %d: got %d spendable, want %d", i+1, got, want)
		}
		if got, want := r.Balances[i].Status, int64(min(10+5*i, 15)); got != want {
			t.Errorf("month %d: got %d status, want %d", i+1, got, want)
		}
	}
}

func TestCertificatesAreCappedAndRaiseTheLevel(t *testing.T) {
	p := programme("marginal")
	v := &p.Versions[0]
	v.Points.PersonCap = 15
	v.Points.Certifications = map[string]CertificationPoints{
		"a": {"sales", 10}, "b": {"tech", 10}, "c": {"tech", 10},
	}
	v.Points.CategoryCaps = map[string]int64{"tech": 12}
	v.Levels = Levels{Computed: true, ReviewMonth: 6, GraceMonths: 2, Requirements: []Requirement{
		{Level: "ready"},
		{Level: "advanced", Points: 20, Certifications: 3, Minimums: map[string]int64{"tech": 12}},
	}}
	f := facts()
	f.Certifications = []Certification{
		{Days{}, "R", "ann", "a", day("2025-06-01"), day("2026-01-15")},
		{Days{}, "R", "ann", "a", day("2026-01-10"), day("2026-05-15")}, // a renewal
		{Days{}, "R", "ann", "b", day("2026-02-01"), time.Time{}},       // 5 by the cap of the person
		{Days{}, "R", "bob", "c", day("2026-03-31"), time.Time{}},       // 7 by the cap of the category
	}
	r := Work(f, p)
	status := []int64{10, 15, 22, 22, 12, 12, 12}
	levels := strings.Fields("ready ready ready advanced advanced advanced ready")
	for i := range status {
		if got := r.Balances[i].Status; got != status[i] {
			t.Errorf("month %d: got status %d, want %d", i+1, got, status[i])
		}
		// In June both month-ends looked at miss, so July is lower.
		if want := levels[i]; r.Levels[i].Level != want {
			t.Errorf("month %d: got %s, want %s", i+1, r.Levels[i].Level, want)
		}
	}
}
