package reports

import (
	"context"
	"fmt"
	"time"
)

// Key names a statement, and says how many lines it has, counted and not.
type Key struct {
	Partner string
	Month   time.Time
	Lines   int64
}

// Index lists the statements there are, by month and partner.
func Index(ctx context.Context, m Marts) ([]Key, error) {
	var keys []Key
	err := scan(ctx, m, `with held as (
			select partner_id, month, count(*) as lines from mart.held_lines where kind = 'sales' group by all
		),
		sized as (
			select partner_id, month, lines from mart.statements
			union all
			select partner_id, month, count(*) from mart.uncounted_lines group by all
			union all
			select h.partner_id, i.month, h.lines from held as h join mart.statement_index as i on i.partner_id = h.partner_id and h.month <= i.month
		)
		select i.partner_id, i.month, coalesce(sum(s.lines), 0)::bigint as lines
		from mart.statement_index as i
		left join sized as s on s.partner_id = i.partner_id and s.month = i.month
		group by i.partner_id, i.month order by i.month, i.partner_id`, func(r *row) {
		keys = append(keys, Key{Partner: r.text("partner_id"), Month: r.day("month"), Lines: r.number("lines")})
	})
	return keys, err
}

// Months lists the months of the programme, oldest first. One without any statement
// has a register that says so.
func Months(ctx context.Context, m Marts) ([]time.Time, error) {
	var list []time.Time
	err := scan(ctx, m, "select month from mart.months order by month", func(r *row) { list = append(list, r.day("month")) })
	return list, err
}

// Statements reads the statements of one month for partners whose ids lie
// between two, both included, in the order of their ids. Asking for a few
// hundred, or for so many lines, at a time keeps memory level however many there are.
func Statements(ctx context.Context, m Marts, head Letterhead, month time.Time, firstID, lastID string) ([]*Statement, error) {
	s := &reading{ctx: ctx, marts: m, head: head, month: month, args: []any{month, firstID, lastID}, byID: map[string]*Statement{}}
	for _, part := range []func(){s.partners, s.modules, s.margin, s.lines, s.slices, s.shares, s.claims, s.points, s.expiring, s.gaps, s.entries, s.waiting, s.rules, s.changes} {
		part()
		if s.err != nil {
			return nil, fmt.Errorf("read statements of %s: %w", month.Format("2006-01"), s.err)
		}
	}
	return s.list, nil
}

type reading struct {
	ctx   context.Context
	marts Marts
	head  Letterhead
	month time.Time
	args  []any
	list  []*Statement
	byID  map[string]*Statement
	err   error
}

// each runs a query over the month and the partners, and hands each row to its
// partner's statement.
func (s *reading) each(query string, add func(*Statement, *row)) {
	s.err = scan(s.ctx, s.marts, query, func(r *row) {
		if st, ok := s.byID[r.text("partner_id")]; ok {
			add(st, r)
		}
	}, s.args...)
}

func (s *reading) partners() {
	s.err = scan(s.ctx, s.marts, `select p.partner_id, p.name, p.country, p.town, p.language, y.modules,
			y.earned, y.money_entries, y.carried_in, y.payable, y.carried_out, y.currency, y.rate, y.payable_own, y.level, y.status_points,
			l.next_level, l.points_missing, l.points_needed is null as is_unasked,
			b.by_amount, b.by_certificate, b.by_bonus, b.certifications, b.earned as points_earned, b.redeemed, b.expired, b.spendable, b.spendable_value,
			g.currency as programme_currency, g.name as version_name, g.rules_hash
		from mart.statement_index as i
		join mart.partners as p on p.partner_id = i.partner_id
		join mart.payables as y on y.partner_id = i.partner_id and y.month = i.month
		join mart.partner_levels as l on l.partner_id = i.partner_id and l.month = i.month
		join mart.point_balances as b on b.partner_id = i.partner_id and b.month = i.month
		join mart.months as m on m.month = i.month
		join mart.programme as g on g.rules_hash = m.rules_hash
		where i.month = ? and i.partner_id between ? and ? order by i.partner_id`, func(r *row) {
		st := &Statement{
			Letterhead: s.head, Currency: r.text("programme_currency"), Programme: r.text("version_name"), RulesHash: r.text("rules_hash"), Month: s.month,
			Partner: Partner{ID: r.text("partner_id"), Name: r.text("name"), Country: r.text("country"), Town: r.text("town"),
				Currency: r.text("currency"), Language: r.text("language"), Modules: r.text("modules")},
			Pay: Pay{Earned: r.cents("earned"), MoneyEntries: r.cents("money_entries"), CarriedIn: r.cents("carried_in"),
				Payable: r.cents("payable"), CarriedOut: r.cents("carried_out"), Currency: r.text("currency"), OwnRate: r.units("rate", 9),
				PayableOwn: r.cents("payable_own"), Level: r.text("level"), NextLevel: r.text("next_level"),
				StatusPoints: r.number("status_points"), PointsMissing: r.number("points_missing"), Unasked: r.yes("is_unasked")},
			Balance: Balance{ByAmount: r.number("by_amount"), ByCertificate: r.number("by_certificate"), ByBonus: r.number("by_bonus"),
				Status: r.number("status_points"), Certifications: r.number("certifications"), Earned: r.number("points_earned"), Redeemed: r.number("redeemed"),
				Expired: r.number("expired"), Spendable: r.number("spendable"), SpendableValue: r.cents("spendable_value")},
		}
		s.list = append(s.list, st)
		s.byID[st.Partner.ID] = st
	}, s.args...)
}

func (s *reading) modules() {
	s.each(`select * from mart.statements where month = ? and partner_id between ? and ? order by partner_id, module`, func(st *Statement, r *row) {
		st.Modules = append(st.Modules, ModuleTotal{Module: r.text("module"), Lines: r.number("lines"), Points: r.number("points"), Base: r.cents("base"),
			Earned: r.cents("earned"), YearBase: r.cents("year_base"), YearEarned: r.cents("year_earned"), YearPoints: r.number("year_points")})
	})
}

func (s *reading) margin() {
	s.each(`select * from mart.margin where month = ? and partner_id between ? and ?
		order by partner_id, module, year_start desc, family nulls first, valid_from, tranche < 0, tranche, year_base desc, schedule`, func(st *Statement, r *row) {
		st.Margin = append(st.Margin, Tranche{Module: r.text("module"), Method: r.text("method"), Level: r.text("level"), Family: r.text("family"),
			Year: r.day("year_start"), ValidFrom: r.day("valid_from"), Number: r.number("tranche"), Whole: r.null("rate"), Cut: r.number("tranche") < 0, Endless: r.null("to_amount"),
			From: r.cents("from_amount"), To: r.cents("to_amount"), Rate: r.rate("rate"), MonthBase: r.cents("month_base"),
			MonthEarned: r.cents("month_earned"), YearBase: r.cents("year_base"), YearEarned: r.cents("year_earned")})
	})
}

func (s *reading) lines() {
	s.each(`select partner_id, sale_id, rate, module, document_date, distributor, document_no, line_no, document_type, end_customer, sku, product_name, currency, quantity,
			net_amount, amount, base, lo, hi, before_cap, earned, level, method, points, deal_id, file_name, file_line,
			mends_month, cause, cause_file, cause_line, stated_file, stated_line
		from mart.statement_lines where month = ? and partner_id between ? and ?
		order by partner_id, module, place, sale_id`, func(st *Statement, r *row) {
		if st.Lines == nil { // many: growing takes as long as reading them
			all := int64(0)
			for _, m := range st.Modules {
				all += m.Lines
			}
			st.Lines = make([]Line, 0, all)
		}
		st.Lines = append(st.Lines, Line{SaleID: r.number("sale_id"), FXRate: r.units("rate", 9), Module: r.text("module"), Date: r.day("document_date"), Distributor: r.text("distributor"),
			Document: r.text("document_no"), Number: r.number("line_no"), Type: r.text("document_type"), Customer: r.text("end_customer"),
			SKU: r.text("sku"), Product: r.text("product_name"), Currency: r.text("currency"), Quantity: r.units("quantity", 3),
			Net: r.units("net_amount", 6), Amount: r.cents("amount"), Base: r.cents("base"), PositionBefore: r.cents("lo"), PositionAfter: r.cents("hi"),
			BeforeCap: r.cents("before_cap"), Earned: r.cents("earned"), Level: r.text("level"), Method: r.text("method"),
			Points: r.number("points"), Deal: r.text("deal_id"), File: r.text("file_name"), FileLine: r.number("file_line"),
			Mending: r.mending("cause_file", "cause_line")})
	})
}

// slices hangs each slice on its line.
func (s *reading) slices() {
	var (
		of     *Statement
		module string
		lines  = map[int64]*Line{} // of that module, by the line's number
	)
	s.each(`select * from mart.tranche_slices where month = ? and partner_id between ? and ?
		order by partner_id, module, sale_id, tranche`, func(st *Statement, r *row) {
		if m := r.text("module"); st != of || m != module {
			of, module = st, m
			clear(lines)
			for i := range st.Lines {
				if st.Lines[i].Module == module {
					lines[st.Lines[i].SaleID] = &st.Lines[i]
				}
			}
		}
		line, ok := lines[r.number("sale_id")]
		if !ok {
			r.fail("sale_id", "names a slice without a line")
			return
		}
		line.Slices = append(line.Slices, Slice{Tranche: r.number("tranche"), Rate: r.rate("rate"), Base: r.cents("base"), Earned: r.cents("earned")})
	})
}

func (s *reading) shares() {
	s.each(`select s.*, f.file_name, s.sale_id % 10000000000 as file_line
		from mart.sell_with_credits as s
		left join mart.reconciliation as f on f.file_id = s.sale_id // 10000000000
		where month = ? and partner_id between ? and ?
		order by partner_id, deal_id, document_date, distributor, document_no, line_no, sale_id`, func(st *Statement, r *row) {
		st.Shares = append(st.Shares, Share{Deal: r.text("deal_id"), Roles: r.text("roles"), Date: r.day("document_date"),
			Distributor: r.text("distributor"), Base: r.cents("base"), File: r.text("file_name"), FileLine: r.number("file_line")})
	})
}

func (s *reading) claims() {
	s.each(`select partner_id, deal_id, role, status, registered_on, is_counted, reason, count(*) as lines
		from mart.sell_with_claims where month = ? and partner_id between ? and ? group by all
		order by partner_id, deal_id, role, is_counted desc, reason, registered_on`, func(st *Statement, r *row) {
		st.Claims = append(st.Claims, Claim{Deal: r.text("deal_id"), Role: r.text("role"), Status: r.text("status"), Reason: r.text("reason"),
			Registered: r.day("registered_on"), Lines: r.number("lines"), Counted: r.yes("is_counted")})
	})
}

// points leaves out what a purchase earned: the lines say that one by one, and
// the balance says it together.
func (s *reading) points() {
	s.each(`with entries as (
			select partner_id, posted_on, kind, category, source, balance, points, mends_month, cause, file_name, file_line, stated_file, stated_line, entry
			from mart.points_ledger
			where date_trunc('month', posted_on)::date = $1 and partner_id between $2 and $3 and kind not in ('purchase', 'sell_with')
			union all
			select partner_id, last_day(date_trunc('month', posted_on)::date), kind, null, null, balance, sum(points)::bigint,
				null, null, null, null, null, null, ''
			from mart.points_ledger
			where date_trunc('month', posted_on)::date = $1 and partner_id between $2 and $3 and kind in ('purchase', 'sell_with')
			group by all)
		select * from entries order by partner_id, posted_on, kind, category, source, balance, points, entry`, func(st *Statement, r *row) {
		st.Points = append(st.Points, Posting{Date: r.day("posted_on"), Kind: r.text("kind"), Category: r.text("category"), Source: r.text("source"),
			Balance: r.text("balance"), Points: r.number("points"), Mending: r.mending("file_name", "file_line")})
	})
}

func (s *reading) expiring() {
	s.each(`select * from mart.points_expiring where month = ? and partner_id between ? and ? order by partner_id, lapses_on`, func(st *Statement, r *row) {
		st.Expiring = append(st.Expiring, Expiring{On: r.day("lapses_on"), Points: r.number("points")})
	})
}

func (s *reading) gaps() {
	s.each(`select * from mart.level_gaps where month = ? and partner_id between ? and ?
		order by partner_id, requirement desc, category`, func(st *Statement, r *row) {
		st.Gaps = append(st.Gaps, Gap{Requirement: r.text("requirement"), Category: r.text("category"), Has: r.number("has"), Needs: r.number("needs")})
	})
}

func (s *reading) entries() {
	s.each(`select * from mart.money_entries where month = ? and partner_id between ? and ?
		order by partner_id, posted_on, entry_id`, func(st *Statement, r *row) {
		st.Entries = append(st.Entries, MoneyEntry{ID: r.text("entry_id"), Reason: r.text("reason"), By: r.text("entered_by"), File: r.text("file_name"),
			Date: r.day("posted_on"), Amount: r.cents("amount"), FileLine: r.number("file_line"), Mending: r.mending("file_name", "file_line")})
	})
}

// mending reads what a movement mends; what moves it is in the two columns.
func (r *row) mending(file, line string) Mending {
	return Mending{Mends: r.day("mends_month"), Cause: r.text("cause"), CauseFile: r.text(file), CauseLine: r.number(line),
		StatedFile: r.text("stated_file"), StatedLine: r.number("stated_line")}
}

// waiting is what does not count: the lines of the month that are known in full, and
// whatever of it or of a month before still waits for something.
func (s *reading) waiting() {
	s.each(`with waits as (
			select partner_id, module, reason, document_date, distributor, document_no, line_no, product_name, base, null as net_amount, null as currency,
				file_name, file_line, sale_id as position
			from mart.uncounted_lines where month = $1
			union all
			select unnest(list_filter([partner_id, nullif(distributor_id, partner_id)], lambda p: p is not null)), null, held_reason, document_date, distributor, document_no, line_no,
				sku, null, net_amount, currency, file_name, file_line, file_id::bigint * 10000000000 + file_line
			from mart.held_lines where kind = 'sales' and month <= $1)
		select * from waits where partner_id between $2 and $3
		order by partner_id, module, document_date, distributor, document_no, line_no, position`, func(st *Statement, r *row) {
		st.NotCounted = append(st.NotCounted, NotCounted{Module: r.text("module"), Reason: r.text("reason"), Distributor: r.text("distributor"),
			Document: r.text("document_no"), Date: r.day("document_date"), Number: r.number("line_no"), Product: r.text("product_name"),
			Amount: r.cents("base"), Held: r.null("base"), Net: r.units("net_amount", 6), Currency: r.text("currency"), File: r.text("file_name"), FileLine: r.number("file_line")})
	})
}

// changes says what differs from the version that was taken back.
func (s *reading) changes() {
	s.each(`select * from mart.version_changes where month = ? and partner_id between ? and ?
		order by partner_id, what = 'line', changed = 'position' and base_before = base_after and amount_before = amount_after and points_before = points_after,
			what, module, document_date, distributor, document_no, line_no, line_key`, func(st *Statement, r *row) {
		st.Changes = append(st.Changes, Change{What: r.text("what"), Changed: r.text("changed"), Module: r.text("module"), Distributor: r.text("distributor"), Document: r.text("document_no"),
			Date: r.day("document_date"), Number: r.number("line_no"), BaseBefore: r.cents("base_before"), BaseAfter: r.cents("base_after"),
			Before: r.cents("amount_before"), After: r.cents("amount_after"), PointsBefore: r.number("points_before"), PointsAfter: r.number("points_after")})
	})
}

// rules gives each statement the schedules its margin was made under.
func (s *reading) rules() {
	s.each(`select distinct m.partner_id, r.*
		from mart.margin as m
		join mart.rules as r on r.schedule = m.schedule
		where m.month = ? and m.partner_id between ? and ?
		order by m.partner_id, r.from_date, r.module, r.schedule, r.tranche`, func(st *Statement, r *row) {
		st.Rules = append(st.Rules, Rule{Module: r.text("module"), Method: r.text("method"), Period: r.text("period"), Level: r.text("level"),
			Family: r.text("family"), Version: r.text("version_name"), Hash: r.text("rules_hash"), From: r.day("from_date"), To: r.day("to_date"),
			Tranche: r.number("tranche"), FromAmount: r.cents("from_amount"), ToAmount: r.cents("to_amount"), Cap: r.cents("cap"), Capped: !r.null("cap"),
			Endless: r.null("to_amount"), Rate: r.rate("rate")})
	})
}
