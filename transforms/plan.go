package transforms

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// Division says who makes which models where the partners are worked out in buckets, apart from each other. Names are
// full.
type Division struct {
	Plan   []string // over all lines, before any bucket: staging, lines, and what counts of them for which incentive
	United []string // what buckets say, each over its lines: a row is said by the bucket of its partner
	Gather []string // marts that are made of all that, after the buckets
}

// targets are what schedules go by, and of a growth the lines: without those of all partners rules of nobody would be
// listed.
const targets = "intermediate.targets"

// splitReturns and all that it reads go by lines, and by no position of a partner. A return that names no sale takes
// from all sales of its customer, whoever claims their deals: only the plan has them all.
const splitReturns = "intermediate.split_returns"

// Divide goes by what each model reads.
func Divide() (d Division, err error) {
	models, err := Models()
	if err != nil {
		return d, err
	}
	byName := map[string]Model{}
	for _, m := range models {
		byName[m.FullName()] = m
	}
	planned, divided := map[string]bool{splitReturns: true}, map[string]bool{}
	for _, m := range slices.Backward(models) { // each comes after what it reads
		name := m.FullName()
		planned[name] = planned[name] || m.Layer == "staging" || m.folder == "intermediate/lines"
		for _, read := range m.reads {
			planned[read] = planned[read] || planned[name]
		}
	}
	for _, m := range models {
		name := m.FullName()
		if planned[name] {
			d.Plan = append(d.Plan, name)
			continue
		}
		goesByLines := func(read string) bool {
			return planned[read] && hasSales(byName[read]) || divided[read]
		}
		switch {
		case name == targets:
			d.United = append(d.United, name)
		case m.Layer == "intermediate":
			divided[name] = slices.ContainsFunc(m.reads, goesByLines)
		case slices.ContainsFunc(m.reads, func(read string) bool { return divided[read] }):
			d.United = append(d.United, name)
		default:
			d.Gather = append(d.Gather, name)
		}
	}
	return d, nil
}

// Plan makes what every bucket begins with, in the attached database plan: the tables of facts that depend on all
// files, and which lines go to which bucket. The schemas rules, stated and expected are those of the database memory;
// raw is where the facts are.
func Plan(ctx context.Context, db Database, buckets int, raw string) error {
	d, err := Divide()
	if err != nil {
		return err
	}
	if err := search(ctx, db, raw, "memory", "plan", "plan"); err != nil {
		return err
	}
	if err := Build(ctx, db, Target{Work: "plan", Mart: "plan", Wanted: d.Plan, HasStated: true}, nil); err != nil {
		return err
	}
	for _, schema := range []string{"rules", "stated", "expected"} {
		if err := copySchema(ctx, db, "memory."+schema, "plan."+schema, "table"); err != nil {
			return err
		}
	}
	if err := db.Exec(ctx, "create schema plan.routes"); err != nil {
		return err
	}
	if err := placePartners(ctx, db, buckets); err != nil {
		return err
	}
	return route(ctx, db)
}

// copySchema makes a table or view of everything in a schema, except what is named.
func copySchema(ctx context.Context, db Database, from, to, as string, except ...string) error {
	database, schema, _ := strings.Cut(from, ".")
	names, err := list(ctx, db, "select table_name from information_schema.tables where table_schema = "+literal(schema)+
		" and table_catalog = "+literal(database)+" order by table_name")
	if err != nil {
		return err
	}
	if err := db.Exec(ctx, "create schema if not exists "+to); err != nil {
		return err
	}
	for _, name := range names {
		if slices.Contains(except, name) {
			continue
		}
		if err := db.Exec(ctx, "create "+as+" "+to+"."+quoted(name)+" as from "+from+"."+quoted(name)); err != nil {
			return err
		}
	}
	return nil
}

// placePartners writes the bucket of each partner, and of each code that is none. Partners that are judged together,
// or that share what a line may earn, are in one bucket.
func placePartners(ctx context.Context, db Database, buckets int) error {
	units, err := list(ctx, db, `select partner_id from intermediate.all_partners
		union select partner_id from stated.pay
		union select partner_id from intermediate.lines where partner_id is not null
		union select distributor_id from intermediate.lines where distributor_id is not null
		union select coalesce(partner_id, partner_code) from intermediate.deal_claims
		order by 1`)
	if err != nil {
		return err
	}
	pairs, err := list(ctx, db, `select distinct partner_id || chr(31) || parent from intermediate.partner_days
		where parent is not null`)
	if err != nil {
		return err
	}
	shared, err := list(ctx, db, sharedLines)
	if err != nil {
		return err
	}
	together := map[string]string{}
	var first func(string) string
	first = func(unit string) string {
		if next, ok := together[unit]; ok && next != unit {
			together[unit] = first(next)
			return together[unit]
		}
		return unit
	}
	for _, pair := range append(pairs, shared...) {
		a, b, _ := strings.Cut(pair, "\x1f")
		if a, b = first(a), first(b); a != b {
			together[max(a, b)] = min(a, b)
		}
	}
	if err := db.Exec(ctx, "create table plan.routes.partners (partner_id varchar, bucket integer)"); err != nil {
		return err
	}
	var rows strings.Builder
	for i, unit := range units {
		if i > 0 {
			rows.WriteString(", ")
		}
		fmt.Fprintf(&rows, "(%s, %d)", literal(unit), bucketOf(first(unit), buckets))
	}
	if len(units) == 0 {
		return nil
	}
	return db.Exec(ctx, "insert into plan.routes.partners values "+rows.String())
}

// bucketOf numbers a partner or code, which may be written with zeros before it.
func bucketOf(unit string, buckets int) int {
	sum := sha256.Sum256([]byte(strings.TrimLeft(unit, "0")))
	return int(binary.BigEndian.Uint64(sum[:8]) % uint64(buckets))
}

// sharedLines are the pairs of partners who have to be worked out together because what all incentives of a line earn
// is at most what it costs, under rules that can come to that.
const sharedLines = `
	with cutting as (
		select version
		from (
			select i.version, i.incentive, max(t.rate) as rate, bool_or(i.base <> 'amount' or i.least is not null) as is_any
			from rules.incentives as i
			join rules.schedules as s using (version, incentive)
			join rules.tranches as t using (schedule)
			where i.method in ('marginal', 'document') and i.base <> 'activities'
			group by i.version, i.incentive
		)
		group by version
		having sum(rate) > 1 or bool_or(is_any)
	),
	units as (
		select sale_id, partner_id as unit from intermediate.lines
		union
		select sale_id, distributor_id from intermediate.lines
		union
		select l.sale_id, coalesce(c.partner_id, c.partner_code)
		from intermediate.lines as l join intermediate.deal_claims as c using (deal_id)
		union
		select sale_id, partner_id from stated.lines
	)
	select distinct a.unit || chr(31) || b.unit
	from units as a
	join units as b using (sale_id)
	where a.unit < b.unit and exists (from cutting)`

// route writes which lines go where, until lines that are linked all go wherever one of them goes.
func route(ctx context.Context, db Database) error {
	text, err := sources.ReadFile("routes.sql")
	if err != nil {
		return err
	}
	for q := range strings.SplitSeq(string(text), ";\n") {
		if err := db.Exec(ctx, q); err != nil {
			return err
		}
	}
	for {
		before, err := list(ctx, db, "select count(*)::varchar from plan.routes.lines")
		if err != nil {
			return err
		}
		if err := db.Exec(ctx, `insert into plan.routes.lines
			with spread as (
				select distinct k.link, r.bucket
				from plan.routes.links as k join plan.routes.lines as r using (sale_id)
			),
			mixed as (
				select link from spread group by link having count(*) > 1
			)
			select distinct k.sale_id, s.bucket
			from plan.routes.links as k
			semi join mixed using (link)
			join spread as s using (link)
			anti join plan.routes.lines as r on r.sale_id = k.sale_id and r.bucket = s.bucket`); err != nil {
			return err
		}
		after, err := list(ctx, db, "select count(*)::varchar from plan.routes.lines")
		if err != nil {
			return err
		}
		if before[0] == after[0] {
			break
		}
	}
	return db.Exec(ctx, `create table plan.routes.homes as
		select sale_id, min(bucket) as bucket from plan.routes.lines group by sale_id`)
}

// list asks for one column of text.
func list(ctx context.Context, db Database, query string) (all []string, err error) {
	rows, err := db.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}
