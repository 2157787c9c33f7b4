package transforms

import (
	"context"
	"strings"
)

// Stated is a table of what closed months have stated.
type Stated struct {
	Name     string // of the table in the schema stated
	Rows     string // the rows a month adds to it, as a select of what a run has worked out; $month stands for its first day
	LastOnly bool   // only what the last closing says counts
}

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
		{Name: "waiting", Rows: "select sale_id, null as module, held_reason as reason, $month as month from intermediate.lines where held_reason is not null union all select sale_id, module, reason, $month from mart.uncounted_lines where month <= $month order by all", LastOnly: true},
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
