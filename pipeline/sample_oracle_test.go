package pipeline_test

import (
	"encoding/csv"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/apd/v3"
	"golang.org/x/text/encoding/charmap"

	"tranche/fixtures"
	"tranche/fixtures/machine"
	"tranche/transforms/oracle"
)

// TestTheSampleComesToWhatTheSlowCalculationSays reads the sample exports a
// second time, by hand as it were, works them out slowly, and compares every
// credit, level, balance and payment with the published marts.
func TestTheSampleComesToWhatTheSlowCalculationSays(t *testing.T) {
	want := oracle.Work(sampleFacts(t), sampleProgramme()).Say()
	// The positions under method document are not published; the sample uses none.
	got := sampleWorld(t).said(t)
	if len(got) < 2000 || !slices.Equal(got, want) {
		t.Errorf("%d and %d lines; %s", len(got), len(want), firstDifference(got, want))
	}
}

// table reads one sample file as its own sender writes it.
func table(t *testing.T, name string, comma rune, skip int) [][]string {
	t.Helper()
	inbox, err := fixtures.Inbox()
	if err != nil {
		t.Fatal(err)
	}
	data, err := fs.ReadFile(inbox, name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	if strings.HasPrefix(name, "NW_") {
		if text, err = charmap.Windows1252.NewDecoder().String(text); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.SplitAfter(text, "\n")[skip:]
	r := csv.NewReader(strings.NewReader(strings.Join(lines, "")))
	r.Comma, r.FieldsPerRecord = comma, -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(name, err)
	}
	return rows[1:]
}

func on(t *testing.T, layout, text string) time.Time {
	t.Helper()
	if text == "" {
		return time.Time{}
	}
	d, err := time.Parse(layout, text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func number(t *testing.T, text string) apd.Decimal {
	t.Helper()
	d, _, err := apd.NewFromString(text)
	if err != nil {
		t.Fatal(text, err)
	}
	return *d
}

func sampleFacts(t *testing.T) oracle.Facts {
	f := oracle.Facts{Through: time.Date(2024, 8, 1, 0, 0, 0, 0, time.UTC)}
	buyers := map[string]string{}
	for _, r := range table(t, "partners.csv", ',', 0) {
		p := oracle.Partner{ID: r[0], Currency: r[5], Type: r[10], Active: r[11] == "active"}
		for item := range strings.SplitSeq(r[8], "|") {
			p.Modules = append(
				p.Modules,
				oracle.Holding{Module: strings.Fields(item)[0], From: on(t, time.DateOnly, strings.Fields(item)[1])},
			)
		}
		p.Levels = []oracle.Given{{Level: strings.Fields(r[9])[0], From: on(t, time.DateOnly, strings.Fields(r[9])[1])}}
		for alias := range strings.SplitSeq(r[2], "|") {
			buyers[alias] = r[0]
		}
		f.Partners = append(f.Partners, p)
	}
	for _, r := range table(t, "products.csv", ',', 0) {
		f.Products = append(f.Products, oracle.Product{SKU: r[0], Family: r[2], Basis: r[3]})
	}
	for _, r := range table(t, "rates_2024.csv", ',', 0) {
		f.Rates = append(f.Rates, oracle.Rate{Currency: r[1], Date: on(t, time.DateOnly, r[0]), Value: number(t, r[2])})
	}
	for _, r := range table(t, "deals_2024.csv", ',', 0) {
		f.Claims = append(
			f.Claims,
			oracle.Claim{
				Deal:       r[0],
				Partner:    r[1],
				Role:       r[2],
				Registered: on(t, time.DateOnly, r[3]),
				Expires:    on(t, time.DateOnly, r[5]),
				Approved:   r[6] == "approved",
			},
		)
	}
	for _, r := range table(t, "certs_2024-08.csv", ';', 0) {
		if r[5] == "PASS" {
			f.Certifications = append(
				f.Certifications,
				oracle.Certification{
					Partner: r[0],
					Person:  r[1],
					Code:    r[2],
					Awarded: on(t, "02/01/2006", r[3]),
					Expires: on(t, "02/01/2006", r[4]),
				},
			)
		}
	}
	for _, r := range table(t, "entries_2024.csv", ',', 0) {
		e := oracle.Entry{ID: r[0], Partner: r[1], Date: on(t, time.DateOnly, r[2]), Kind: r[3]}
		if r[4] != "" {
			e.Amount = number(t, r[4])
		}
		e.Points, _ = strconv.ParseInt(r[5], 10, 64)
		f.Entries = append(f.Entries, e)
	}
	f.Sales = sampleSales(t, buyers)
	return f
}

// sampleSales reads the three distributors. A line seen again replaces the one
// before it; what the sample says is unknown or unreadable is left out.
func sampleSales(t *testing.T, buyers map[string]string) []oracle.Sale {
	byKey := map[string]oracle.Sale{}
	add := func(s oracle.Sale, code string) {
		if s.Buyer = buyers[s.Distributor+"="+code]; s.Buyer != "" {
			byKey[s.Distributor+s.Document+"/"+strconv.FormatInt(s.Line, 10)] = s
		}
	}
	whole := func(text string) int64 {
		n, _ := strconv.ParseInt(text, 10, 64)
		return n
	}
	units := func(text string) int64 { return whole(strings.Trim(text, "-")) }
	for _, name := range []string{
		"NW_2024-05.csv", "NW_2024-06.csv", "NW_2024-06_corrections.csv", "NW_2024-07.csv", "NW_2024-08.csv",
	} {
		for _, r := range table(t, name, ';', 0) {
			amount := strings.NewReplacer(".", "", ",", ".").Replace(r[8])
			if strings.Contains(amount, "O") {
				continue
			}
			if back, ok := strings.CutSuffix(amount, "-"); ok {
				amount = "-" + back
			}
			add(oracle.Sale{
				Distributor: "NORDWIND", DistributorPartner: "P1009", Document: r[0], Line: whole(r[1]),
				Return: r[2] == "GS", Quantity: units(r[7]), Date: on(t, "02.01.2006", r[3]), SKU: r[6], Currency: "EUR",
				Net: number(t, amount), Deal: r[9], ReturnsDocument: r[10], ReturnsLine: whole(r[11]),
			}, r[4])
		}
	}
	for _, name := range []string{"lumiere_202405.csv", "lumiere_202406.csv", "lumiere_202407.csv", "lumiere_202408.csv"} {
		for _, r := range table(t, name, ';', 3) {
			if !strings.HasPrefix(r[0], "F") {
				continue
			}
			net := number(t, strings.NewReplacer("\u00a0", "", ",", ".").Replace(r[7]))
			add(oracle.Sale{
				Distributor: "LUMIERE", Document: r[0], Line: whole(r[1]), Return: net.Negative, Quantity: units(r[6]),
				Date: on(t, "02/01/2006", r[2]), SKU: r[5], Currency: "EUR", Net: net, Deal: r[8], ReturnsDocument: r[9],
				ReturnsLine: whole(r[10]),
			}, r[3])
		}
	}
	for _, name := range []string{
		"HTD_867_0524.csv", "HTD_867_0624.csv", "HTD_867_0724.csv", "HTD_867_0724_part2.csv", "HTD_867_0824.csv",
	} {
		for _, r := range table(t, name, ',', 0) {
			price, quantity := number(t, strings.ReplaceAll(r[8], ",", "")), number(t, r[7])
			var net apd.Decimal
			if _, err := apd.BaseContext.WithPrecision(40).Mul(&net, &price, &quantity); err != nil {
				t.Fatal(err)
			}
			net.Negative = r[2] == "Credit Memo"
			add(oracle.Sale{
				Distributor: "HARBOR", Document: r[0], Line: whole(r[1]), Return: net.Negative, Quantity: units(r[7]),
				Date: on(t, "01/02/2006", r[3]), SKU: r[6], Currency: r[9], Net: net, Deal: r[10], ReturnsDocument: r[11],
				ReturnsLine: whole(r[12]),
			}, r[4])
		}
	}
	var out []oracle.Sale
	for _, s := range byKey {
		out = append(out, s)
	}
	return out
}

// sampleProgramme is config.yaml's, written out again.
func sampleProgramme() oracle.Programme {
	number := func(text string) apd.Decimal {
		d, _, err := apd.NewFromString(text)
		if err != nil {
			panic(err)
		}
		return *d
	}
	module := func(name, credits, method, width string, rates map[string]string) oracle.Incentive {
		m := oracle.Incentive{Name: name, Credits: credits, Module: name, Basis: []string{"licence"}, Method: method,
			Period: "year"}
		for level, list := range rates {
			w := number(width)
			s := oracle.Schedule{Level: level, Width: &w}
			for rate := range strings.FieldsSeq(list) {
				s.Rates = append(s.Rates, number("0."+rate))
			}
			m.Schedules = append(m.Schedules, s)
		}
		return m
	}
	wholesale := map[string]string{"ready": "01 015", "advanced": "0125 0175", "premier": "015 02 025"}
	resale := map[string]string{"ready": "04 05 06", "advanced": "05 06 07", "premier": "06 075 09"}
	more := map[string]string{"ready": "04 05 06 07", "advanced": "05 06 07 08", "premier": "06 075 09 10"}
	sellWith := oracle.Incentive{Name: "sell_with", Credits: "claims", Module: "sell_with", Basis: []string{"licence"},
		Method: "marginal", Period: "year", Deals: oracle.Deals{WindowDays: 180, Rescale: true,
			Weights: map[string]int64{"sourced": 50, "influenced": 30, "delivered": 20}}}
	v := oracle.Version{
		From: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC),
		Incentives: []oracle.Incentive{
			module("distribution", "distributor", "volume", "250000", wholesale),
			module("resell", "buyer", "volume", "25000", resale),
			sellWith,
		},
		Points: oracle.Points{
			StatusMonths: 12, ExpireMonths: 24,
			ByAmount: map[string]oracle.PointRate{
				"resell":       {Points: 1, Per: number("250")},
				"distribution": {Points: 1, Per: number("2500")},
				"sell_with":    {Points: 2, Per: number("250")},
			},
			Certifications: map[string]oracle.CertificationPoints{
				"LK-ADM-1": {Category: "technical", Points: 40},
				"LK-ADM-2": {Category: "technical", Points: 80},
				"LK-DEV-1": {Category: "technical", Points: 60},
				"LK-SAL-1": {Category: "sales", Points: 20},
				"LK-SAL-2": {Category: "sales", Points: 30},
			},
			PersonCap: 150, CategoryCaps: map[string]int64{"technical": 900, "sales": 200},
		},
		Levels: oracle.Levels{
			Computed: true, ReviewMonth: 12, GraceMonths: 3,
			Requirements: []oracle.Requirement{{Level: "ready"},
				{Level: "advanced", Points: 500, Certifications: 3, Minimums: map[string]int64{"technical": 80}},
				{Level: "premier", Points: 1500, Certifications: 6, Minimums: map[string]int64{"technical": 240, "sales": 40}}},
		},
		Admissions: map[string]time.Time{"csp": time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)},
	}
	second := v
	second.From = time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)
	second.Incentives = []oracle.Incentive{
		module("distribution", "distributor", "marginal", "250000", wholesale),
		module("resell", "buyer", "marginal", "25000", more),
		sellWith,
	}
	versions := []oracle.Version{v, second}
	return oracle.Programme{Currency: "USD", YearStarts: 1, FXMaxAge: 5, MinPayable: number("50"), Versions: versions}
}

func TestTheSampleIsWhatItsGeneratorMakes(t *testing.T) {
	machine.Works(t, "go", "version")
	dir := t.TempDir()
	goRun(t, dir)
	for _, pattern := range []string{"arrivals.txt", "inbox/*"} {
		made, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(made) == 0 {
			t.Fatal("nothing was made", err)
		}
		for _, path := range made {
			rel, _ := filepath.Rel(dir, path)
			got, _ := os.ReadFile(path)
			kept, err := os.ReadFile(filepath.Join("..", "fixtures", "sample", rel))
			if err != nil || string(got) != string(kept) {
				t.Errorf("%s is not what the generator makes; run go generate ./fixtures (%v)", rel, err)
			}
		}
	}
}
