package transforms_test

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/apd/v3"
	"pgregory.net/rapid"

	"tranche/transforms/oracle"
)

// TestTheModelsSayWhatTheSlowCalculationSays draws random programmes and random
// facts, and holds every credit, level, balance and payment against the oracle,
// to the cent and the point.
func TestTheModelsSayWhatTheSlowCalculationSays(t *testing.T) {
	s := tables(t, 2)
	if testing.Short() {
		fewer(t, 6)
	} else {
		fewer(t, 30)
	}
	rapid.Check(t, func(rt *rapid.T) {
		p := drawProgramme(rt)
		f := drawFacts(rt, p)
		workOut(rt, s, f, p)
		compare(rt, said(rt, s), oracle.Work(f, p).Say())
	})
}

func compare(t fataler, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	var lines []string
	for _, g := range got {
		if _, found := slices.BinarySearch(want, g); !found {
			lines = append(lines, "models: "+g)
		}
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			lines = append(lines, "oracle: "+w)
		}
	}
	t.Fatalf("%d and %d lines differ:\n%s", len(got), len(want), strings.Join(lines[:min(30, len(lines))], "\n"))
}

func dec(units int64, scale int32) apd.Decimal { return *apd.New(units, -scale) }

var firstDay = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// drawDay draws half of all days from a grid of ten, so that days meet the ends
// of windows, months and validities exactly.
func drawDay(t *rapid.T, name string, from, to int) time.Time {
	if rapid.Bool().Draw(t, name+" on the grid") {
		return firstDay.AddDate(0, 0, 10*rapid.IntRange(from/10, to/10).Draw(t, name))
	}
	return firstDay.AddDate(0, 0, rapid.IntRange(from, to).Draw(t, name))
}

var partnerIDs = []string{"P1", "P2", "P3", "P4", "P9"}

func drawFacts(t *rapid.T, p oracle.Programme) oracle.Facts {
	f := oracle.Facts{Through: firstDay.AddDate(0, rapid.IntRange(2, 10).Draw(t, "through"), 0),
		Products: []oracle.Product{{SKU: "A", Family: "platform", Basis: "licence"},
			{SKU: "B", Family: "storage", Basis: "licence"}, {SKU: "C", Family: "services", Basis: "service"}}}
	for i, id := range partnerIDs {
		f.Partners = append(f.Partners, drawPartner(t, id, i))
	}
	for d := -6; d < 330; d++ {
		day := firstDay.AddDate(0, 0, d)
		if day.Weekday() != time.Saturday && day.Weekday() != time.Sunday {
			f.Rates = append(f.Rates, oracle.Rate{Currency: "EUR", Date: day, Value: dec(int64(1_050_000_000+d*137_000), 9)},
				oracle.Rate{Currency: "JPY", Date: day, Value: dec(int64(6_790_000+d*1_300), 9)})
			if d%3 == 0 { // often too old at a month's end
				f.Rates = append(f.Rates, oracle.Rate{Currency: "KWD", Date: day, Value: dec(int64(3_250_000_000-d*70_000), 9)})
			}
		}
	}
	drawDeals(t, &f)
	drawCertifications(t, &f)
	for i := range rapid.IntRange(0, 5).Draw(t, "entries") {
		kind := rapid.SampledFrom([]string{"redemption", "bonus_points", "money_adjustment"}).Draw(t, "kind")
		e := oracle.Entry{ID: fmt.Sprint("E", i), Partner: rapid.SampledFrom(partnerIDs).Draw(t, "partner"), Kind: kind,
			Date:   drawDay(t, "day", 0, 300),
			Points: rapid.Int64Range(1, 80).Draw(t, "points"), Amount: dec(rapid.Int64Range(-20000, 20000).Draw(t, "amount"), 2)}
		f.Entries = append(f.Entries, e)
	}
	for i := range rapid.SampledFrom([]int{25, 8, 50, 2}).Draw(t, "sales") {
		f.Sales = append(f.Sales, drawSale(t, i, f.Sales))
	}
	drawLinks(t, &f)
	for i := range rapid.IntRange(0, 6).Draw(t, "activities") {
		f.Activities = append(f.Activities, oracle.Activity{ID: fmt.Sprint("W", i),
			Partner: rapid.SampledFrom(append(partnerIDs, "nobody")).Draw(t, "active partner"),
			Code:    rapid.SampledFrom([]string{"WORKSHOP", "LEAD"}).Draw(t, "activity"),
			Date:    drawDay(t, "done", -5, 300), Count: rapid.Int64Range(0, 4).Draw(t, "count")})
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "budgets") {
		b := oracle.Budget{ID: fmt.Sprint("B", i), Partner: rapid.SampledFrom(partnerIDs).Draw(t, "asks"),
			Points: rapid.Int64Range(1, 80).Draw(t, "points asked for"), Approved: drawDay(t, "approved on", 0, 200),
			Status: rapid.SampledFrom([]string{"approved", "approved", "requested", "refused"}).Draw(t, "answer")}
		if rapid.Bool().Draw(t, "is proved") {
			b.ProvedOn = drawDay(t, "proved on", 0, 300)
		}
		if rapid.Bool().Draw(t, "lapses") {
			b.Expires = drawDay(t, "asked until", 0, 300)
		}
		f.Budgets = append(f.Budgets, b)
	}
	for _, partner := range partnerIDs {
		for _, name := range []string{"distribution", "resell", "sell_with", "beta"} {
			for months := 0; months < 12; months += rapid.SampledFrom([]int{12, 6, 3}).Draw(t, "next target") {
				f.Targets = append(f.Targets, oracle.Target{Partner: partner, Incentive: name,
					Period: firstDay.AddDate(0, months, 0),
					Amount: dec(rapid.SampledFrom([]int64{0, 1, 99999, 12345678}).Draw(t, "target amount"), 2)})
			}
		}
	}
	return f
}

// drawLinks joins some lines to deals, D3 being one that nobody claims.
func drawLinks(t *rapid.T, f *oracle.Facts) {
	seen := map[oracle.Link]bool{}
	for range rapid.SampledFrom([]int{2, 0, 6}).Draw(t, "links") {
		s := rapid.SampledFrom(f.Sales).Draw(t, "linked line")
		l := oracle.Link{Distributor: s.Distributor, Document: s.Document, Line: s.Line}
		if seen[l] {
			continue
		}
		seen[l] = true
		l.Deal = rapid.SampledFrom([]string{"D1", "D2", "D3"}).Draw(t, "linked deal")
		f.Links = append(f.Links, l)
	}
}

func drawPartner(t *rapid.T, id string, i int) oracle.Partner {
	p := oracle.Partner{ID: id, Active: rapid.IntRange(0, 9).Draw(t, "active") > 0,
		Currency: rapid.SampledFrom([]string{"USD", "EUR", "JPY", "KWD", "CLF"}).Draw(t, "own currency")}
	if p.Active && rapid.IntRange(0, 4).Draw(t, "leaves") == 0 {
		p.Left = drawDay(t, "left", 0, 300)
	}
	if rapid.IntRange(0, 4).Draw(t, "type") == 0 {
		p.Type = "csp"
	}
	if i > 0 && rapid.IntRange(0, 2).Draw(t, "in a group") == 0 {
		p.Parent = partnerIDs[0]
	}
	p.Country = rapid.SampledFrom([]string{"", "FR", "US"}).Draw(t, "country")
	module := []string{"resell", "resell", "resell", "sell_with", "distribution"}[i]
	h := oracle.Holding{Module: module, From: drawDay(t, "held from", -30, 40)}
	if rapid.IntRange(0, 4).Draw(t, "held to") == 0 {
		h.To = h.From.AddDate(0, 0, rapid.IntRange(0, 200).Draw(t, "days held"))
	}
	p.Modules = append(p.Modules, h)
	if i < 3 {
		p.Modules = append(p.Modules, oracle.Holding{Module: "sell_with", From: firstDay})
	}
	p.Levels = []oracle.Given{{Level: rapid.SampledFrom([]string{"ready", "advanced", "premier"}).Draw(t, "level"),
		From: drawDay(t, "level from", -40, 60)}}
	if rapid.Bool().Draw(t, "second level") {
		p.Levels = append(p.Levels, oracle.Given{Level: rapid.SampledFrom([]string{"ready", "premier"}).Draw(t, "level 2"),
			From: p.Levels[0].From.AddDate(0, 0, rapid.IntRange(1, 150).Draw(t, "after"))})
	}
	for range rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "agreements") {
		from := drawDay(t, "agreed from", 0, 200)
		p.Agreements = append(p.Agreements, oracle.Holding{Module: day(firstDay), From: from,
			To: from.AddDate(0, 0, rapid.IntRange(0, 150).Draw(t, "agreed days"))})
	}
	return p
}

func drawDeals(t *rapid.T, f *oracle.Facts) {
	seen := map[string]bool{}
	for range rapid.SampledFrom([]int{8, 4, 16, 0}).Draw(t, "claims") {
		c := oracle.Claim{Deal: rapid.SampledFrom([]string{"D1", "D2"}).Draw(t, "deal"),
			Partner:    rapid.SampledFrom(partnerIDs[:4]).Draw(t, "claimant"),
			Role:       rapid.SampledFrom([]string{"sourced", "influenced", "delivered", "hoped"}).Draw(t, "role"),
			Registered: drawDay(t, "registered", -20, 120),
			Approved:   rapid.IntRange(0, 4).Draw(t, "approved") > 0}
		if rapid.IntRange(0, 3).Draw(t, "expires") == 0 {
			c.Expires = c.Registered.AddDate(0, 0, 10*rapid.IntRange(0, 9).Draw(t, "for days"))
		}
		if key := c.Deal + c.Partner + c.Role; !seen[key] {
			seen[key] = true
			f.Claims = append(f.Claims, c)
		}
	}
}

func drawCertifications(t *rapid.T, f *oracle.Facts) {
	seen := map[string]bool{}
	for range rapid.IntRange(0, 12).Draw(t, "certifications") {
		c := oracle.Certification{Partner: rapid.SampledFrom(partnerIDs).Draw(t, "for"),
			Person:  rapid.SampledFrom([]string{"anna", "bert", "cleo"}).Draw(t, "person"),
			Code:    rapid.SampledFrom([]string{"A1", "A2", "S1", "ZZ"}).Draw(t, "code"),
			Awarded: drawDay(t, "awarded", -60, 200)}
		if rapid.IntRange(0, 3).Draw(t, "lapses") > 0 {
			c.Expires = c.Awarded.AddDate(0, 0, 10*rapid.IntRange(0, 15).Draw(t, "valid days"))
		}
		if key := c.Person + c.Code + c.Awarded.String(); !seen[key] {
			seen[key] = true
			f.Certifications = append(f.Certifications, c)
		}
	}
}

func drawSale(t *rapid.T, i int, before []oracle.Sale) oracle.Sale {
	s := oracle.Sale{Distributor: rapid.SampledFrom([]string{"P9", "OTHER"}).Draw(t, "distributor"),
		Document: fmt.Sprint("N", i/2), Line: int64(i%2 + 1),
		Date: drawDay(t, "date", -5, 300), Buyer: rapid.SampledFrom(partnerIDs[:4]).Draw(t, "buyer"),
		SKU:      rapid.SampledFrom([]string{"A", "A", "B", "C"}).Draw(t, "sku"),
		Currency: rapid.SampledFrom([]string{"USD", "USD", "EUR"}).Draw(t, "currency"),
		Deal:     rapid.SampledFrom([]string{"", "D1", "D2", "D3"}).Draw(t, "deal"),
		Net: dec(rapid.SampledFrom([]int64{1, 99999, 2500000, 2499999, 2500001, 12345678}).Draw(t, "size")*rapid.Int64Range(1,
			3).Draw(t, "times"), 2),
		Quantity: rapid.Int64Range(0, 5).Draw(t, "quantity")}
	if s.Distributor == "P9" {
		s.DistributorPartner = "P9"
	}
	s.Contract = rapid.SampledFrom([]string{"", "new", "renewal"}).Draw(t, "contract")
	s.Term = rapid.SampledFrom([]int64{0, 1, 7, 12, 36}).Draw(t, "term")
	if rapid.IntRange(0, 3).Draw(t, "says the year") == 0 {
		annual := dec(rapid.Int64Range(0, 9_999_999).Draw(t, "annual"), 2)
		s.Annual = &annual
	}
	if rapid.IntRange(0, 3).Draw(t, "sort") > 0 {
		return s
	}
	s.Return = true
	if len(before) > 0 && rapid.Bool().Draw(t, "names its line") {
		o := before[rapid.IntRange(0, len(before)-1).Draw(t, "origin")]
		if !o.Return {
			day, doc, line := s.Date, s.Document, s.Line
			s = o
			s.Return, s.Date, s.Document, s.Line, s.ReturnsDocument, s.ReturnsLine = true, day, doc, line, o.Document, o.Line
			if rapid.Bool().Draw(t, "names no deal") {
				s.Deal = ""
			}
			if rapid.Bool().Draw(t, "in part") {
				s.Net, s.Quantity = dec(1, 2), min(s.Quantity, 1)
			}
		}
	}
	s.Net.Negative = true
	return s
}

// long leaves a test to make test-all.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("make test-all runs it")
	}
}

// fewer draws so many worlds only, where each is worked out more than once.
func fewer(t *testing.T, worlds int) {
	t.Helper()
	checks := flag.Lookup("rapid.checks").Value.String()
	if checks != flag.Lookup("rapid.checks").DefValue {
		return // somebody asked for a number
	}
	if err := flag.Set("rapid.checks", strconv.Itoa(worlds)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set("rapid.checks", checks) })
}

// TestTheLevelOfTheNextMonthIsTheOneItThenHas works a world out for a month and
// for the one after it. Both must say the same of the level in between.
func TestTheLevelOfTheNextMonthIsTheOneItThenHas(t *testing.T) {
	long(t)
	s := tables(t, 2)
	fewer(t, 6)
	rapid.Check(t, func(rt *rapid.T) {
		p := drawProgramme(rt)
		f := drawFacts(rt, p)
		last := p.Versions[0].From
		f.Through = time.Date(last.Year(), last.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0,
			rapid.IntRange(0, 8).Draw(rt, "months"), 0)
		if d := p.Versions[0].From; f.Through.AddDate(0, 1, -1).Before(d) {
			rt.Skip("before the programme")
		}
		workOut(rt, s, f, p)
		next := ask(rt, s,
			"select partner_id || ' ' || level_next as said from mart.partner_levels where month = "+date(
				f.Through)+" order by said")
		month := f.Through.AddDate(0, 1, 0)
		f.Through = month
		workOut(rt, s, f, p)
		held := ask(rt, s, "select partner_id || ' ' || h.level as said from intermediate.levels_held as h join "+
			"rules.versions as v on v.levels_computed = h.is_computed "+
			"and v.from_date <= "+date(month.AddDate(0, 0, -1))+" and "+date(month.AddDate(0, 0,
			-1))+" < v.to_date where h.from_date <= "+date(month)+" and "+date(month)+" < h.to_date order by said")
		compare(rt, next, held)
	})
}
