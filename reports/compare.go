package reports

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
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
	NowBegins        time.Time // first day of its first version
	OtherBegins      time.Time
	From, To         time.Time // first days of the first and the last month
	Rows             []Difference
}

// Outcome is everything one programme gives over some months.
type Outcome struct {
	currency, name, hash string
	begins               time.Time // first day of its first version
	results              map[reached]Result
	names, levels        map[string]string // by partner
}

// reached names a Result among those of an Outcome.
type reached struct{ partner, module string }

// ReadOutcome reads what the programme at work in the marts gives. A level is
// that of the last month.
func ReadOutcome(ctx context.Context, m Marts, from, to time.Time) (*Outcome, error) {
	o := &Outcome{results: map[reached]Result{}, names: map[string]string{}, levels: map[string]string{}}
	err := scan(ctx, m, `select currency, name, rules_hash, (select min(from_date) from mart.programme) as begins
		from mart.programme where from_date <= last_day($1) and last_day($1) < to_date`, func(r *row) {
		o.currency, o.name, o.hash, o.begins = r.text("currency"), r.text("name"), r.text("rules_hash"), r.day("begins")
	}, to)
	if err != nil {
		return nil, fmt.Errorf("read the programme: %w", err)
	}
	err = scan(ctx, m, `select p.partner_id, p.name, l.level
		from mart.partners as p
		left join mart.partner_levels as l on l.partner_id = p.partner_id and l.month = $1`, func(r *row) {
		partner := r.text("partner_id")
		o.names[partner], o.levels[partner] = r.text("name"), r.text("level")
	}, to)
	if err != nil {
		return nil, fmt.Errorf("read the partners: %w", err)
	}
	err = scan(ctx, m, `select partner_id, module, sum(base)::decimal(18,2) as base, sum(earned)::decimal(18,2) as earned, sum(points)::bigint as points
		from mart.statements
		where month between $1 and $2
		group by partner_id, module
		having sum(lines) > 0`, func(r *row) {
		o.results[reached{r.text("partner_id"), r.text("module")}] = Result{Base: r.cents("base"), Earned: r.cents("earned"), Points: r.number("points")}
	}, from, to)
	if err != nil {
		return nil, fmt.Errorf("read what the programme gives: %w", err)
	}
	return o, nil
}

// Compare puts two outcomes of the same months side by side. What only one of
// them has is zero under the other.
func Compare(now, other *Outcome, from, to time.Time) *Comparison {
	c := &Comparison{Currency: now.currency, NowName: now.name, NowHash: now.hash, OtherName: other.name, OtherHash: other.hash,
		NowBegins: now.begins, OtherBegins: other.begins, From: from, To: to}
	either := maps.Clone(now.results)
	maps.Copy(either, other.results)
	for at := range either {
		c.Rows = append(c.Rows, Difference{Partner: at.partner, Name: now.names[at.partner], Module: at.module,
			Now: now.results[at], Other: other.results[at], LevelNow: now.levels[at.partner], LevelOther: other.levels[at.partner]})
	}
	slices.SortFunc(c.Rows, func(a, b Difference) int {
		return cmp.Or(strings.Compare(a.Partner, b.Partner), strings.Compare(a.Module, b.Module))
	})
	return c
}

// Caution says, in English, that one of the programmes begins inside the months
// compared, so that its figures are those of fewer months. Mostly it is empty.
func (c *Comparison) Caution() string {
	for _, p := range []struct {
		which  string
		begins time.Time
	}{{"other", c.OtherBegins}, {"configured", c.NowBegins}} {
		if p.begins.After(c.From) {
			return fmt.Sprintf("The %s programme begins on %s; before that day nothing is earned under it.", p.which, p.begins.Format(time.DateOnly))
		}
	}
	return ""
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
