package reports

import (
	"context"
	"fmt"
	"time"
)

// Register is finance's view of one month.
type Register struct {
	Edition
	Letterhead
	Currency     string
	Month        time.Time
	Partners     []RegisterPartner
	Modules      []RegisterIncentive
	Months       []RegisterMonth // this one and the twelve before, oldest first
	Causes       []RegisterCause
	Distributors []RegisterDistributor
	Controls     []RegisterControl
	Accruals     []Accrual     // where the configuration looks ahead
	Tests        []AccrualTest // of closed months
	Files        []File
	Held         []HeldRow
	Waiting      []RegisterWaiting
	Rejected     []RejectedRow
	MoreRejected int64 // that are not listed
	MoreHeld     int64
}

// RegisterPartner is one partner in the register.
type RegisterPartner struct {
	Currency        string `json:"programme_currency"`
	Partner         Partner
	Pay             Pay
	AdjustedLines   Cents `json:"adjusted_lines"`   // what adjusts earlier months, of the earnings
	AdjustedEntries Cents `json:"adjusted_entries"` // and of the manual adjustments
	Before          Cents `json:"payable_before"`   // payable in the final edition before, if there is one
}

// RegisterIncentive has the totals of one incentive and distributor.
type RegisterIncentive struct {
	Incentive   string `json:"incentive"`
	Distributor string `json:"distributor"`
	Lines       int64  `json:"lines"`
	Points      int64  `json:"points"`
	Base        Cents  `json:"base"`
	Earned      Cents  `json:"earned"`
}

// File shows what became of a file. Amounts are exact decimals in the documents' currencies.
type File struct {
	Name             string `json:"file_name"`
	Feed             string `json:"feed"`
	Reason           string `json:"detail"`
	Records          int64  `json:"records"`
	Loaded           int64  `json:"loaded"`
	Duplicate        int64  `json:"duplicate"`
	Superseded       int64  `json:"superseded"`
	Rejected         int64  `json:"rejected"`
	Excluded         int64  `json:"excluded"`
	Waived           int64  `json:"waived"`
	Held             int64  `json:"held"`
	Unread           int64  `json:"unread_amounts"`
	Amount           string `json:"amount"`
	LoadedAmount     string `json:"loaded_amount"`
	DuplicateAmount  string `json:"duplicate_amount"`
	SupersededAmount string `json:"superseded_amount"`
	RejectedAmount   string `json:"rejected_amount"`
	ExcludedAmount   string `json:"excluded_amount"`
}

// HeldRow is a row that waits for what is missing.
type HeldRow struct {
	Kind        string `json:"kind"`
	Reason      string `json:"held_reason"`
	What        string `json:"what,omitzero"`
	Month       Day    `json:"month"`
	Distributor string `json:"distributor,omitzero"`
	Document    string `json:"document_no,omitzero"`
	Number      int64  `json:"line_no,omitzero"`
	Customer    string `json:"end_customer,omitzero"`
	SKU         string `json:"sku,omitzero"`
	Amount      string `json:"net_amount,omitzero"` // an exact decimal
	Currency    string `json:"currency,omitzero"`
	File        string `json:"file_name"`
	FileLine    int64  `json:"file_line"`
}

// RejectedRow is a row that was rejected.
type RejectedRow struct {
	File     string `json:"file_name"`
	FileLine int64  `json:"file_line"`
	Column   string `json:"column_name"`
	Sentence string `json:"sentence"`
	Raw      string `json:"raw_text"`
	Waived   string `json:"waived"`
}

// ReadRegister reads the register of one month.
func ReadRegister(ctx context.Context, m Marts, head Letterhead, month time.Time) (*Register, error) {
	g := &Register{Letterhead: head, Month: month}
	r := &rows{ctx: ctx, marts: m}
	g.Accruals = get[Accrual](r, "from mart.accruals where month = $1 order by partner_id, incentive, period_start", month)
	g.Tests = get[AccrualTest](r, `from (select month, incentive, max(through) as through,
		sum(accrued)::decimal(18,2) as accrued, sum(comes_to)::decimal(18,2) as comes_to
		from mart.accrual_tests where month < $1 group by month, incentive) order by month, incentive`, month)
	g.Partners = get[RegisterPartner](r, `from (
		select s.*, coalesce(a.adjusted_lines, 0)::decimal(18,2) as adjusted_lines,
			coalesce(a.adjusted_entries, 0)::decimal(18,2) as adjusted_entries,
			coalesce(v.amount_before, s.payable) as payable_before
		from `+summaries+` as s
		left join mart.version_changes as v on v.partner_id = s.partner_id and v.month = s.month and v.what = 'payable'
		left join (
			select partner_id, sum(amount) filter (where kind = 'line') as adjusted_lines,
				sum(amount) filter (where kind = 'money_entry') as adjusted_entries
			from mart.adjustments
			where month = $1
			group by partner_id
		) as a on a.partner_id = s.partner_id
		where s.month = $1)
		order by partner_id`, month)
	if len(g.Partners) > 0 {
		g.Currency = g.Partners[0].Currency
	}
	g.Modules = get[RegisterIncentive](r, `from (
		select incentive, distributor, count(*) as lines, sum(points)::bigint as points, sum(base)::decimal(18,2) as base,
			sum(earned)::decimal(18,2) as earned
		from mart.statement_lines
		where month = $1
		group by incentive, distributor)
		order by incentive, distributor`, month)
	g.Months = readMonths(r, month)
	g.Causes = get[RegisterCause](r, `from (
		select adjusts_month, coalesce(incentive, kind) as what, cause, count(*) as rows,
			coalesce(sum(base), 0)::decimal(18,2) as base,
			coalesce(sum(amount), 0)::decimal(18,2) as amount, coalesce(sum(points), 0)::bigint as points
		from mart.adjustments
		where month = $1
		group by all)
		order by adjusts_month, what, cause`, month)
	g.Distributors = get[RegisterDistributor](r,
		"from mart.distributor_months where month = $1 order by distributor, currency", month)
	g.Controls = get[RegisterControl](r, registerControls, month)
	g.Waiting = get[RegisterWaiting](r, "from mart.waiting_amounts where month = $1 order by partner_id nulls last", month)
	g.Files = get[File](r, "from mart.reconciliation order by file_id")
	g.Held, g.MoreHeld = first[HeldRow](r, registerHeld, "month, kind, held_reason, what, position", month)
	g.Rejected, g.MoreRejected = first[RejectedRow](r, "mart.rejected_rows", "file_id, problem")
	if r.err != nil {
		return nil, fmt.Errorf("read register of %s: %w", month.Format("2006-01"), r.err)
	}
	return g, nil
}

// registerHeld has the held rows, and the sales whose Sell With waits for an unknown deal.
const registerHeld = `(
	select kind, held_reason, what, month, distributor, document_no, line_no, end_customer, sku, net_amount, currency,
		file_name, file_line, file_id::bigint * 10000000000 + file_line as position
	from mart.held_lines
	union all
	select 'sales', reason, deal_id, month, distributor, document_no, line_no, end_customer, sku, net_amount, currency,
		file_name, file_line, sale_id
	from mart.uncounted_lines
	where reason = 'unknown_deal')
	where month <= $1`

// rows reads the parts of a register. It stops at the first error.
type rows struct {
	ctx   context.Context
	marts Marts
	err   error
}

func get[T any](r *rows, from string, args ...any) (all []T) {
	if r.err == nil {
		all, r.err = list[T](r.ctx, r.marts, from, args...)
	}
	return all
}

// first reads ten thousand rows and counts the others.
func first[T any](r *rows, from, order string, args ...any) (some []T, more int64) {
	type row struct {
		Row   T
		InAll int64 `json:"in_all"`
	}
	from = "from (select *, count(*) over () as in_all from " + from + ") order by " + order + " limit 10000"
	for _, x := range get[row](r, from, args...) {
		some, more = append(some, x.Row), x.InAll
	}
	return some, more - int64(len(some))
}
