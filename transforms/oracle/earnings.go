package oracle

import (
	"fmt"
	"time"

	"github.com/cockroachdb/apd/v3"
)

// earn works out what every credit earned, in the walk order because limits, flat amounts and caps go by
// what was earned before.
func (w *work) earn() {
	limits, flats, caps := map[limitKey]sums{}, map[string][]flat{}, map[capKey]apd.Decimal{}
	schedules := map[*credit]*Schedule{}
	for _, c := range w.credits {
		if s := w.schedule(c); s != nil {
			schedules[c] = s
			c.earned = limit(c, byMethod(c.incentive.Method, *s, c), limits)
		}
	}
	w.cutLines(schedules)
	for _, c := range w.credits {
		c.earned = w.cap(c, add(c.earned, steps(c, schedules[c], flats)), caps)
	}
}

// schedule is what pays for a credit, nil when nothing does.
func (w *work) schedule(c *credit) *Schedule {
	in := c.incentive
	if c.line.terms.Before(in.MoneyFrom) {
		return nil
	}
	level := w.levelOn(w.newest(c.partner), c.line.terms)
	for i := range in.Schedules {
		if s := &in.Schedules[i]; s.Level == level && s.Family == c.family {
			return w.measured(c, s)
		}
	}
	return nil
}

// measured is a schedule with amounts for bounds. Where they are percents of a target that is not there, or not above
// zero, there is none.
func (w *work) measured(c *credit, s *Schedule) *Schedule {
	if c.incentive.Target == "" {
		return s
	}
	target := w.target(c)
	if !less(whole(0), target) {
		return nil
	}
	part := func(percent apd.Decimal) apd.Decimal { return divided(mul(percent, target), whole(100)) }
	scaled := *s
	scaled.Tranches = nil
	for _, t := range s.Tranches {
		t.From = part(t.From)
		if t.To != nil {
			to := part(*t.To)
			t.To = &to
		}
		scaled.Tranches = append(scaled.Tranches, t)
	}
	return &scaled
}

// target is what a credit's period is measured by.
func (w *work) target(c *credit) apd.Decimal {
	sum := whole(0)
	if c.incentive.Target == "own" {
		for _, t := range w.facts.Targets {
			if t.Partner == c.partner && t.Incentive == c.incentive.Name && t.Period.Equal(c.period) &&
				within(c.line.terms, t.Since, t.Until) {
				return t.Amount
			}
		}
		return sum
	}
	for _, o := range w.credits {
		if o.partner == c.partner && o.incentive.Name == c.incentive.Name && o.family == c.family &&
			addMonths(o.period, 12).Equal(c.period) && !monthOf(o.line.sale.Date).After(c.period) {
			sum = add(sum, o.base)
		}
	}
	return sum
}

// limitKey names what a limit is for: a line or a document, with all that was returned of it.
type limitKey struct {
	partner, incentive, distributor, paper, line string
}

// sums are what counted, and what it earned.
type sums struct{ base, earned apd.Decimal }

// limit holds what a line or a document earns between its bounds. Both are added up under all rules, so that these may
// change in between.
func limit(c *credit, earned apd.Decimal, all map[limitKey]sums) apd.Decimal {
	in := c.incentive
	document := limitKey{c.partner, in.Name, c.line.sale.Distributor, c.line.paper, ""}
	line := document
	line.line = "line " + c.line.number
	key := document
	if in.LimitEach == "line" {
		key = line
	}
	before := all[key]
	for _, k := range []limitKey{document, line} {
		all[k] = sums{add(all[k].base, c.base), add(all[k].earned, earned)}
	}
	if in.LimitEach == "" {
		return earned
	}
	return sub(in.between(all[key]), in.between(before))
}

// between is what a line or document earns that counts so much and would earn so much.
func (in *Incentive) between(s sums) apd.Decimal {
	if s.base.IsZero() {
		return whole(0)
	}
	sign := whole(1)
	sign.Negative = s.base.Negative
	earned, least := mul(s.earned, sign), whole(0)
	if in.Least != nil {
		least = *in.Least
	}
	earned = greater(earned, least)
	if in.Most != nil {
		earned = lesser(earned, *in.Most)
	}
	return mul(earned, sign)
}

// capKey names what a cap is for: a year, or a period of it.
type capKey struct {
	partner, incentive string
	year, period       time.Time
}

// cap cuts what goes beyond the cap of the year or the period. Both are added up, because the rules may change in it.
func (w *work) cap(c *credit, earned apd.Decimal, running map[capKey]apd.Decimal) apd.Decimal {
	year := capKey{c.partner, c.incentive.Name, yearStart(c.line.terms, w.programme.YearStarts), time.Time{}}
	period := year
	period.period = c.period
	key := year
	if c.incentive.CapEach == "period" {
		key = period
	}
	low := running[key]
	high := add(low, earned)
	for _, k := range []capKey{year, period} {
		running[k] = add(running[k], earned)
	}
	if most := c.incentive.Cap; most != nil {
		return sub(lesser(*most, high), lesser(*most, low))
	}
	return earned
}

// flat is an amount that was earned at a place of a running base, and is held as long as the base stays there.
type flat struct{ at, amount apd.Decimal }

// steps is what a credit earns for reaching tranches of its own schedule, less what it takes back by falling below
// the places where something was earned.
func steps(c *credit, schedule *Schedule, held map[string][]flat) apd.Decimal {
	running := fmt.Sprint(c.partner, "/", c.incentive.Name, "/", c.period, "/", c.family)
	document := fmt.Sprint(running, "/", c.line.sale.Distributor, "/", c.line.paper)
	earned := whole(0)
	for _, p := range []struct {
		key       string
		low, high apd.Decimal
		rises     bool
	}{
		{running, c.low, c.high, c.incentive.Method != "document"},
		{document, c.docLow, c.docHigh, c.incentive.Method == "document"},
	} {
		var still []flat
		for _, f := range held[p.key] {
			if less(p.high, f.at) {
				earned = sub(earned, f.amount)
			} else {
				still = append(still, f)
			}
		}
		if p.rises && schedule != nil {
			for _, f := range reached(c.incentive, schedule, p.low, p.high) {
				earned = add(earned, f.amount)
				still = append(still, f)
			}
		}
		held[p.key] = still
	}
	return earned
}

// reached are the flat amounts of the tranches that a base reaches on its way up.
func reached(in *Incentive, s *Schedule, low, high apd.Decimal) (list []flat) {
	cent, before := *apd.New(1, -2), whole(0)
	for i, amount := range s.flats() {
		at := amount.at
		if i == 0 || in.UpperBounds {
			at = add(at, cent)
		}
		value := amount.amount
		if in.Method == "volume" {
			value = sub(value, before)
		}
		before = amount.amount
		if less(low, at) && !less(high, at) && !value.IsZero() {
			list = append(list, flat{at, value})
		}
	}
	return list
}

// flats are the amounts of a schedule and where its tranches begin.
func (s *Schedule) flats() (list []flat) {
	from := whole(0)
	for i := range s.Rates {
		amount := whole(0)
		if i < len(s.Flats) {
			amount = s.Flats[i]
		}
		list = append(list, flat{from, amount})
		from = add(from, *s.Width)
	}
	for _, t := range s.Tranches {
		list = append(list, flat{t.From, t.Flat})
	}
	return list
}

func byMethod(method string, s Schedule, c *credit) apd.Decimal {
	switch method {
	case "marginal":
		return sliced(s, c.low, c.high)
	case "document":
		return sliced(s, c.docLow, c.docHigh)
	case "block":
		return sub(cents(block(s, c.high)), cents(block(s, c.low)))
	case "volume":
		upper := c.incentive.UpperBounds
		return sub(cents(volume(s, c.high, upper)), cents(volume(s, c.low, upper)))
	}
	panic("oracle: unknown method " + method)
}

// sliced adds up what each tranche earned between two positions, rounded tranche
// by tranche. What lies below zero is a tranche of its own.
func sliced(s Schedule, low, high apd.Decimal) apd.Decimal {
	zero := whole(0)
	rate := firstRate(s)
	earned := sub(cents(mul(lesser(high, zero), rate)), cents(mul(lesser(low, zero), rate)))
	for _, t := range tranches(s, greater(low, high)) {
		after := cents(mul(fill(t, high), t.Rate))
		before := cents(mul(fill(t, low), t.Rate))
		earned = add(earned, sub(after, before))
	}
	return earned
}

// block is what the full tranches below x are worth.
func block(s Schedule, x apd.Decimal) apd.Decimal {
	if less(x, whole(0)) {
		return mul(x, firstRate(s))
	}
	sum := whole(0)
	for _, t := range tranches(s, x) {
		if t.To != nil && !less(x, *t.To) {
			sum = add(sum, mul(sub(*t.To, t.From), t.Rate))
		}
	}
	return sum
}

// volume is the whole of x at the rate of the last tranche it has reached. A bound belongs to the upper tranche, or to
// the lower one.
func volume(s Schedule, x apd.Decimal, upper bool) apd.Decimal {
	if less(x, whole(0)) {
		return mul(x, firstRate(s))
	}
	rate := whole(0)
	for _, t := range tranches(s, x) {
		if !less(x, t.From) && !(upper && x.Cmp(&t.From) == 0 && !t.From.IsZero()) {
			rate = t.Rate
		}
	}
	return mul(x, rate)
}

// fill is how much of a tranche the position x fills.
func fill(t Tranche, x apd.Decimal) apd.Decimal {
	if t.To != nil {
		x = lesser(x, *t.To)
	}
	return sub(greater(x, t.From), t.From)
}

func firstRate(s Schedule) apd.Decimal {
	if s.Width == nil {
		return s.Tranches[0].Rate
	}
	return s.Rates[0]
}

// tranches are those that a position up to reach can have touched. A width has
// them for ever, so they are laid out only so far.
func tranches(s Schedule, reach apd.Decimal) []Tranche {
	if s.Width == nil {
		return s.Tranches
	}
	var out []Tranche
	from := whole(0)
	for i := 0; !less(reach, from); i++ {
		to := add(from, *s.Width)
		rate := s.Rates[len(s.Rates)-1]
		if i < len(s.Rates) {
			rate = s.Rates[i]
		}
		out = append(out, Tranche{From: from, To: &to, Rate: rate})
		from = to
	}
	return out
}
