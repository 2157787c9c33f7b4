package transforms_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/apd/v3"

	"tranche/transforms/oracle"
)

// plan is a programme with one reseller schedule: 5, 6 and 7 % by 25,000.
func plan(method string) oracle.Programme {
	width := dec(2_500_000, 2)
	return oracle.Programme{Currency: "USD", YearStarts: 1, FXMaxAge: 5, Versions: []oracle.Version{{
		From: firstDay,
		Modules: map[string]oracle.Module{"resell": {Method: method, Period: "year", Schedules: []oracle.Schedule{
			{Level: "ready", Width: &width, Rates: []apd.Decimal{dec(50_000, 6), dec(60_000, 6), dec(70_000, 6)}}}}},
		Points: oracle.Points{StatusMonths: 12}, Levels: oracle.Levels{Computed: true, ReviewMonth: 12, GraceMonths: 3, Requirements: []oracle.Requirement{{Level: "ready"}}},
	}}}
}

// bought is one reseller that buys, and with a minus gives back, so many cents in
// documents of their own, day after day.
func bought(cents ...int64) oracle.Facts {
	f := oracle.Facts{Through: firstDay.AddDate(0, 1, 0), Products: []oracle.Product{{SKU: "A", Family: "platform", Licence: true}},
		Partners: []oracle.Partner{{ID: "P1", Active: true, Currency: "USD", Modules: []oracle.Holding{{Module: "resell", From: firstDay}},
			Levels: []oracle.Given{{Level: "ready", From: firstDay}}}}}
	for i, c := range cents {
		f.Sales = append(f.Sales, oracle.Sale{Distributor: "D", Document: fmt.Sprintf("N%02d", i+1), Line: 1, Date: firstDay.AddDate(0, 0, i), Buyer: "P1", SKU: "A",
			Currency: "USD", Net: dec(c, 2), Return: c < 0})
	}
	return f
}

// TestFiguresWorkedOutByHand holds models and oracle against figures from the
// written rules and from paper.
func TestFiguresWorkedOutByHand(t *testing.T) {
	s := tables(t, 2)
	for _, c := range []struct {
		sentence, method string
		cents            []int64
		earned           string
	}{
		{"the worked example, tranche by tranche", "marginal", []int64{2_000_000, 1_000_000, -1_000_000}, "1000.00 550.00 -550.00"},
		{"the worked example, on the whole volume", "volume", []int64{2_000_000, 1_000_000, -1_000_000}, "1000.00 800.00 -800.00"},
		{"the worked example, full tranches only", "block", []int64{2_000_000, 1_000_000, -1_000_000}, "0.00 1250.00 -1250.00"},
		{"the worked example, document by document", "document", []int64{2_000_000, 1_000_000, -1_000_000}, "1000.00 500.00 -500.00"},
		{"exactly on a bound", "marginal", []int64{2_500_000, 100}, "1250.00 0.06"},
		{"a cent below a bound, then over it", "marginal", []int64{2_499_999, 2}, "1250.00 0.00"},
		{"a cent above a bound", "marginal", []int64{2_500_001}, "1250.00"},
		{"a value on a bound has reached the upper rate", "volume", []int64{2_499_999, 1, 100}, "1250.00 250.00 0.06"},
		{"on a bound a block is full", "block", []int64{2_499_999, 1}, "0.00 1250.00"},
		{"one line over five tranches, the last rate going on", "marginal", []int64{11_000_000}, "6950.00"},
		{"a return that unwinds two tranches", "marginal", []int64{6_000_000, -4_000_000}, "3450.00 -2450.00"},
		{"a negative year earns at the first rate", "marginal", []int64{-1_000_000, 2_000_000}, "-500.00 1000.00"},
		{"a negative year under volume", "volume", []int64{-1_000_000, 3_600_000}, "-500.00 2060.00"},
		{"halves are rounded away from zero, and only once a tranche", "marginal", []int64{10, 10, 10}, "0.01 0.00 0.01"},
		{"three lines that fill a tranche earn exactly what it pays", "marginal", []int64{833_333, 833_333, 833_334}, "416.67 416.66 416.67"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			f, p := bought(c.cents...), plan(c.method)
			workOut(t, s, f, p)
			got := said(t, s)
			compare(t, got, oracle.Work(f, p).Say())
			if e := earned(got); e != c.earned {
				t.Errorf("it earns %s, on paper it is %s", e, c.earned)
			}
		})
	}
}

// earned lists what the credits earned, in the order of their documents.
func earned(said []string) string {
	var out []string
	for _, line := range said {
		if _, rest, ok := strings.Cut(line, " earned "); ok {
			amount, _, _ := strings.Cut(rest, " ")
			out = append(out, amount)
		}
	}
	return strings.Join(out, " ")
}
