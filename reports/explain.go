package reports

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// Row is one row of a mart: whole numbers as int64, yes and no as bool, nil where
// there is nothing, and everything else as exact text.
type Row map[string]any

// Explanation is what the marts say about one figure, under a name for each
// question. The names of a row's values are the marts' own columns.
type Explanation map[string][]Row

// Text is a value as text, empty where there is none.
func (r Row) Text(name string) string {
	if r[name] == nil {
		return ""
	}
	return fmt.Sprint(r[name])
}

type question struct{ name, query string }

// Explain gathers what made a partner's month what it is.
func Explain(ctx context.Context, m Marts, partner string, month time.Time) (Explanation, error) {
	return ask(ctx, m, []question{
		{"month", `select p.partner_id, p.name, p.modules, p.partner_type, p.is_active, y.month, g.currency as programme_currency, g.name as version_name,
				g.rules_hash, g.minimum_payable, g.levels, y.earned, y.money_entries, y.carried_in, y.payable, y.carried_out, y.currency, y.rate, y.payable_own,
				l.level, l.level_met, l.level_next, l.next_level, b.by_amount, b.by_certificate, b.by_bonus, b.status_points, b.certifications,
				b.earned as points_earned, b.redeemed, b.expired, b.spendable
			from mart.payables as y
			join mart.partners as p on p.partner_id = y.partner_id
			join mart.partner_levels as l on l.partner_id = y.partner_id and l.month = y.month
			join mart.point_balances as b on b.partner_id = y.partner_id and b.month = y.month
			join mart.programme as g on g.from_date <= last_day(y.month) and last_day(y.month) < g.to_date
			where y.partner_id = $1 and y.month = $2`},
		{"modules", `select * from mart.statements where partner_id = $1 and month = $2 order by module`},
		{"margin", `select * from mart.margin where partner_id = $1 and month = $2
			order by module, valid_from, level, family nulls first, schedule, tranche`},
		{"lines", `select module, place, document_date, distributor, document_no, line_no, base, lo, hi, earned, points, file_name, file_line
			from mart.statement_lines where partner_id = $1 and month = $2 order by module, place, sale_id`},
		{"adjustments", `select * from mart.money_entries where partner_id = $1 and month = $2 order by posted_on, entry_id`},
		{"points", `select posted_on, kind, category, source, points, balance from mart.points_ledger
			where partner_id = $1 and date_trunc('month', posted_on)::date = $2 and kind not in ('purchase', 'sell_with') order by posted_on, entry`},
		{"missing", `select * from mart.level_gaps where partner_id = $1 and month = $2 order by requirement desc, category`},
		{"not_counted", `select * from mart.uncounted_lines where partner_id = $1 and month = $2 order by module, document_date, distributor, document_no, line_no, sale_id`},
		{"held", `select * from mart.held_lines where partner_id = $1 and month = $2 order by kind, file_id, file_line`},
	}, partner, month)
}

// ExplainLine gathers what became of one line of a document for a partner. The
// ends of a rounding, which the marts hold only the difference of, are shown too.
func ExplainLine(ctx context.Context, m Marts, partner, document string, line int64) (Explanation, error) {
	return ask(ctx, m, []question{
		{"credits", `select l.*, g.name as version_name, g.from_date as version_from, p.points as points_rule, p.per as points_per,
				g.currency as programme_currency, n.name as partner_name
			from mart.statement_lines as l
			join mart.programme as g on g.rules_hash = l.rules_hash
			join mart.partners as n on n.partner_id = l.partner_id
			left join mart.point_rules as p on p.rules_hash = l.rules_hash and p.kind = 'amount' and p.subject = l.module
				and (l.module <> 'sell_with' or l.terms_date >= g.points_from)
			where l.partner_id = $1 and l.document_no = $2 and l.line_no = $3 order by l.distributor, l.module, l.sale_id`},
		{"slices", `select s.*, round(s.fill_before * s.rate, 2)::decimal(18,2) as paid_before, round(s.fill_after * s.rate, 2)::decimal(18,2) as paid_after
			from mart.tranche_slices as s
			join mart.statement_lines as l on l.sale_id = s.sale_id and l.partner_id = s.partner_id and l.module = s.module
			where s.partner_id = $1 and l.document_no = $2 and l.line_no = $3 order by s.sale_id, s.module, if(s.base < 0, -s.tranche, s.tranche)`},
		{"volume", `select l.sale_id, l.module, e.side, e.x, r.rate, round(e.x * r.rate, 2)::decimal(18,2) as paid
			from mart.statement_lines as l
			cross join lateral (values ('hi', l.hi), ('lo', l.lo)) as e(side, x)
			join mart.rules as r on r.schedule = l.schedule and (r.from_amount <= e.x and (r.to_amount is null or e.x < r.to_amount) or e.x < 0 and r.tranche = 1)
			where l.partner_id = $1 and l.document_no = $2 and l.line_no = $3 and l.method = 'volume' order by l.sale_id, l.module, e.side`},
		{"shares", `select c.* from mart.sell_with_credits as c
			where (c.partner_id = $1 or c.sale_id in (select sale_id from mart.sell_with_claims where partner_id = $1)) and c.document_no = $2 and c.line_no = $3
			order by c.sale_id, c.partner_id`},
		{"claims", `select c.* from mart.sell_with_claims as c
			join (select distinct sale_id, document_no, line_no from mart.statement_lines
				union select sale_id, document_no, line_no from mart.uncounted_lines) as l on l.sale_id = c.sale_id
			where l.document_no = $2 and l.line_no = $3
				and c.sale_id in (select sale_id from mart.sell_with_claims where partner_id = $1 union select sale_id from mart.statement_lines where partner_id = $1)
			order by c.sale_id, c.role, c.registered_on, c.partner_code`},
		{"not_counted", `select u.* from mart.uncounted_lines as u where u.partner_id = $1 and u.document_no = $2 and u.line_no = $3 order by u.sale_id, u.module`},
		{"held", `select h.* from mart.held_lines as h where h.document_no = $2 and h.line_no = $3 and coalesce(h.partner_id, $1) = $1 order by h.file_id, h.file_line`},
		{"levels", `select l.month, l.level, l.level_met, l.level_next from mart.partner_levels as l
			where l.partner_id = $1 and l.month in (select month from mart.statement_lines where partner_id = $1 and document_no = $2 and line_no = $3) order by l.month`},
	}, partner, document, line)
}

func ask(ctx context.Context, m Marts, questions []question, args ...any) (Explanation, error) {
	e := Explanation{}
	for _, q := range questions {
		rows := []Row{}
		err := m.Arrow(ctx, q.query, func(reader array.RecordReader) error {
			for reader.Next() {
				batch := reader.RecordBatch()
				for i := range int(batch.NumRows()) {
					rows = append(rows, rowOf(batch, i))
				}
			}
			return nil
		}, args...)
		if err != nil {
			return nil, fmt.Errorf("explain %s: %w", q.name, err)
		}
		e[q.name] = rows
	}
	return e, nil
}

func rowOf(batch arrow.RecordBatch, i int) Row {
	row := Row{}
	for n, c := range batch.Columns() {
		name := batch.ColumnName(n)
		switch c := c.(type) {
		case *array.Int64:
			row[name] = c.Value(i)
		case *array.Int32:
			row[name] = int64(c.Value(i))
		case *array.Boolean:
			row[name] = c.Value(i)
		case *array.Decimal128:
			row[name] = Decimal(c.Value(i).BigInt(), int(c.DataType().(*arrow.Decimal128Type).Scale))
		default:
			row[name] = string([]byte(c.ValueStr(i))) // the batch's memory is DuckDB's and goes with it
		}
		if c.IsNull(i) {
			row[name] = nil
		}
	}
	return row
}

// Decimal writes units of 10^-scale with every place of the scale: 0 cents are
// 0.00.
func Decimal(units *big.Int, scale int) string {
	text := fmt.Sprintf("%0*d", scale+1, new(big.Int).Abs(units))
	if scale > 0 {
		text = text[:len(text)-scale] + "." + text[len(text)-scale:]
	}
	if units.Sign() < 0 {
		return "-" + text
	}
	return text
}
