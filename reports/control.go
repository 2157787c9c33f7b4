package reports

import "time"

// RegisterMonth has the totals of a month, and what each incentive earned.
type RegisterMonth struct {
	MonthTotals
	Earned map[string]Cents // by incentive
}

// MonthTotals has the totals of a month.
type MonthTotals struct {
	Month   time.Time `json:"month"`
	Status  string    `json:"status"` // open, closed or final
	Entries Cents     `json:"entries"`
	Payable Cents     `json:"payable"`
	Carried Cents     `json:"carried"`
}

// Margin is what the incentives earned together.
func (m RegisterMonth) Margin() (sum Cents) {
	for _, earned := range m.Earned {
		sum += earned
	}
	return sum
}

// monthEarned is what an incentive earned in a month.
type monthEarned struct {
	Month     time.Time `json:"month"`
	Incentive string    `json:"incentive"`
	Earned    Cents     `json:"earned"`
}

// readMonths reads the month and the twelve before it.
func readMonths(r *rows, month time.Time) (months []RegisterMonth) {
	earned := get[monthEarned](r, `from (
		select month, incentive, sum(earned)::decimal(18,2) as earned
		from mart.statements
		group by month, incentive)
		order by month, incentive`)
	for _, totals := range get[MonthTotals](r, registerMonths, month) {
		m := RegisterMonth{MonthTotals: totals, Earned: map[string]Cents{}}
		for _, e := range earned {
			if e.Month.Equal(m.Month) {
				m.Earned[e.Incentive] = e.Earned
			}
		}
		months = append(months, m)
	}
	return months
}

// RegisterCause is what the month adjusts in a closed one, for one cause.
type RegisterCause struct {
	Adjusts time.Time `json:"adjusts_month"`
	What    string    `json:"what"` // the incentive; money_entry; certification, bonus or redemption
	Cause   string    `json:"cause"`
	Rows    int64     `json:"rows"`
	Base    Cents     `json:"base"`
	Amount  Cents     `json:"amount"`
	Points  int64     `json:"points"`
}

// RegisterDistributor has the totals of a distributor's lines: exact decimals in the documents'
// currency, the base in the programme's.
type RegisterDistributor struct {
	Distributor  string `json:"distributor"`
	Currency     string `json:"currency"`
	Lines        int64  `json:"lines"`
	Net          string `json:"net_amount"`
	Counted      int64  `json:"counted_lines"`
	CountedNet   string `json:"counted_amount"`
	CountedBase  string `json:"counted_base"`
	Uncounted    int64  `json:"uncounted_lines"`
	UncountedNet string `json:"uncounted_amount"`
	Held         int64  `json:"held_lines"`
	HeldNet      string `json:"held_amount"`
}

// RegisterWaiting is what waits of a partner: held amounts, and what changes would move that a person has to decide.
type RegisterWaiting struct {
	Partner  string `json:"partner_id,omitzero"` // empty: nobody knows it yet
	Held     string `json:"held_amount"`         // a sum may have more digits than what is stated
	Unvalued int64  `json:"unvalued_rows"`       // held rows without a rate
	HeldRows int64  `json:"held_rows"`
	Changes  int64  `json:"changes"`
	Pending  string `json:"pending_amount"`
	Points   int64  `json:"pending_points"`
}

// Holds says that a statement and its parts agree.
func (c RegisterControl) Holds() bool {
	return c.LinesEarned == c.Earned && c.EntriesSum == c.Entries &&
		c.CarriedIn+c.Earned+c.Entries == c.Payable+c.CarriedOut && c.PointsBefore+c.Posted == c.Spendable
}

// RegisterControl compares a statement with its parts.
type RegisterControl struct {
	Partner      string `json:"partner_id"`
	Lines        int64  `json:"lines"`
	LinesEarned  Cents  `json:"lines_earned"` // line by line
	Earned       Cents  `json:"earned"`       // as stated
	EntriesSum   Cents  `json:"entries_sum"`  // one by one
	Entries      Cents  `json:"money_entries"`
	CarriedIn    Cents  `json:"carried_in"`
	Payable      Cents  `json:"payable"`
	CarriedOut   Cents  `json:"carried_out"`
	PointsBefore int64  `json:"before"`
	Posted       int64  `json:"posted"`
	Spendable    int64  `json:"spendable"`
}

// Accrual is what a partner's purchases so far cost at the rate that is expected for the whole period.
type Accrual struct {
	Partner      string `json:"partner_id"`
	Incentive    string `json:"incentive"`
	Period       Day    `json:"period_start"`
	Base         Cents  `json:"base"`
	Earned       Cents  `json:"earned"`
	PeriodBase   Cents  `json:"period_base"`   // to the end of the period
	PeriodEarned Cents  `json:"period_earned"` // likewise
	Accrued      Cents  `json:"accrued"`
	TrueUp       Cents  `json:"true_up"`        // accrued less earned
	Before       Cents  `json:"true_up_before"` // the same a month earlier
}

// AccrualTest compares what a closed month accrued with what has come of it since.
type AccrualTest struct {
	Month     Day    `json:"month"`
	Incentive string `json:"incentive"`
	Through   Day    `json:"through"` // the last closed month of the period
	Accrued   Cents  `json:"accrued"`
	ComesTo   Cents  `json:"comes_to"`
}

// registerMonths are the month and the twelve before it.
const registerMonths = `from (
	with paid as (
		select month, sum(money_entries) as entries, sum(payable) as payable, sum(carried_out) as carried
		from mart.payables
		group by month
	)
	select m.month, m.status, coalesce(p.entries, 0)::decimal(18,2) as entries,
		coalesce(p.payable, 0)::decimal(18,2) as payable,
		coalesce(p.carried, 0)::decimal(18,2) as carried
	from mart.months as m
	left join paid as p on p.month = m.month
	where m.month <= $1::date and m.month >= $1::date - to_months(12))
	order by month`

const registerControls = `from (
	with lines as (
		select partner_id, count(*) as lines, sum(earned)::decimal(18,2) as earned
		from mart.statement_lines
		where month = $1::date
		group by partner_id
	),
	entries as (
		select partner_id, sum(amount)::decimal(18,2) as amount
		from mart.money_entries
		where month = $1::date
		group by partner_id
	),
	postings as (
		select partner_id, sum(points)::bigint as points
		from mart.points_ledger
		where date_trunc('month', posted_on)::date = $1::date and balance <> 'status'
		group by partner_id
	)
	select y.*, coalesce(l.lines, 0) as lines, coalesce(l.earned, 0)::decimal(18,2) as lines_earned,
		coalesce(e.amount, 0)::decimal(18,2) as entries_sum, coalesce(b.spendable, 0) as before,
		coalesce(t.points, 0) as posted
	from mart.payables as y
	left join lines as l on l.partner_id = y.partner_id
	left join entries as e on e.partner_id = y.partner_id
	left join postings as t on t.partner_id = y.partner_id
	left join mart.point_balances as b on b.partner_id = y.partner_id and b.month = $1::date - to_months(1)
	where y.month = $1::date)
	order by partner_id`
