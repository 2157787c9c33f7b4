package reports

import (
	"context"
	"fmt"
	"time"
)

// Key names a statement and its number of lines, counted or not.
type Key struct {
	Partner string    `json:"partner_id"`
	Month   time.Time `json:"month"`
	Lines   int64     `json:"lines"`
}

// Index lists all statements by month and partner.
func Index(ctx context.Context, m Marts) ([]Key, error) {
	return list[Key](ctx, m, `from (
			with held as (
				select partner_id, month, count(*) as lines from mart.held_lines where kind = 'sales' group by all
			),
			sized as (
				select partner_id, month, lines from mart.statements
				union all
				select partner_id, month, count(*) from mart.uncounted_lines
					where not counts_elsewhere group by all
				union all
				select h.partner_id, i.month, h.lines
				from held as h
				join mart.statement_index as i on i.partner_id = h.partner_id and h.month <= i.month
			)
			select i.partner_id, i.month, coalesce(sum(s.lines), 0)::bigint as lines
			from mart.statement_index as i
			left join sized as s on s.partner_id = i.partner_id and s.month = i.month
			group by i.partner_id, i.month)
		order by month, partner_id`)
}

// Months lists the months of the programme, oldest first. One without statements has a register.
func Months(ctx context.Context, m Marts) (months []time.Time, err error) {
	type row struct {
		Month time.Time `json:"month"`
	}
	err = scan(ctx, m, "from mart.months order by month", func(r *row) error {
		months = append(months, r.Month)
		return nil
	})
	return months, err
}

// summaries are the totals of each partner and month.
const summaries = `(
	select y.* replace (coalesce(y.paid_currency, g.currency) as paid_currency),
		y.payable <> 0 and y.payable_own is null as is_own_unknown, g.settle_after,
		p.name, p.country, p.town, p.language, p.is_active, l.level_met, l.level_next, l.next_level,
		e.earned as earned_last, e.money_entries as entries_last, e.carried_in as carried_in_last,
		e.carried_out as carried_out_last, e.payable as payable_last, e.partner_id is not null as has_before,
		l.falls_on, l.falls_to,
		l.keep_from, k.level as level_before,
		l.points_missing, l.points_needed is null as is_unasked, b.by_amount, b.by_certificate, b.by_bonus,
		b.certifications, b.earned as points_earned, b.redeemed, b.expired, b.spendable_value,
		g.currency as programme_currency, g.name as version_name, g.rules_hash, g.minimum_payable,
		g.rules_hash in (select rules_hash from mart.level_rules) as has_level_rules
	from mart.payables as y
	join mart.partners as p on p.partner_id = y.partner_id
	join mart.partner_levels as l on l.partner_id = y.partner_id and l.month = y.month
	left join mart.payables as e on e.partner_id = y.partner_id and e.month = y.month - to_months(1)
	left join mart.partner_levels as k on k.partner_id = y.partner_id and k.month = y.month - to_months(1)
	join mart.point_balances as b on b.partner_id = y.partner_id and b.month = y.month
	join mart.months as m on m.month = y.month
	join mart.programme as g on g.rules_hash = m.rules_hash)`

// shares are partners' shares of lines of registered deals.
const shares = `(
	select s.*, f.file_name, s.sale_id % 10000000000 as file_line
	from mart.sell_with_credits as s
	left join mart.reconciliation as f on f.file_id = s.sale_id // 10000000000)`

// uncounted are the lines that do not count and the sales that are held.
const uncounted = `(
	select partner_id, month, incentive, reason, sale_id, document_date, distributor, document_no, line_no,
		document_type, end_customer, sku, product_name, family, quantity, net_amount, currency, rate, rate_date,
		base as amount, deal_id, terms_date, returns_document, returns_line,
		returned_sale_id is not null as is_return_found, file_name, file_line, false as is_held,
		sale_id as position
	from mart.uncounted_lines
	where not counts_elsewhere
	union all by name
	select unnest(list_filter([partner_id, nullif(distributor_id, partner_id)], lambda p: p is not null)) as partner_id,
		month, held_reason as reason, what, document_date, distributor, document_no, line_no, end_customer, sku,
		sku as product_name, net_amount, currency, file_name, file_line, true as is_held,
		file_id::bigint * 10000000000 + file_line as position
	from mart.held_lines
	where kind = 'sales')`

const where = " where month = $1 and partner_id between $2 and $3 order by partner_id"

// Statements reads the statements of one month from the first to the last partner id, in order.
// A few hundred at a time keep memory level.
func Statements(
	ctx context.Context, m Marts, head Letterhead, month time.Time, firstID, lastID string,
) ([]*Statement, error) {
	s := &reading{ctx: ctx, marts: m, head: head, args: []any{month, firstID, lastID}, byID: map[string]*Statement{}}
	s.summaries("from " + summaries +
		" as s semi join mart.statement_index as i on i.partner_id = s.partner_id and i.month = s.month" + where)
	s.statements()
	if s.err != nil {
		return nil, fmt.Errorf("read statements of %s: %w", month.Format("2006-01"), s.err)
	}
	return s.list, nil
}

// reading reads statements. It stops at the first error.
type reading struct {
	ctx   context.Context
	marts Marts
	head  Letterhead
	args  []any // the month, the first and the last partner
	list  []*Statement
	byID  map[string]*Statement
	err   error
}

func (s *reading) summaries(from string) {
	s.err = scan(s.ctx, s.marts, from, func(row *Summary) error {
		st := &Statement{Letterhead: s.head, Summary: *row}
		s.list, s.byID[row.Partner.ID] = append(s.list, st), st
		return nil
	}, s.args...)
}

// of is a row with its partner.
type of[T any] struct {
	Partner string `json:"partner_id"`
	Row     T
}

// each passes each row to its partner's statement.
func each[T any](s *reading, from string, add func(*Statement, T) error) {
	if s.err != nil {
		return
	}
	s.err = scan(s.ctx, s.marts, from, func(row *of[T]) error {
		if st, ok := s.byID[row.Partner]; ok {
			return add(st, row.Row)
		}
		return nil
	}, s.args...)
}

// fill adds each row to a list of its partner's statement.
func fill[T any](s *reading, to func(*Statement) *[]T, from string) {
	each(s, from, func(st *Statement, row T) error {
		list := to(st)
		*list = append(*list, row)
		return nil
	})
}

// ofLine is a row with its line.
type ofLine[T any] struct {
	Incentive string `json:"incentive"`
	CreditID  string `json:"credit_id"`
	Part      T
}

// hang adds each row to its line. The rows are in order of partner and incentive.
func hang[T any](s *reading, add func(*Line, T), from string) {
	var (
		of        *Statement
		incentive string
		lines     = map[string]*Line{} // of that incentive
	)
	each(s, from, func(st *Statement, row ofLine[T]) error {
		if st != of || row.Incentive != incentive {
			of, incentive = st, row.Incentive
			clear(lines)
			for i := range st.Lines {
				if st.Lines[i].Incentive == incentive {
					lines[st.Lines[i].CreditID] = &st.Lines[i]
				}
			}
		}
		line, ok := lines[row.CreditID]
		if !ok {
			return fmt.Errorf("credit_id %s names no line", row.CreditID)
		}
		add(line, row.Part)
		return nil
	})
}

func (s *reading) statements() {
	fill(s, func(st *Statement) *[]IncentiveTotal { return &st.Modules }, "from mart.statements"+where+", incentive")
	fill(s, func(st *Statement) *[]Tranche { return &st.Margin }, `from (
		select *, rate is null as is_whole, tranche = -1 as is_cut, tranche = -2 as is_flat,
			to_amount is null as is_endless,
			year_earned = round(year_base::decimal(20,2) * rate, 2) as is_year_by_rate,
			month_earned = round(year_base::decimal(20,2) * rate, 2)
				- round((year_base - month_base)::decimal(20,2) * rate, 2) as is_month_by_rate
		from mart.margin)`+where+`, incentive, year_start desc, family nulls first, valid_from, tranche < 0, tranche,
		year_base desc, schedule`)
	s.lines()
	fill(s, func(st *Statement) *[]Share { return &st.Shares }, "from "+shares+where+
		", deal_id, document_date, distributor, document_no, line_no, sale_id, matched_sale")
	fill(s, func(st *Statement) *[]Claim { return &st.Claims }, `from (
		select partner_id, month, deal_id, role, status, registered_on, is_counted, reason, count(*) as lines,
			min(document_date) as first_date, max(document_date) as last_date
		from mart.sell_with_claims
		where month = $1
		group by all)`+where+", deal_id, role, is_counted desc, reason, registered_on")
	s.points()
	fill(s, func(st *Statement) *[]Gap { return &st.Gaps }, "from mart.level_gaps"+where+", requirement desc, category")
	fill(s, func(st *Statement) *[]Gap { return &st.Shortfalls },
		"from mart.level_shortfalls"+where+", requirement desc, category")
	fill(s, func(st *Statement) *[]Certified { return &st.Certified },
		"from mart.valid_certifications"+where+", category, awarded_on, person_id, certification_code, from_date")
	fill(s, func(st *Statement) *[]NextStep { return &st.Next },
		"from mart.next_steps"+where+", incentive, position_family")
	fill(s, func(st *Statement) *[]Expected { return &st.Levels }, "from mart.expected_levels"+where+", held_in")
	fill(s, func(st *Statement) *[]NextLevel { return &st.NextLevel }, "from mart.next_levels"+where)
	fill(s, func(st *Statement) *[]MoneyEntry { return &st.Entries },
		"from mart.money_entries"+where+", posted_on, entry_id")
	fill(s, func(st *Statement) *[]Adjustment { return &st.Adjustments }, "from mart.adjustments"+where+`, kind <> 'line',
		kind <> 'money_entry', incentive, posted_on, distributor, document_no, line_no, line_key, reference`)
	fill(s, func(st *Statement) *[]NotCounted { return &st.NotCounted }, "from "+uncounted+`
		where (month = $1 or is_held and month < $1) and partner_id between $2 and $3
		order by partner_id, incentive, document_date, distributor, document_no, line_no, position,
			returns_document, returns_line`)
	fill(s, func(st *Statement) *[]Rule { return &st.Rules }, `from (
		select distinct m.partner_id, m.month, r.*, r.to_amount is null as is_endless, r.cap is not null as is_capped
		from mart.margin as m
		join mart.rules as r on r.schedule = m.schedule)`+where+", from_date, incentive, schedule, tranche")
	fill(s, func(st *Statement) *[]Change { return &st.Changes }, "from mart.version_changes"+where+`, what = 'line',
		changed = 'position' and base_before = base_after and amount_before = amount_after
			and points_before = points_after,
		what, incentive, document_date, distributor, document_no, line_no, line_key`)
}

// lines reads the movements and their tranches.
func (s *reading) lines() {
	each(s, "from (select * replace (credit_id::varchar as credit_id), returned_sale_id is not null as is_return_found "+
		"from mart.statement_lines)"+where+
		", incentive, sequence, sale_id", func(st *Statement, line Line) error {
		if st.Lines == nil { // growing a long list costs as much as reading it
			all := int64(0)
			for _, m := range st.Modules {
				all += m.Lines
			}
			st.Lines = make([]Line, 0, all)
		}
		st.Lines = append(st.Lines, line)
		return nil
	})
	hang(s, func(line *Line, slice Slice) { line.Slices = append(line.Slices, slice) },
		"from (select * replace (credit_id::varchar as credit_id) from mart.tranche_slices)"+where+
			", incentive, credit_id, tranche")
}

// points reads the postings and what lapses soon. The points of purchases are one sum, because
// each line shows its own.
func (s *reading) points() {
	fill(s, func(st *Statement) *[]Posting { return &st.Points }, `from (
		select partner_id, date_trunc('month', posted_on)::date as month, posted_on, kind, category, source, balance,
			points, entry
		from mart.points_ledger
		where kind not in ('purchase', 'sell_with')
		union all by name
		select partner_id, date_trunc('month', posted_on)::date as month, last_day(month) as posted_on, kind, balance,
			sum(points)::bigint as points, '' as entry
		from mart.points_ledger
		where kind in ('purchase', 'sell_with') and date_trunc('month', posted_on)::date = $1
		group by all)`+where+", posted_on, kind, category, source, balance, points, entry")
	fill(s, func(st *Statement) *[]Ending { return &st.Ends }, "from mart.ends_soon"+where+
		", ends_on, kind, subject, person_id")
}
