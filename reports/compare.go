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

// Result is what one partner gets from one incentive over some months, under one programme.
type Result struct {
	Base   Cents `json:"base"`
	Earned Cents `json:"earned"`
	Points int64 `json:"points"`
}

// Difference is one partner and incentive under two programmes.
type Difference struct {
	Partner, Name, Incentive string
	Now, Other               Result
	LevelNow, LevelOther     string // at the end of the last month
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
	Names            Names
}

// Outcome is the result of one programme over some months.
type Outcome struct {
	version
	names    Names
	results  map[reached]Result
	partners map[string]levelled
}

// version is the newest version of a programme.
type version struct {
	Currency string    `json:"currency"`
	Name     string    `json:"name"`
	Hash     string    `json:"rules_hash"`
	Begins   time.Time `json:"begins"` // first day of the programme's first version
}

// levelled is a partner with its level at the end of the last month.
type levelled struct {
	ID    string `json:"partner_id"`
	Name  string `json:"name"`
	Level string `json:"level"`
}

// reached is the key of a Result.
type reached struct {
	Partner   string `json:"partner_id"`
	Incentive string `json:"incentive"`
}

// ReadOutcome reads the outcome of the programme in the marts.
func ReadOutcome(ctx context.Context, m Marts, from, to time.Time) (*Outcome, error) {
	o := &Outcome{results: map[reached]Result{}, partners: map[string]levelled{}}
	err := scan(ctx, m, `from (select *, (select min(from_date) from mart.programme) as begins from mart.programme)
		where from_date <= last_day($1) and last_day($1) < to_date`, func(v *version) error {
		o.version = *v
		return nil
	}, to)
	if err != nil {
		return nil, err
	}
	err = scan(ctx, m, `from (select p.partner_id, p.name, l.level
		from mart.partners as p
		left join mart.partner_levels as l on l.partner_id = p.partner_id and l.month = $1)`, func(p *levelled) error {
		o.partners[p.ID] = *p
		return nil
	}, to)
	if err != nil {
		return nil, err
	}
	if o.names, err = ReadNames(ctx, m); err != nil {
		return nil, err
	}
	type row struct {
		At     reached
		Result Result
	}
	return o, scan(ctx, m, `from (select partner_id, incentive, sum(base)::decimal(18,2) as base,
			sum(earned)::decimal(18,2) as earned, sum(points)::bigint as points
		from mart.statements
		where month between $1 and $2
		group by partner_id, incentive
		having sum(lines) > 0)`, func(r *row) error {
		o.results[r.At] = r.Result
		return nil
	}, from, to)
}

// Compare joins two outcomes of the same months. What one of them lacks is zero there.
func Compare(now, other *Outcome, from, to time.Time) *Comparison {
	c := &Comparison{Currency: now.Currency, NowName: now.Name, NowHash: now.Hash, OtherName: other.Name,
		OtherHash: other.Hash, NowBegins: now.Begins, OtherBegins: other.Begins, From: from, To: to, Names: now.names}
	either := maps.Clone(now.results)
	maps.Copy(either, other.results)
	for at := range either {
		p := now.partners[at.Partner]
		c.Rows = append(c.Rows, Difference{Partner: at.Partner, Name: p.Name, Incentive: at.Incentive, Now: now.results[at],
			Other: other.results[at], LevelNow: p.Level, LevelOther: other.partners[at.Partner].Level})
	}
	slices.SortFunc(c.Rows, func(a, b Difference) int {
		return cmp.Or(strings.Compare(a.Partner, b.Partner), strings.Compare(a.Incentive, b.Incentive))
	})
	return c
}

// Caution says, in English, that a programme begins inside the months compared, so that its
// figures cover fewer months. Otherwise it is empty.
func (c *Comparison) Caution() string {
	for _, p := range []struct {
		which  string
		begins time.Time
	}{{"other", c.OtherBegins}, {"configured", c.NowBegins}} {
		if p.begins.After(c.From) {
			return fmt.Sprintf("The %s programme begins on %s; before that day nothing is earned under it.",
				p.which, p.begins.Format(time.DateOnly))
		}
	}
	return ""
}

// Totals adds up all rows under each programme.
func (c *Comparison) Totals() (now, other Result) {
	for _, d := range c.Rows {
		now.Earned, other.Earned = now.Earned+d.Now.Earned, other.Earned+d.Other.Earned
		now.Points, other.Points = now.Points+d.Now.Points, other.Points+d.Other.Points
	}
	return now, other
}

// ByIncentive adds up all partners, incentive by incentive.
func (c *Comparison) ByIncentive() (list []Difference) {
	for _, d := range c.Rows {
		i := slices.IndexFunc(list, func(o Difference) bool { return o.Incentive == d.Incentive })
		if i < 0 {
			i, list = len(list), append(list, Difference{Incentive: d.Incentive})
		}
		list[i].Now, list[i].Other = list[i].Now.plus(d.Now), list[i].Other.plus(d.Other)
	}
	slices.SortFunc(list, func(a, b Difference) int { return strings.Compare(a.Incentive, b.Incentive) })
	return list
}

func (r Result) plus(o Result) Result {
	return Result{Base: r.Base + o.Base, Earned: r.Earned + o.Earned, Points: r.Points + o.Points}
}

// Percent is by how much the other programme pays more, or less, of what is earned now; empty where that is nothing.
func (d Difference) Percent() string {
	if d.Now.Earned == 0 {
		return ""
	}
	more, whole := int64(d.Other.Earned-d.Now.Earned), int64(d.Now.Earned)
	tenths := (2000*abs(more) + abs(whole)) / (2 * abs(whole)) // rounded half away from zero
	sign := ""
	if more != 0 && (more < 0) != (whole < 0) {
		sign = "-"
	}
	return fmt.Sprintf("%s%d.%d %%", sign, tenths/10, tenths%10)
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}
