package transforms_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tranche/pipeline/store"
	"tranche/transforms"
)

// TestBucketsSayWhatOneRunSays draws worlds in which returns go by name and by pile, several partners claim a deal, and
// distributors are partners, and closes months of them. Worked out in buckets, every mart has the same columns, types
// and rows as worked out at once.
func TestBucketsSayWhatOneRunSays(t *testing.T) {
	long(t)
	fewer(t, 3)
	s := tables(t, 2)
	rapid.Check(t, func(rt *rapid.T) {
		w := drawPartable(rt)
		p, f := w.programme, w.facts
		h := begin(rt, s, p)
		for range rapid.IntRange(0, 2).Draw(rt, "closings") {
			if h.open().Before(f.Through) {
				h.close(f, h.open())
			}
		}
		h.workOut(f, f.Through)
		if differ, split := inBuckets(rt, s, 4); len(differ) > 0 || split != "" {
			rt.Fatalf("in buckets there differ %s%s", split, strings.Join(differ, "\n"))
		}
	})
}

// drawPartable draws a world in which no line can earn more than it costs, so that its partners can be parted.
func drawPartable(t *rapid.T) world {
	p := drawProgramme(t)
	for _, v := range p.Versions {
		for i := range v.Incentives {
			in := &v.Incentives[i]
			in.LimitEach, in.Least, in.Most = "", nil, nil
			if in.Base == "quantity" || in.Base == "recurring" {
				in.Method = "block"
			}
		}
	}
	return world{p, drawFacts(t, p)}
}

// inBuckets works out once more what the session has worked out, in buckets, and says in what the two differ, or which
// change no bucket knows the whole of. Reroute changes which lines go where; none: nothing.
func inBuckets(t fataler, s *store.Session, buckets int, reroute ...string) (differ []string, split string) {
	t.Helper()
	ctx := context.Background()
	path := ask(t, s, "select current_setting('search_path') as said")[0]
	defer must(t, s, "set search_path = "+store.Literal(path))
	for _, name := range []string{"plan", "part", "gathered"} {
		must(t, s, "detach database if exists "+name)
	}
	must(t, s, "attach ':memory:' as plan", "attach ':memory:' as gathered")
	if err := transforms.Plan(ctx, s, buckets, "store.raw"); err != nil {
		t.Fatalf("%v", err)
	}
	must(t, s, reroute...)
	var parts []string
	for k := range buckets {
		name := fmt.Sprintf("bucket_%d", k)
		parts = append(parts, name)
		must(t, s, "attach ':memory:' as part", "detach database if exists "+name, "attach ':memory:' as "+name)
		if err := transforms.Part(ctx, s, k, "store.raw"); err != nil {
			t.Fatalf("bucket %d: %v", k, err)
		}
		if err := transforms.CheckPart(ctx, s); err != nil && reroute == nil {
			t.Fatalf("bucket %d: %v", k, err)
		}
		if err := transforms.Say(ctx, s, k, name); err != nil {
			t.Fatalf("bucket %d: %v", k, err)
		}
		must(t, s, "set search_path = 'memory.main'", "detach part")
	}
	split, err := transforms.Gather(ctx, s, parts, transforms.Target{Work: "gathered", Mart: "gathered"}, "store.raw")
	if err != nil {
		t.Fatalf("%v", err)
	}
	if split == "" {
		if err := transforms.CheckGathered(ctx, s); err != nil && reroute == nil {
			t.Fatalf("%v", err)
		}
		differ = otherMarts(t, s, "published", "gathered")
	}
	must(t, s, "set search_path = 'memory.main'", "detach plan", "detach gathered")
	for _, name := range parts {
		must(t, s, "detach "+name)
	}
	return differ, split
}

// otherMarts names the marts whose rows differ, with some of them. Columns and types have to be equal.
func otherMarts(t fataler, s *store.Session, one, other string) (differ []string) {
	t.Helper()
	shape := func(database string) string {
		return strings.Join(ask(t, s, "select table_name || ' ' || column_name || ' ' || data_type as said "+
			"from duckdb_columns() where schema_name = 'mart' and database_name = "+store.Literal(database)+
			" order by table_name, column_index"), "\n")
	}
	if a, b := shape(one), shape(other); a != b {
		t.Fatalf("the columns differ:\n%s\n\n%s", a, b)
	}
	for _, name := range ask(t, s, "select table_name as said from duckdb_tables() where schema_name = 'mart' "+
		"and database_name = "+store.Literal(one)+" order by 1") {
		a, b := one+".mart."+name, other+".mart."+name
		rows := ask(t, s, "select "+store.Literal(one)+" || ' ' || to_json(x)::varchar as said from (from "+a+
			" except all from "+b+") as x union all select "+store.Literal(other)+" || ' ' || to_json(x)::varchar from (from "+b+
			" except all from "+a+") as x")
		if len(rows) > 0 {
			differ = append(differ, fmt.Sprintf("%s: %d rows\n%s", name, len(rows),
				strings.Join(rows[:min(len(rows), 6)], "\n")))
		}
	}
	return differ
}

// Lines that go to their buyers alone, or returns that go without the sales whose pile they take from, give other
// figures: the plan is needed as it is.
func TestWrongRoutesAreSeen(t *testing.T) {
	long(t)
	s := tables(t, 2)
	w := rapid.Custom(drawPartable).Filter(func(w world) bool { return len(w.facts.Sales) > 30 }).Example(1)
	workOut(t, s, w.facts, w.programme)
	for name, reroute := range map[string]string{
		"lines go to their buyers alone": `delete from plan.routes.lines where (sale_id, bucket) not in (
			select (l.sale_id, p.bucket) from intermediate.lines as l join plan.routes.partners as p using (partner_id))`,
		"returns go without their sales": `delete from plan.routes.lines where sale_id in (
			select sale_id from intermediate.lines where document_type = 'sale') and sale_id in (
			select k.sale_id from plan.routes.links as k join plan.routes.links as r using (link)
			join intermediate.lines as l on l.sale_id = r.sale_id where l.document_type = 'return')`,
	} {
		if differ, _ := inBuckets(t, s, 4, reroute); len(differ) == 0 {
			t.Errorf("where %s, nothing differs", name)
		}
	}
}
