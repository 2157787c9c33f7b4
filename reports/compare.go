package reports

import (
	"context"
	"fmt"
	"sort"
	"time"
)

// Result is what one partner came to through one module over some months, under
// one programme.
type Result struct {
	Base, Earned Cents
	Points       int64
}

// Difference is one partner and module under two programmes.
type Difference struct {
	Partner, Name, Module string
	Now, Other            Result
	LevelNow, LevelOther  string // at the end of the last month
}

// Comparison is the same facts under two programmes.
type Comparison struct {
	Currency         string
	NowName, NowHash string // the newest version of each
	OtherName        string
	OtherHash        string
	From, To         time.Time // first days of the first and the last month
	Rows             []Difference
}

// Outcome is everything one programme gives over some months.
type Outcome struct {
	currency, name, hash string
	rows                 map[[2]string]*Difference // in Now and LevelNow
}

// ReadOutcome reads what the programme at work in the marts gives. A level is
// that of the last month.
func ReadOutcome(ctx context.Context, m Marts, from, to time.Time) (*Outcome, error) {
	o := &Outcome{rows: map[[2]string]*Difference{}}
	err := scan(ctx, m, `select currency, name, rules_hash from mart.programme where from_date <= last_day($1) and last_day($1) < to_date`, func(r *row) {
		o.currency, o.name, o.hash = r.text("currency"), r.text("name"), r.text("rules_hash")
	}, to)
	if err != nil {
		return nil, fmt.Errorf("read the programme: %w", err)
	}
	err = scan(ctx, m, `select s.partner_id, p.name, s.module, sum(s.base)::decimal(18,2) as base, sum(s.earned)::decimal(18,2) as earned,
			sum(s.points)::bigint as points, max(l.level) as level
		from mart.statements as s
		join mart.partners as p on p.partner_id = s.partner_id
		left join mart.partner_levels as l on l.partner_id = s.partner_id and l.month = $2
		where s.month between $1 and $2
		group by s.partner_id, p.name, s.module
		having sum(s.lines) > 0
		order by s.partner_id, s.module`, func(r *row) {
		d := Difference{Partner: r.text("partner_id"), Name: r.text("name"), Module: r.text("module"), LevelNow: r.text("level"),
			Now: Result{Base: r.cents("base"), Earned: r.cents("earned"), Points: r.number("points")}}
		o.rows[[2]string{d.Partner, d.Module}] = &d
	}, from, to)
	if err != nil {
		return nil, fmt.Errorf("read what the programme gives: %w", err)
	}
	return o, nil
}

// Compare puts two outcomes of the same months side by side. What only one of
// them has is zero under the other.
func Compare(now, other *Outcome, from, to time.Time) *Comparison {
	c := &Comparison{Currency: now.currency, NowName: now.name, NowHash: now.hash, OtherName: other.name, OtherHash: other.hash, From: from, To: to}
	for key, d := range now.rows {
		row := *d
		if o, ok := other.rows[key]; ok {
			row.Other, row.LevelOther = o.Now, o.LevelNow
		}
		c.Rows = append(c.Rows, row)
	}
	for key, o := range other.rows {
		if _, ok := now.rows[key]; !ok {
			c.Rows = append(c.Rows, Difference{Partner: o.Partner, Name: o.Name, Module: o.Module, Other: o.Now, LevelOther: o.LevelNow})
		}
	}
	sort.Slice(c.Rows, func(i, j int) bool {
		a, b := c.Rows[i], c.Rows[j]
		if a.Partner != b.Partner {
			return a.Partner < b.Partner
		}
		return a.Module < b.Module
	})
	return c
}

// Totals adds up every partner and module under each programme.
func (c *Comparison) Totals() (now, other Result) {
	for _, d := range c.Rows {
		now.Earned, other.Earned = now.Earned+d.Now.Earned, other.Earned+d.Other.Earned
		now.Points, other.Points = now.Points+d.Now.Points, other.Points+d.Other.Points
	}
	return now, other
}

// String is the amount with two places.
func (c Cents) String() string {
	sign := ""
	if c < 0 {
		sign, c = "-", -c
	}
	return fmt.Sprintf("%s%d.%02d", sign, c/100, c%100)
}
