package transforms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Part lays the rows of a bucket before the models in the attached database part, as if there were no others, and
// makes the models of a bucket. The schema raw is where the facts are. The plan is attached as plan.
func Part(ctx context.Context, db Database, bucket int, raw string) error {
	d, err := Divide()
	if err != nil {
		return err
	}
	queries := []string{
		"create schema part.raw", "create schema part.stated",
		fmt.Sprintf("create table part.mine as select sale_id from plan.routes.lines where bucket = %d", bucket),
		"create table part.raw.sales as from " + raw + ".sales where file_id::bigint * 10000000000 + line in " + mine,
	}
	for _, name := range []string{"lines", "slices", "shares"} {
		queries = append(queries, "create table part.stated."+name+" as from plan.stated."+name+" where sale_id in "+mine)
	}
	for _, q := range queries {
		if err := db.Exec(ctx, q); err != nil {
			return err
		}
	}
	if err := errors.Join(
		copySchema(ctx, db, raw, "part.raw", "view", "sales"),
		copySchema(ctx, db, "plan.rules", "part.rules", "view"),
		copySchema(ctx, db, "plan.expected", "part.expected", "view"),
		copySchema(ctx, db, "plan.stated", "part.stated", "view", "lines", "slices", "shares"),
	); err != nil {
		return err
	}
	made, err := showPlanned(ctx, db, d, "part", " where sale_id in "+mine)
	if err != nil {
		return err
	}
	if err := search(ctx, db, "part.raw", "part", "part", "part"); err != nil {
		return err
	}
	return Build(ctx, db, Target{Work: "part", Mart: "part", Wanted: d.United, Made: made}, nil)
}

// mine are the lines of a bucket.
const mine = "(select sale_id from part.mine)"

// hasSales tells whether the rows of a model are named by lines.
func hasSales(m Model) bool { return slices.Contains(m.Grain, "sale_id") }

// showPlanned makes a view of each table of the plan that others read, and names those. Where lines are filtered, it
// copies tables of lines. Views of the plan are made again.
func showPlanned(ctx context.Context, db Database, d Division, in, filter string) (made []string, err error) {
	models, err := Models()
	if err != nil {
		return nil, err
	}
	checks, err := Checks()
	if err != nil {
		return nil, err
	}
	isRead := map[string]bool{}
	for _, m := range append(slices.Clone(models), checks...) {
		for _, read := range m.reads {
			isRead[read] = isRead[read] || m.IsView || !slices.Contains(d.Plan, m.FullName())
		}
	}
	if err := db.Exec(ctx, "create schema if not exists "+in+".intermediate"); err != nil {
		return nil, err
	}
	for _, m := range models {
		if m.IsView || !slices.Contains(d.Plan, m.FullName()) {
			continue
		}
		made = append(made, m.FullName())
		if !isRead[m.FullName()] {
			continue
		}
		query := "create view " + in + "." + m.FullName() + " as from plan." + m.FullName()
		if filter != "" && hasSales(m) {
			query = strings.Replace(query, "view", "table", 1) + filter
		}
		if err := db.Exec(ctx, query); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// search lets the models find the facts, the rules and what was stated, and what they make.
func search(ctx context.Context, db Database, raw, rules, work, mart string) error {
	path := []string{raw, rules + ".rules", rules + ".stated", rules + ".expected"}
	for _, schema := range []string{work + ".staging", work + ".intermediate", mart + ".mart"} {
		if err := db.Exec(ctx, "create schema if not exists "+schema); err != nil {
			return err
		}
		path = append(path, schema)
	}
	return db.Exec(ctx, "set search_path = "+literal(strings.Join(path, ",")))
}

// Say copies what a bucket has to say: the rows of its partners, and of those that belong to nobody the ones whose
// line is at home in it.
func Say(ctx context.Context, db Database, bucket int, to string) error {
	d, err := Divide()
	if err != nil {
		return err
	}
	models, err := Models()
	if err != nil {
		return err
	}
	for _, schema := range []string{".intermediate", ".mart"} {
		if err := db.Exec(ctx, "create schema "+to+schema); err != nil {
			return err
		}
	}
	for _, m := range models {
		if !slices.Contains(d.United, m.FullName()) {
			continue
		}
		query := "create table " + to + "." + m.FullName() + " as from part." + m.FullName() + " as m"
		if owner := owner(m); owner != "" {
			query += fmt.Sprintf(" where coalesce(%s, 0) = %d", owner, bucket)
		}
		if err := db.Exec(ctx, query); err != nil {
			return err
		}
	}
	return nil
}

// owner is the bucket that says a row, as SQL. Empty: every bucket says the same.
func owner(m Model) string {
	has := func(name string) bool {
		return slices.ContainsFunc(m.Columns, func(c Column) bool { return c.Name == name })
	}
	home := func(sale string) string {
		return "(select h.bucket from plan.routes.homes as h where h.sale_id = " + sale + ")"
	}
	partner := func(id string) string {
		return "(select p.bucket from plan.routes.partners as p where p.partner_id = " + id + ")"
	}
	switch {
	case m.Name == "sell_with_suggestions": // about lines of others
		return home("m.sale_id")
	case m.Name == "held_lines":
		return "if(m.kind = 'sales', coalesce(" + partner("m.partner_id") + ", " +
			home("m.file_id::bigint * 10000000000 + m.file_line") + "), 0)"
	case has("partner_id") && has("sale_id"):
		return "coalesce(" + partner("m.partner_id") + ", " + home("m.sale_id") + ")"
	case has("partner_id") && has("partner_code"):
		return partner("coalesce(m.partner_id, m.partner_code)")
	case has("partner_id"):
		return partner("m.partner_id")
	}
	return ""
}

// Gather unites what the buckets say, from the attached databases of these names, in the marts of a target, and makes
// the others. The plan is attached as plan; the target's work is where views of it go. A change of master data that
// moves what was stated of partners in several buckets is one decision, and no bucket knows the whole of it: then
// split names it, nothing more is made, and the models have to be run at once.
func Gather(ctx context.Context, db Database, parts []string, to Target, raw string) (split string, err error) {
	d, err := Divide()
	if err != nil {
		return "", err
	}
	models, err := Models()
	if err != nil {
		return "", err
	}
	made, err := showPlanned(ctx, db, d, to.Work, "")
	if err != nil {
		return "", err
	}
	if err := search(ctx, db, raw, "plan", to.Work, to.Mart); err != nil {
		return "", err
	}
	for _, m := range models {
		if !slices.Contains(d.United, m.FullName()) {
			continue
		}
		made = append(made, m.FullName())
		union := " union all "
		if owner(m) == "" {
			union = " union "
		}
		var from []string
		for _, part := range parts {
			from = append(from, "from "+part+"."+m.FullName())
		}
		query := "create table " + to.database(m.Layer) + "." + m.FullName() + " as from (" + strings.Join(from, union) + ")"
		if err := db.Exec(ctx, query); err != nil {
			return "", err
		}
	}
	splits, err := list(ctx, db, `select concat_ws(' ', kind, subject) from mart.pending_changes
		group by kind, subject, change having count(distinct change_id) > 1 order by 1`)
	if err != nil || len(splits) > 0 {
		return strings.Join(splits, ", "), err
	}
	// A change that moves nothing in one bucket may move something in another.
	if err := db.Exec(ctx, "delete from "+to.Mart+".mart.pending_changes where partner_id is null and change_id in "+
		"(select change_id from "+to.Mart+".mart.pending_changes where partner_id is not null)"); err != nil {
		return "", err
	}
	to.Wanted, to.Made, to.HasStated = d.Gather, made, false
	return "", Build(ctx, db, to, nil)
}

// CheckPart runs the checks of what only buckets have.
func CheckPart(ctx context.Context, db Database) error {
	checks, _, err := divideChecks()
	if err != nil {
		return err
	}
	return runChecks(ctx, db, checks)
}

// CheckGathered runs the checks of what buckets have said together, and the grain of every mart.
func CheckGathered(ctx context.Context, db Database) error {
	_, checks, err := divideChecks()
	if err != nil {
		return err
	}
	return runChecks(ctx, db, checks)
}

// divideChecks says which checks read what only buckets have.
func divideChecks() (parts, gathered []Model, err error) {
	d, err := Divide()
	if err != nil {
		return nil, nil, err
	}
	checks, err := allChecks()
	for _, c := range checks {
		if slices.ContainsFunc(c.reads, func(read string) bool {
			return !strings.HasPrefix(read, "mart.") && !slices.Contains(d.Plan, read)
		}) {
			parts = append(parts, c)
		} else {
			gathered = append(gathered, c)
		}
	}
	return parts, gathered, err
}
