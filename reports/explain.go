package reports

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Question asks about a partner's month, or one line of a document.
type Question struct {
	Partner     string
	Month       time.Time // zero, of a line: any
	Distributor string    // of the document; empty: any
	Document    string    // empty: the whole month
	Line        int64
	Everyone    bool // with what is other partners': whole lines of deals, all shares and claims
}

// MonthStory is the statement of a partner's month or, without one, whose statements there are.
type MonthStory struct {
	*Statement
	Instead Stated `json:"-"`
}

// Stated is a partner with statements, and their first and last month: the partner asked for,
// or the one with the most similar id. Empty: there is none.
type Stated struct {
	Partner string `json:"partner_id"`
	First   Day    `json:"first_month"`
	Last    Day    `json:"last_month"`
}

// LineStory explains one line of a document for one partner. Several distributors can use one
// document number; each has its own sale.
type LineStory struct {
	Sales       []SaleStory `json:"sales"`
	Held        []HeldLine  `json:"held"`
	OtherMonths []string    `json:"other_months"` // that hold the line too and were not asked for
}

// SaleStory is one sell-out line in the statement of one month. It leaves out what is another
// partner's unless the question asks for everyone.
type SaleStory struct {
	Sale
	Month       Day          `json:"month"`
	Partner     Partner      `json:"partner"`
	Own         string       `json:"programme_currency"`
	Level       string       `json:"level_at_end"`
	LevelAfter  string       `json:"level_next"`
	Lines       []Line       `json:"lines"`
	Adjustments []Adjustment `json:"adjustments"`
	NotCounted  []NotCounted `json:"not_counted"`
	Shares      []Share      `json:"shares"`
	Claims      []LineClaim  `json:"claims"`
	Names       Names        `json:"-"`
}

// End is one end of a movement under volume or block: its position and the tranche there.
type End struct {
	Side    string `json:"side"` // lo before the movement, hi after it
	X       Cents  `json:"x"`
	Tranche int64  `json:"tranche"`
	From    Cents  `json:"from_amount"`
	To      Cents  `json:"to_amount,omitzero"` // zero: no end
	Filled  Cents  `json:"filled"`
	Left    Cents  `json:"left,omitzero"`
	Rate    Rate   `json:"rate"`
}

// Terms is the version of the programme for a line, and the points it gives.
type Terms struct {
	Name   string `json:"name"`
	From   Day    `json:"from_date"`
	Points int64  `json:"points,omitzero"` // for each Per of base; zero: none
	Per    Cents  `json:"per,omitzero"`
}

// LineClaim is a claim on the deal of a line.
type LineClaim struct {
	Code       string `json:"partner_code"`
	Partner    string `json:"partner_id,omitzero"`
	Role       string `json:"role"`
	Registered Day    `json:"registered_on"`
	Counted    bool   `json:"is_counted"`
	Reason     string `json:"reason,omitzero"`
}

// HeldLine is a line that waits. Theirs are those that the partner bought or distributed. The
// others have an unknown buyer, so only their place and the unknown code are shown.
type HeldLine struct {
	HeldRow
	Theirs bool `json:"is_theirs"`
}

// ExplainMonth explains a partner's month.
func ExplainMonth(ctx context.Context, m Marts, q Question) (*MonthStory, error) {
	st, err := explained(ctx, m, q, q.Month)
	story := &MonthStory{Statement: st}
	if err == nil && st == nil {
		// Up to two wrong characters and the other case are allowed.
		err = scan(ctx, m, `from (
				select partner_id, min(month) as first_month, max(month) as last_month
				from mart.statement_index
				where levenshtein(lower(partner_id), lower($1)) <= least(2, length($1) // 3)
				group by partner_id)
			order by partner_id <> $1, levenshtein(lower(partner_id), lower($1)), partner_id
			limit 1`, func(found *Stated) error {
			story.Instead = *found
			return nil
		}, q.Partner)
	}
	if err != nil {
		return nil, fmt.Errorf("explain %s %s: %w", q.Partner, q.Month.Format("2006-01"), err)
	}
	return story, nil
}

// explained reads the statement of a partner, sent or not, with what only an explanation shows:
// the version of each line, its ends under volume and block, and lines of unregistered deals.
// Nil: there is no such month.
func explained(ctx context.Context, m Marts, q Question, month time.Time) (*Statement, error) {
	s := &reading{ctx: ctx, marts: m, args: []any{month, q.Partner, q.Partner}, byID: map[string]*Statement{}}
	s.summaries("from " + summaries + where)
	s.statements()
	hang(s, func(line *Line, end End) { line.Ends = append(line.Ends, end) }, ends+where+", incentive, credit_id, side")
	hang(s, func(line *Line, t Terms) { line.Terms = &t }, `from (
		select l.partner_id, l.month, l.incentive, l.credit_id::varchar as credit_id, g.name, g.from_date, p.points, p.per
		from mart.statement_lines as l
		join mart.programme as g on g.rules_hash = l.rules_hash
		left join mart.point_rules as p on p.rules_hash = l.rules_hash and p.kind = 'amount' and p.subject = l.incentive
			and coalesce(p.valid_from, l.terms_date) <= l.terms_date
			and l.terms_date <= coalesce(p.valid_to, l.terms_date))`+where+", incentive")
	fill(s, func(st *Statement) *[]NotCounted { return &st.NotCounted }, `from (
		with theirs as (
			select sale_id from mart.statement_lines where month = $1 and partner_id between $2 and $3
			union
			select sale_id from mart.uncounted_lines where month = $1 and partner_id between $2 and $3
		)
		select u.* replace ($2 as partner_id)
		from `+uncounted+` as u
		join theirs as t on t.sale_id = u.sale_id
		where u.partner_id is null)`+where+", incentive, document_date, position")
	if s.err == nil {
		s.head.Names, s.err = ReadNames(ctx, m)
	}
	if s.err != nil || len(s.list) == 0 {
		return nil, s.err
	}
	s.list[0].Names = s.head.Names
	st := s.list[0]
	if !q.Everyone {
		st.hide()
	}
	return st, nil
}

// ends finds the tranche at each end of a movement. A last rate with a width repeats in tranches
// of that width.
const ends = `from (
	with ends as (
		select l.partner_id, l.month, l.incentive, l.credit_id::varchar as credit_id, l.schedule, e.side, e.x,
			greatest(e.x, 0) as at
		from mart.statement_lines as l
		cross join lateral (values ('hi', l.hi), ('lo', l.lo)) as e(side, x)
		where l.month = $1 and l.partner_id between $2 and $3 and l.method in ('volume', 'block')
	),
	reached as (
		select e.*, r.tranche, r.from_amount, r.to_amount, r.width, r.rate,
			if(r.to_amount is null and r.width is not null,
				(((e.at - r.from_amount)::decimal(20,2) * 100)::hugeint
					// (r.width::decimal(20,2) * 100)::hugeint)::bigint, 0) as beyond
		from ends as e
		join mart.rules as r
			on r.schedule = e.schedule and (r.tranche = 1 or r.reached_at <= e.at)
				and (r.left_at is null or e.at < r.left_at)
	),
	bounded as (
		select * replace ((tranche + beyond)::bigint as tranche,
			(from_amount + beyond * coalesce(width, 0))::decimal(18,2) as from_amount,
			coalesce(to_amount, from_amount + (beyond + 1) * width)::decimal(18,2) as to_amount)
		from reached
	)
	select *, (x - from_amount)::decimal(18,2) as filled, (to_amount - x)::decimal(18,2) as left
	from bounded)`

// hide clears what is another partner's: under Sell With, the purchase.
func (s *Statement) hide() {
	for i := range s.Lines {
		if l := &s.Lines[i]; s.Names.IsShared(l.Incentive) {
			l.Document, l.Number, l.Quantity, l.Net, l.Currency, l.Amount = "", 0, 0, 0, "", 0
			l.FXRate, l.RateDate, l.ReturnsDocument, l.ReturnsLine = 0, Day{}, "", 0
		}
	}
	for i := range s.Adjustments {
		if a := &s.Adjustments[i]; s.Names.IsShared(a.Incentive) {
			a.Document, a.Number = "", 0
		}
	}
	for i := range s.Shares {
		s.Shares[i].hide()
	}
}

// hide clears the whole line and the fraction of it.
func (s *Share) hide() { s.Numerator, s.Denominator, s.Amount = 0, 0, 0 }

// named is a line with the document and line number asked for.
type named struct {
	Month       Day    `json:"month"`
	SaleID      int64  `json:"sale_id"`
	Distributor string `json:"distributor"`
	Document    string `json:"document_no"`
	Number      int64  `json:"line_no"`
	Date        Day    `json:"document_date"`
	Deal        string `json:"deal_id"`
	File        string `json:"file_name"`
	FileLine    int64  `json:"file_line"`
}

// ExplainLine explains one line of a document for a partner.
func ExplainLine(ctx context.Context, m Marts, q Question) (*LineStory, error) {
	story, err := explainLine(ctx, m, q)
	if err != nil {
		return nil, fmt.Errorf("explain %s/%d of %s: %w", q.Document, q.Line, q.Partner, err)
	}
	return story, nil
}

func explainLine(ctx context.Context, m Marts, q Question) (*LineStory, error) {
	story := &LineStory{Sales: []SaleStory{}, OtherMonths: []string{}}
	asksFor := func(month Day) bool {
		if q.Month.IsZero() || month.Equal(q.Month) {
			return true
		}
		if text := month.Format("2006-01"); !slices.Contains(story.OtherMonths, text) {
			story.OtherMonths = append(story.OtherMonths, text)
		}
		return false
	}
	args := []any{q.Partner, q.Document, q.Line, q.Distributor}
	sales, err := list[named](ctx, m, `from (
			from mart.statement_lines select partner_id, month, sale_id, distributor, document_no, line_no, document_date,
				deal_id, file_name, file_line
			union
			from mart.uncounted_lines select partner_id, month, sale_id, distributor, document_no, line_no, document_date,
				deal_id, file_name, file_line
			union
			from mart.sell_with_claims select partner_id, month, sale_id, distributor, document_no, line_no, document_date,
				deal_id, file_name, file_line)
		where partner_id = $1 and document_no = $2 and line_no = $3 and ($4 = '' or distributor = $4)
		order by distributor, sale_id, month`, args...)
	if err != nil {
		return nil, err
	}
	for _, n := range sales {
		if !asksFor(n.Month) {
			continue
		}
		sale, err := explainSale(ctx, m, q, n)
		if err != nil {
			return nil, err
		}
		story.Sales = append(story.Sales, *sale)
	}
	held, err := list[HeldLine](ctx, m, heldLines, args...)
	story.Held = slices.DeleteFunc(held, func(h HeldLine) bool { return !asksFor(h.Month) })
	slices.Sort(story.OtherMonths)
	return story, err
}

// heldLines are the partner's lines that wait, links to its purchases, and lines of unknown
// buyers, of which only the place is shown.
const heldLines = `from (
		with held as (
			select *, coalesce(partner_id = $1, false) or coalesce(distributor_id = $1, false) as is_theirs
			from mart.held_lines
			where document_no = $2 and line_no = $3 and ($4 = '' or distributor = $4)
		),
		bought as (
			select distributor, document_no, line_no
			from mart.statement_lines
			where partner_id = $1 and incentive not in (select name from mart.names where credits = 'claims')
			union
			select distributor, document_no, line_no
			from mart.uncounted_lines
			where partner_id = $1
		)
		select h.* replace (if(is_theirs, end_customer, null) as end_customer, if(is_theirs, sku, null) as sku,
			if(is_theirs, net_amount, null) as net_amount, if(is_theirs, currency, null) as currency)
		from held as h
		where is_theirs or kind = 'sales' and partner_id is null
			or kind = 'links'
				and (distributor, document_no, line_no) in (select (distributor, document_no, line_no) from bought))
	order by kind, file_id, file_line`

// explainSale takes one line out of the statement of its month.
func explainSale(ctx context.Context, m Marts, q Question, n named) (*SaleStory, error) {
	st, err := explained(ctx, m, q, n.Month.Time)
	if err != nil {
		return nil, err
	}
	if st == nil { // the programme does not have the month
		st = &Statement{}
	}
	story := &SaleStory{
		Month:       n.Month,
		Partner:     st.Partner,
		Names:       st.Names,
		Own:         st.Currency,
		Level:       st.Pay.Level,
		LevelAfter:  st.Pay.LevelAfter,
		Lines:       slices.DeleteFunc(st.Lines, func(l Line) bool { return l.SaleID != n.SaleID }),
		Adjustments: slices.DeleteFunc(st.Adjustments, func(a Adjustment) bool { return a.SaleID != n.SaleID }),
		NotCounted:  slices.DeleteFunc(st.NotCounted, func(u NotCounted) bool { return u.SaleID != n.SaleID }),
		Sale:        Sale{SaleID: n.SaleID, Date: n.Date, Deal: n.Deal, File: n.File, FileLine: n.FileLine},
	}
	switch {
	case len(story.Lines) > 0:
		story.Sale = story.Lines[0].Sale
	case len(story.NotCounted) > 0:
		story.Sale = story.NotCounted[0].Sale
	}
	story.Distributor, story.Document, story.Number = n.Distributor, n.Document, n.Number // as asked for, even if hidden
	args := []any{q.Partner, n.SaleID, n.Month.Time, q.Everyone}
	const ofSale = " where sale_id = $2 and month = $3 and (partner_id = $1 or $4) order by "
	story.Shares, err = list[Share](ctx, m, "from "+shares+ofSale+"partner_id, matched_sale", args...)
	if !q.Everyone {
		for i := range story.Shares {
			story.Shares[i].hide()
		}
	}
	if err == nil {
		story.Claims, err = list[LineClaim](ctx, m,
			"from mart.sell_with_claims"+ofSale+"role, registered_on, partner_code, returned_sale_id", args...)
	}
	return story, err
}
