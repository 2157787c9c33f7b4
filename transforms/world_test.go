package transforms_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"testing"
	"time"

	"tranche/pipeline/ingest/loading"
	"tranche/pipeline/programme"
	"tranche/pipeline/store"
	"tranche/transforms"
	"tranche/transforms/oracle"
)

// tables is a real, empty DuckDB with the store's tables in memory.
func tables(t testing.TB, threads int) *store.Session {
	t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	must(t, s, "attach ':memory:' as store", "attach ':memory:' as published")
	if err := loading.Prepare(ctx, s); err != nil {
		t.Fatal(err)
	}
	// The view of all sell-out lines becomes a table, to be filled by hand.
	must(t, s, "create table store.raw.lines as from store.raw.sales", "drop view store.raw.sales",
		"alter table store.raw.lines rename to sales")
	return s
}

type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

func must(t fataler, s *store.Session, queries ...string) {
	t.Helper()
	for _, q := range queries {
		if err := s.Exec(context.Background(), q); err != nil {
			t.Fatalf("%v", err)
		}
	}
}

// workOut fills the store with facts and builds and checks every mart, with
// nothing closed.
func workOut(t fataler, s *store.Session, f oracle.Facts, p oracle.Programme) {
	t.Helper()
	workOutFrom(t, s, f, p, time.Time{}, nil, nil)
}

// workOutFrom does so with the months before firstOpen closed, as the schema kept
// has stated them under the rules there were. Besides the facts the store has what is
// asked for as queries.
func workOutFrom(t fataler, s *store.Session, f oracle.Facts, p oracle.Programme, firstOpen time.Time,
	past []programme.Month, besides []string) {
	t.Helper()
	ctx := context.Background()
	must(t, s, "set search_path = 'memory.main,store.raw'", "drop schema if exists memory.staging cascade",
		"drop schema if exists memory.intermediate cascade",
		"drop schema if exists memory.rules cascade", "drop schema if exists memory.stated cascade",
		"drop schema if exists memory.expected cascade",
		"drop schema if exists published.mart cascade")
	for _, name := range []string{"files", "rejects", "partners", "products", "fx_rates", "deals", "certifications",
		"entries", "links", "targets", "activities", "budgets", "sales"} {
		must(t, s, "delete from store.raw."+name)
	}
	must(t, s, fill(f)...)
	if len(besides) > 0 {
		must(t, s, append(slices.Clone(besides), countSales)...)
	}
	if err := theirs(p).WriteTables(ctx, s, programme.Span{FirstOpen: firstOpen, Through: f.Through},
		past...); err != nil {
		t.Fatalf("%v", err)
	}
	if err := transforms.Prepare(ctx, s, "memory"); err != nil {
		t.Fatalf("%v", err)
	}
	if !firstOpen.IsZero() {
		for _, name := range closings(t) {
			must(t, s, "insert into memory.stated."+name+" from memory.kept."+name)
		}
	}
	must(t, s,
		`create table rules.waived (sha256 varchar, line bigint, reasons_hash varchar, who varchar, reason varchar,
			codes varchar)`,
		"create table if not exists memory.main.decided (change_id varchar, is_accepted boolean)",
		"create table rules.changes as from memory.main.decided",
		transforms.Deliveries, "create table rules.aliases (sender varchar, code varchar, partner_id varchar)",
		"create table if not exists "+noFeeds, "create table rules.feeds as from memory.main.feeds",
		"create table rules.run as select '' as run_id, '' as program, '' as config_hash, date '2024-01-01' as "+
			"through_month, 0::bigint as files, '' as inputs_hash",
		"create schema published.mart", "create schema memory.staging", "create schema memory.intermediate",
		"set search_path = "+
			"'memory.main,store.raw,memory.rules,memory.stated,memory.expected,memory.staging,"+
			"memory.intermediate,published.mart'")
	// In small parts, so that what is made in parts is held against the oracle as such.
	if err := transforms.Build(ctx, s, transforms.Target{Work: "memory", Mart: "published",
		Part: max(16, int64(len(f.Sales)/4))}, nil); err != nil {
		t.Fatalf("%v", err)
	}
	if err := transforms.Check(ctx, s); err != nil {
		t.Fatalf("%v", err)
	}
}

// said asks the marts for what they say.
func said(t fataler, s *store.Session) []string {
	t.Helper()
	return ask(t, s, oracle.Question())
}

// ask asks for one column of text.
func ask(t fataler, s *store.Session, question string) []string {
	t.Helper()
	rows, err := s.Query(context.Background(), question)
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatalf("%v", err)
		}
		out = append(out, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%v", err)
	}
	return out
}

// noFeeds is the table of what the configuration says of feeds, for create table.
const noFeeds = "memory.main.feeds (feed varchar, max_corrected_lines bigint, max_corrected_amount decimal(18,2), " +
	"max_withdrawn decimal(5,2), counts_lines boolean, max_line_amount decimal(18,2), is_yearly boolean)"

// fill writes facts as the store has them: one file a kind.
func fill(f oracle.Facts) []string {
	var q []string
	kinds := []string{"partners", "products", "fx_rates", "deals", "certifications", "entries", "sales", "links",
		"targets", "activities", "budgets"}
	counts := map[string]int{"partners": len(f.Partners), "products": len(f.Products), "fx_rates": len(f.Rates),
		"deals": len(f.Claims), "certifications": len(f.Certifications), "entries": len(f.Entries), "links": len(f.Links),
		"targets": len(f.Targets), "activities": len(f.Activities), "budgets": len(f.Budgets)}
	for i, kind := range kinds {
		q = append(q, fmt.Sprintf("insert into store.raw.files values (%d, 'sha%d', '%s.csv', '%s', '%s', 'h', false, "+
			"'2024-01-01', null, 1, 'loaded', null, null, %d, %d, 0, 0, 0, 0, 0, 0, 0, null)",
			i+1, i+1, kind, kind, kind, counts[kind], counts[kind]))
	}
	for _, file := range salesFiles[1:] {
		q = append(q, fmt.Sprintf("insert into store.raw.files select %d, 'sha%d', * exclude (file_id, sha256) from "+
			"store.raw.files where file_id = %d", file, file, salesFiles[0]))
	}
	q = append(q, directoryRows(f, 0)...)
	var rows []string
	values := func(kind string) {
		if len(rows) > 0 {
			q = append(q, "insert into store.raw."+kind+" values "+strings.Join(rows, ", "))
		}
		rows = nil
	}
	for i, r := range f.Rates {
		rows = append(rows, fmt.Sprintf("(3, %d, %s, %s, %s, %s, %s)", i+2, text(r.Currency+day(r.Date)), text(day(r.Date)),
			date(r.Date), text(r.Currency), r.Value.Text('f')))
	}
	values("fx_rates")
	for i, e := range f.Entries {
		amount, points := "null", fmt.Sprint(e.Points)
		if e.Kind == "money_adjustment" {
			amount, points = e.Amount.Text('f'), "null"
		}
		rows = append(rows, fmt.Sprintf("(6, %d, %s, '', %s, %s, %s, %s, %s, %s, 'why', 'who')", i+2, text(e.ID), text(e.ID),
			text(e.Partner), date(e.Date), text(e.Kind), amount, points))
	}
	values("entries")
	for i, a := range f.Activities {
		rows = append(rows, fmt.Sprintf("(10, %d, %s, %s, %s, %s, %s, %s, %d)", i+2, text(a.ID), text(fmt.Sprint(a)),
			text(a.ID), text(a.Partner), text(a.Code), date(a.Date), a.Count))
	}
	values("activities")
	for i, b := range f.Budgets {
		rows = append(rows, fmt.Sprintf("(11, %d, %s, %s, %s, %s, %d, 'a trial', date '2024-01-01', %s, %s, %s, %s, "+
			"'a report')", i+2, text(b.ID), text(fmt.Sprint(b)), text(b.ID), text(b.Partner), b.Points, text(b.Status),
			date(b.Approved), date(b.Expires), date(b.ProvedOn)))
	}
	values("budgets")
	rows = saleRows(f.Sales)
	values("sales")
	rows = linkRows(f.Links)
	values("links")
	return append(q, countSales)
}

// directoryRows are the queries for the rows of partners, products, claims, certifications and
// targets, in the files first + 1, 2, 4, 5 and 9.
func directoryRows(f oracle.Facts, first int) (q []string) {
	var rows []string
	values := func(kind string) {
		if len(rows) > 0 {
			q = append(q, "insert into store.raw."+kind+" values "+strings.Join(rows, ", "))
		}
		rows = nil
	}
	for i, p := range f.Partners {
		aliases := aliases(f.Codes, p.ID)
		rows = append(rows, fmt.Sprintf("(%d, %d, %s, %s, %s, %s, %s, %s, null, %s, null, null, %s, %s, %s, %s, %s, "+
			"null, null, %s, %s)", first+1, i+2,
			text(p.ID), text(fmt.Sprint(p, aliases)), text(p.ID), text(p.ID), text(aliases), text(p.Country),
			text(p.Currency), text(holdings(p.Modules)), text(givens(p.Levels)), text(p.Type), text(status(p)), date(p.Left),
			text(p.Parent), text(agreements(p.Agreements))))
	}
	values("partners")
	for i, p := range f.Products {
		rows = append(rows, fmt.Sprintf("(%d, %d, %s, %s, %s, %s, %s, %s, null, null)", first+2, i+2,
			text(p.SKU), text(fmt.Sprint(p)), text(p.SKU), text(p.SKU), text(p.Family), text(p.Basis)))
	}
	values("products")
	for i, c := range f.Claims {
		status := "pending"
		if c.Approved {
			status = "approved"
		}
		rows = append(rows, fmt.Sprintf("(%d, %d, %s, %s, %s, %s, %s, %s, null, %s, %s, null, null)", first+4, i+2,
			text(c.Deal+c.Partner+c.Role), text(fmt.Sprint(c)), text(c.Deal), text(c.Partner),
			text(c.Role), date(c.Registered), date(c.Expires), text(status)))
	}
	values("deals")
	for i, c := range f.Certifications {
		rows = append(rows, fmt.Sprintf("(%d, %d, %s, %s, %s, %s, %s, %s, %s, 'valid')", first+5, i+2,
			text(c.Person+c.Code+day(c.Awarded)), text(fmt.Sprint(c)), text(c.Partner), text(c.Person), text(c.Code),
			date(c.Awarded), date(c.Expires)))
	}
	values("certifications")
	for i, t := range f.Targets {
		key := t.Partner + t.Incentive + day(t.Period)
		rows = append(rows, fmt.Sprintf("(%d, %d, %s, %s, %s, %s, %s, %s)", first+9, i+2, text(key),
			text(key+t.Amount.Text('f')), text(t.Partner), text(t.Incentive), date(t.Period), t.Amount.Text('f')))
	}
	values("targets")
	return q
}

func linkRows(links []oracle.Link) (rows []string) {
	for i, l := range links {
		key := fmt.Sprintf("%s / %s / %d / ", l.Distributor, l.Document, l.Line)
		rows = append(rows, fmt.Sprintf("(8, %d, %s, %s, %s, %s, %d, null, %s, 'who', null)", i+2, text(key),
			text(key+l.Deal), text(l.Distributor), text(l.Document), l.Line, text(l.Deal)))
	}
	return rows
}

func saleRows(sales []oracle.Sale) (rows []string) {
	for _, s := range sales {
		returned, line := "null", "null"
		if s.ReturnsDocument != "" {
			returned, line = text(s.ReturnsDocument), fmt.Sprint(s.ReturnsLine)
		}
		rows = append(rows, fmt.Sprintf("(%d, %d, %s, %s, %d, null, %t, %s, %s, null, null, null, null, %s, %d, %s, %s, "+
			"%s, %s, %s, null, %s, %s, %s)", fileOf(s), physicalLine(s), text(s.Distributor), text(s.Document), s.Line, s.Return,
			date(s.Date), text(s.Buyer), text(s.SKU), signedQuantity(s), s.Net.Text('f'), text(s.Currency), text(s.Deal),
			returned, line, text(s.Contract), wholeOrNull(s.Term), amountOrNull(s.Annual)))
	}
	return rows
}

// signedQuantity is below zero for a return.
func signedQuantity(s oracle.Sale) int64 {
	if s.Return {
		return -s.Quantity
	}
	return s.Quantity
}

// salesFiles are the files that sell-out lines are spread over, a document in one.
var salesFiles = []int{7, 17, 27}

func fileOf(s oracle.Sale) int {
	h := fnv.New32a()
	fmt.Fprint(h, s.Distributor, s.Document)
	return salesFiles[int(h.Sum32()%uint32(len(salesFiles)))]
}

// countSales counts and sums the files of sell-out lines once these are there.
const countSales = "update store.raw.files set records = n, typed = n, amount = a from (select f.file_id as f, " +
	"count(s.file_id) as n, coalesce(sum(s.net_amount), 0) as a from store.raw.files as f left join store.raw.sales as " +
	"s on s.file_id = f.file_id where f.kind = 'sales' group by f.file_id) where file_id = f"

// physicalLine is the same for a line as long as its content is.
func physicalLine(s oracle.Sale) int64 {
	h := fnv.New32a()
	fmt.Fprint(h, s.Distributor, s.Document, s.Line, s.Return, s.Date, s.Buyer, s.SKU, s.Quantity, s.Net.Text('f'),
		s.Currency, s.Deal, s.ReturnsDocument, s.ReturnsLine, s.Contract, s.Term, amountOrNull(s.Annual))
	return int64(h.Sum32()) + 2
}

func text(s string) string {
	if s == "" {
		return "null"
	}
	return store.Literal(s)
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

func date(t time.Time) string {
	if t.IsZero() {
		return "null"
	}
	return "date '" + day(t) + "'"
}

func status(p oracle.Partner) string {
	switch {
	case !p.Left.IsZero():
		return "left"
	case p.Active:
		return "active"
	}
	return "inactive"
}

func namesOf(p oracle.Programme) programme.Names {
	if len(p.Levels) == 0 {
		return exampleNames()
	}
	return programme.Names{Levels: p.Levels, Modules: p.Modules}
}

// exampleNames are the levels and modules of the example programme.
func exampleNames() programme.Names {
	return programme.Names{Levels: []string{"ready", "advanced", "premier"},
		Modules: []string{"distribution", "resell", "sell_with"}}
}

func givens(list []oracle.Given) string {
	var items []string
	for _, g := range list {
		items = append(items, g.Level+" "+day(g.From))
	}
	return strings.Join(items, "|")
}

// theirs is the oracle's programme as the program has it.
func theirs(p oracle.Programme) programme.Programme {
	out := programme.Programme{Currency: p.Currency, YearStarts: p.YearStarts, FXMaxAge: p.FXMaxAge,
		MinPayable: programme.Cents(units(p.MinPayable, 2)), SettleAfter: p.SettleAfter,
		UnnamedReturns: p.UnnamedReturns, Names: namesOf(p)}
	for _, v := range p.Versions {
		out.Versions = append(out.Versions, version(v))
	}
	return out
}
