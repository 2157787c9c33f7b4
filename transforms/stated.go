package transforms

import (
	"context"
	"strings"
)

// Stated is a table of what closed months have stated.
type Stated struct {
	Name string // of the table in the schema stated
	Rows string // the rows a month adds to it, as a select of what a run has worked out; $month stands for its first day
}

// anew are lines that no closing has written down as they are now, byName those of which what
// they rest upon follows from their own row: not what a person has joined to a deal, and not
// what returns a line it names.
const (
	anew   = "sale_id not in (select sale_id from intermediate.unmoved)"
	byName = "sale_id not in (select sale_id from intermediate.links where sale_id is not null union all select sale_id from staging.sales where returns_document is not null)"
)

// settledRows are the lines up to a month as a closing finds them, where no other has found
// them so. The hash of its row is kept of what later nights may leave out; of a line that an
// earlier closing knew and that is not there now, that it is not.
const settledRows = `
with known as (
    select sale_id, arg_max_null(content, month) as content, arg_max_null(held_reason, month) as held_reason from stated.settled group by sale_id
),
standing as (
    select sale_id, if(l.held_reason is null and ` + byName + `, s.content, null) as content, l.held_reason, l.amount
    from intermediate.lines as l
    join staging.sales as s using (sale_id)
    where l.month <= $month and ` + anew + `
)
select s.sale_id, s.content, s.held_reason, s.amount, $month as month
from standing as s
left join known as k on k.sale_id = s.sale_id
where s.content is not null or k.sale_id is null or k.content is not null or s.held_reason is distinct from k.held_reason
union all
select sale_id, null, null, null, $month
from known
where content is not null and ` + anew + ` and sale_id not in (select sale_id from intermediate.lines where month <= $month)
order by sale_id`

// StatedTables lists what a month states when it is closed. The tables have the
// columns of the marts, and each row is stated once and for all.
func StatedTables() []Stated {
	return []Stated{
		{"lines", "select * from mart.statement_lines where month = $month order by partner_id, module, place, sale_id"},
		{"slices", "select * from mart.tranche_slices where month = $month order by partner_id, module, sale_id, tranche"},
		{"shares", "select * from mart.sell_with_credits where month = $month order by sale_id, partner_id"},
		{"points", "select * from mart.points_ledger where date_trunc('month', posted_on) = $month order by entry"},
		{"balances", "select * from mart.point_balances where month = $month order by partner_id"},
		{"expiring", "select * from mart.points_expiring where month = $month order by partner_id, lapses_on"},
		{"levels", "select * from mart.partner_levels where month = $month order by partner_id"},
		{"pay", "select * from mart.payables where month = $month order by partner_id"},
		{"entries", "select * from mart.money_entries where month = $month order by entry_id, partner_id"},
		{"settled", settledRows},
		{"grounds", "select ground, inputs, $month as month from intermediate.grounds order by ground"},
		{"uncounted", "select *, $month as stated_month from mart.uncounted_lines where month <= $month and " + anew + " order by sale_id, partner_id, module"},
		{"claims", "select *, $month as stated_month from mart.sell_with_claims where month <= $month and " + anew + " and " + byName + " order by sale_id, partner_code, role"},
		{"partners", "select $month as month, * exclude (modules) from mart.partners order by partner_id"},
		{"files", "select $month as month, sha256 from mart.reconciliation order by file_id"},
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
