package transforms_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/apd/v3"

	"tranche/pipeline/store"
	"tranche/transforms"
	"tranche/transforms/oracle"
)

// counting adds up the rows that every statement scans, and the pairs of rows that a join of two tables without
// equal columns looks at, as DuckDB tells them.
type counting struct {
	*store.Session
	told  string
	rows  int64
	pairs map[string]int64 // by the statement's first line
}

// operator is a part of a plan that has been carried out.
type operator struct {
	Type     string     `json:"operator_type"`
	Rows     int64      `json:"operator_cardinality"`
	Children []operator `json:"children"`
}

// pairs is how many pairs of rows the joins look at that have no equal columns.
func (o operator) pairs() (n int64) {
	switch o.Type {
	case "BLOCKWISE_NL_JOIN", "NESTED_LOOP_JOIN", "CROSS_PRODUCT":
		n = o.Children[0].Rows * o.Children[1].Rows
	}
	for _, c := range o.Children {
		n += c.pairs()
	}
	return n
}

// Exec carries a query out under DuckDB's profiler.
func (c *counting) Exec(ctx context.Context, query string, args ...any) error {
	if !strings.HasPrefix(query, "create table") && !strings.HasPrefix(query, "insert into") {
		return c.Session.Exec(ctx, query, args...)
	}
	for _, q := range []string{"set enable_profiling = 'json'", "set profiling_output = " + store.Literal(c.told), query,
		"pragma disable_profiling"} {
		if err := c.Session.Exec(ctx, q); err != nil {
			return err
		}
	}
	data, err := os.ReadFile(c.told)
	if err != nil {
		return err
	}
	var profile struct {
		operator
		Rows int64 `json:"cumulative_rows_scanned"`
	}
	if err := json.Unmarshal(data, &profile); err != nil {
		return err
	}
	c.rows += profile.Rows
	if n := profile.pairs(); n > 0 {
		first, _, _ := strings.Cut(query, "\n")
		c.pairs[first] += n
	}
	return nil
}

// trade is so many lines of a few partners in half a year.
func trade(lines int) (oracle.Facts, oracle.Programme) {
	from := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	width := dec(2_500_000, 2)
	p := oracle.Programme{Currency: "USD", YearStarts: 1, MinPayable: dec(0, 2), Versions: []oracle.Version{{From: from,
		Incentives: []oracle.Incentive{{Name: "resell", Credits: "buyer", Module: "resell", Basis: []string{"licence"},
			Method: "marginal", Period: "year",
			Schedules: []oracle.Schedule{{Level: "ready", Width: &width, Rates: []apd.Decimal{dec(5, 2), dec(6, 2)}}}}},
		Points: oracle.Points{StatusMonths: 12, ByAmount: map[string]oracle.PointRate{"resell": {Points: 1,
			Per: dec(100_000, 2)}}},
		Levels: oracle.Levels{Computed: true, ReviewMonth: 12, GraceMonths: 3,
			Requirements: []oracle.Requirement{{Level: "ready"}}}}}}
	f := oracle.Facts{Through: from.AddDate(0, 5, 0), Products: []oracle.Product{{SKU: "L", Family: "platform",
		Basis: "licence"}}}
	for n := range 180 {
		f.Rates = append(f.Rates, oracle.Rate{Currency: "EUR", Date: from.AddDate(0, 0, n), Value: dec(11, 1)})
	}
	for n := range 5 {
		f.Partners = append(f.Partners, oracle.Partner{ID: fmt.Sprintf("P%d", n), Active: true, Currency: "USD",
			Modules: []oracle.Holding{{Module: "resell", From: from}},
			Levels:  []oracle.Given{{Level: "ready", From: from}}})
	}
	for n := range lines {
		f.Sales = append(f.Sales, oracle.Sale{Distributor: "D", Document: fmt.Sprintf("INV-%d", n/3), Line: int64(n%3 + 1),
			Date: from.AddDate(0, 0, n*180/lines), Buyer: fmt.Sprintf("P%d", n%5),
			SKU: "L", Currency: []string{"USD", "EUR"}[n%2], Net: dec(int64(10_000+n*7919%90_000), 2)})
	}
	return f, p
}

// unmade removes every model, and leaves what they are made of.
func unmade(t *testing.T, s *store.Session) {
	t.Helper()
	must(t, s, "set search_path = 'memory.main,store.raw,memory.rules,memory.stated'",
		"drop schema memory.staging cascade", "drop schema memory.intermediate cascade",
		"drop schema published.mart cascade", "create schema published.mart", "create schema memory.staging",
		"create schema memory.intermediate",
		"set search_path = "+
			"'memory.main,store.raw,memory.rules,memory.stated,memory.expected,memory.staging,"+
			"memory.intermediate,published.mart'")
}

// counted works out again what has been worked out, and counts.
func counted(t *testing.T, s *store.Session) *counting {
	t.Helper()
	unmade(t, s)
	c := &counting{Session: s, told: filepath.Join(t.TempDir(), "profile.json"), pairs: map[string]int64{}}
	if err := transforms.Build(context.Background(), c, transforms.Target{Work: "memory", Mart: "published"},
		nil); err != nil {
		t.Fatal(err)
	}
	return c
}

// Time is not tested; this is. A join that goes over every line once more, or over every
// pair of lines, is seen here before anybody waits for it.
func TestEveryLineIsScannedAFewTimesAndNoMoreOftenWhereThereAreMore(t *testing.T) {
	s := tables(t, 2)
	scanned := func(lines int) int64 {
		f, p := trade(lines)
		workOut(t, s, f, p)
		return counted(t, s).rows
	}
	few, many := scanned(2_000), scanned(8_000)
	each := (many - few) / 6_000
	t.Logf("%d rows for 2,000 lines, %d for 8,000: %d for each more", few, many, each)
	if each < 5 {
		t.Fatalf("%d rows a line: nothing was counted", each)
	}
	if each > mostScanned {
		t.Errorf("a line is scanned %d times, it was %d", each, mostScanned)
	}
}

// mostScanned is how many rows of all tables are scanned for one more sell-out line.
const mostScanned = 50

func TestATableIsDroppedAsSoonAsNobodyNeedsIt(t *testing.T) {
	s := tables(t, 2)
	f, p := trade(30)
	workOut(t, s, f, p)
	left := func() string {
		return strings.Join(ask(t, s, "select table_name from duckdb_tables() where schema_name = 'intermediate' order by 1"),
			" ")
	}
	all, before := left(), said(t, s)
	unmade(t, s)
	if err := transforms.Build(context.Background(), s, transforms.Target{Work: "memory", Mart: "published",
		Read: []string{"intermediate.rates", "intermediate.running_positions"}}, nil); err != nil {
		t.Fatal(err)
	}
	if err := transforms.Check(context.Background(), s); err != nil {
		t.Fatal(err)
	}
	if got := left(); strings.Contains(got, "earnings") || !strings.Contains(got, "rates") ||
		!strings.Contains(got, "running_positions") || len(got) > len(all)/2 {
		t.Errorf("left are %s, of %s", got, all)
	}
	if got := said(t, s); strings.Join(got, "\n") != strings.Join(before, "\n") {
		t.Error("the marts say something else")
	}
}

// Of closed months DuckDB knows more than of open ones, and so may find that a condition of a join never holds. It
// then looks at every pair of rows: eleven closed months of 600,000 lines took minutes each.
func TestNoJoinLooksAtEveryPairOfLinesAlsoWhenMonthsAreClosed(t *testing.T) {
	s := tables(t, 2)
	pairs := func(lines int) map[string]int64 {
		f, p := trade(lines)
		h := begin(t, s, p)
		for range 2 {
			h.close(f, h.open())
		}
		h.workOut(f, f.Through)
		return counted(t, s).pairs
	}
	few, many := pairs(400), pairs(1_600)
	for model, n := range many {
		// Four times as many lines make at most four times as many pairs, unless there are hardly any.
		if n > 5*few[model] && n > 50_000 {
			t.Errorf("%s looks at %d pairs of rows for 400 lines, and at %d for 1,600", model, few[model], n)
		}
	}
	if len(many) == 0 {
		t.Error("no pairs were counted")
	}
}
