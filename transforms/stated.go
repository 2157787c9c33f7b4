package transforms

import (
	"context"
	"strings"
)

// Stated is a table of what closed months have stated.
type Stated struct {
	Name     string // of the table in the schema stated
	Rows     string // the rows a month adds to it, as a select of what a run has worked out; $month stands for its first day
	SameOnly bool   // it counts only where the same models read it as wrote it: it says what nights may leave out
	LastOnly bool   // only what the last closing says counts
}

// anew are lines that no closing has written down as they are now, byName those of which what
// they rest upon follows from their own row: not what a person has joined to a deal, and not
// what returns a line it names. The number of a line begins with that of its file.
const (
	anew   = "(sale_id // 10000000000 not in (select file_id from intermediate.known_files) or sale_id in (select sale_id from intermediate.unsettled))"
	byName = "sale_id not in (select sale_id from intermediate.links where sale_id is not null union all select sale_id from staging.sales where returns_document is not null)"
)

// settledRows are the lines up to a month as a closing finds them, where no other has found
// them so; and which of those that an earlier one knew are not there now, so that what that one
// wrote down of them does not count.
const settledRows = `
with known as (
    select sale_id, arg_max_null(held_reason, month) as held_reason, arg_max(is_gone, month) as was_gone from stated.settled group by sale_id
)
select sale_id, l.held_reason, false as is_gone, $month as month
from intermediate.lines as l
left join known as k using (sale_id)
where l.month <= $month and ` + anew + ` and (was_gone is distinct from false or l.held_reason is distinct from k.held_reason or l.held_reason is null and ` + byName + `)
union all
select sale_id, null, true, $month
from known
where not was_gone and ` + anew + ` and sale_id not in (select sale_id from intermediate.lines where month <= $month)
order by sale_id`

// unsettledRows are the lines that nights have to work out although their files are as they
// were: what counts for nothing yet, what rests upon more than its own row names, versions
// that do not stand, which could again, what was stated under another key, month or currency,
// because its file was read otherwise then, and versions that were stated and are gone: with
// them all lines of their keys are worked out.
const unsettledRows = `
select sale_id, $month as month
from (
    select sale_id
    from staging.sales
    where date_trunc('month', document_date) <= $month
        and sale_id not in (select sale_id from intermediate.lines where held_reason is null and ` + byName + `)
    union
    select sale_id from intermediate.sales_passed_over
    union
    select l.sale_id
    from stated.lines as l
    left join staging.sales as s using (sale_id)
    where s.sale_id is null or row(l.distributor, l.document_no, l.line_no, l.line_key, l.currency, date_trunc('month', l.document_date))
        <> row(s.distributor, s.document_no, s.line_no, s.line_key, s.currency, date_trunc('month', s.document_date))
)
order by sale_id`

// StatedTables lists what a month states when it is closed. The tables have the
// columns of the marts, and each row is stated once and for all.
func StatedTables() []Stated {
	return []Stated{
		{Name: "lines", Rows: "select * from mart.statement_lines where month = $month order by partner_id, module, place, sale_id"},
		{Name: "slices", Rows: "select * from mart.tranche_slices where month = $month order by partner_id, module, sale_id, tranche"},
		{Name: "shares", Rows: "select * from mart.sell_with_credits where month = $month order by sale_id, partner_id"},
		{Name: "points", Rows: "select * from mart.points_ledger where date_trunc('month', posted_on) = $month order by entry"},
		{Name: "balances", Rows: "select * from mart.point_balances where month = $month order by partner_id"},
		{Name: "expiring", Rows: "select * from mart.points_expiring where month = $month order by partner_id, lapses_on"},
		{Name: "levels", Rows: "select * from mart.partner_levels where month = $month order by partner_id"},
		{Name: "pay", Rows: "select * from mart.payables where month = $month order by partner_id"},
		{Name: "entries", Rows: "select * from mart.money_entries where month = $month order by entry_id, partner_id"},
		{Name: "settled", Rows: settledRows, SameOnly: true},
		{Name: "grounds", Rows: "select ground, inputs, $month as month from intermediate.grounds order by ground", SameOnly: true, LastOnly: true},
		{Name: "contents", Rows: "select file_id, hash(count(*), sum(content)) as content, $month as month from staging.sales group by file_id order by file_id", SameOnly: true, LastOnly: true},
		{Name: "unsettled", Rows: unsettledRows, SameOnly: true, LastOnly: true},
		{Name: "uncounted", Rows: "select *, $month as stated_month from mart.uncounted_lines where month <= $month and " + anew + " order by sale_id, partner_id, module"},
		{Name: "claims", Rows: "select *, $month as stated_month from mart.sell_with_claims where month <= $month and " + anew + " and " + byName + " order by sale_id, partner_code, role"},
		{Name: "partners", Rows: "select $month as month, * exclude (modules) from mart.partners order by partner_id"},
		{Name: "files", Rows: "select $month as month, sha256 from mart.reconciliation order by file_id"},
	}
}

// Of is the select for one month, as DuckDB writes its first day: 2024-08-01.
func (s Stated) Of(month string) string {
	return strings.ReplaceAll(s.Rows, "$month", "date "+literal(month))
}

// Prepare makes the schema stated in a database, with its tables empty, for the
// caller to fill with what closed months have stated.
func Prepare(ctx context.Context, db Database, in string) error {
	text, err := sources.ReadFile("stated.sql")
	if err != nil {
		return err
	}
	schema := in + ".stated."
	ddl := strings.NewReplacer("create table ", "create table "+schema, "@", schema).Replace(string(text))
	if err := db.Exec(ctx, "create schema "+in+".stated"); err != nil {
		return err
	}
	for q := range strings.SplitSeq(strings.TrimSpace(ddl), ";") {
		if strings.TrimSpace(q) == "" {
			continue
		}
		if err := db.Exec(ctx, q); err != nil {
			return err
		}
	}
	return nil
}
