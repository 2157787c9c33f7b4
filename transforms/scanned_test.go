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

// counting adds up the rows that every statement scans, as DuckDB tells them.
type counting struct {
	*store.Session
	told string
	rows int64
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
		Rows int64 `json:"cumulative_rows_scanned"`
	}
	if err := json.Unmarshal(data, &profile); err != nil {
		return err
	}
	c.rows += profile.Rows
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
	for n := range 5 {
		f.Partners = append(f.Partners, oracle.Partner{ID: fmt.Sprintf("P%d", n), Active: true, Currency: "USD",
			Modules: []oracle.Holding{{Module: "resell", From: from}},
			Levels:  []oracle.Given{{Level: "ready", From: from}}})
	}
	for n := range lines {
		f.Sales = append(f.Sales, oracle.Sale{Distributor: "D", Document: fmt.Sprintf("INV-%d", n/3), Line: int64(n%3 + 1),
			Date: from.AddDate(0, 0, n*180/lines), Buyer: fmt.Sprintf("P%d", n%5),
			SKU: "L", Currency: "USD", Net: dec(int64(10_000+n*7919%90_000), 2)})
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

// Time is not tested; this is. A join that goes over every line once more, or over every
// pair of lines, is seen here before anybody waits for it.
func TestEveryLineIsScannedAFewTimesAndNoMoreOftenWhereThereAreMore(t *testing.T) {
	s := tables(t, 2)
	scanned := func(lines int) int64 {
		f, p := trade(lines)
		workOut(t, s, f, p)
		unmade(t, s)
		c := &counting{Session: s, told: filepath.Join(t.TempDir(), "profile.json")}
		if err := transforms.Build(context.Background(), c, transforms.Target{Work: "memory", Mart: "published"},
			nil); err != nil {
			t.Fatal(err)
		}
		return c.rows
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
const mostScanned = 49

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
