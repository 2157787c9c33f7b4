package oracle

import (
	"time"

	"github.com/cockroachdb/apd/v3"
)

type capKey struct {
	partner, incentive string
	year               time.Time
}

// earn works out what every credit earned, in the walk order because a cap goes by
// what was earned before.
func (w *work) earn() {
	running := map[capKey]apd.Decimal{}
	for _, c := range w.credits {
		earned := w.uncapped(c)
		key := capKey{c.partner, c.incentive.Name, yearStart(c.line.terms, w.programme.YearStarts)}
		low := running[key]
		high := add(low, earned)
		running[key] = high
		c.earned = earned
		if limit := c.incentive.Cap; limit != nil {
			c.earned = sub(lesser(*limit, high), lesser(*limit, low))
		}
	}
}

func (w *work) uncapped(c *credit) apd.Decimal {
	in := c.incentive
	if c.line.terms.Before(in.MoneyFrom) {
		return whole(0)
	}
	level := w.levelOn(w.newest(c.partner), c.line.terms)
	for _, s := range in.Schedules {
		if s.Level == level && s.Family == c.family {
			return byMethod(in.Method, s, c)
		}
	}
	return whole(0)
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
		return sub(cents(volume(s, c.high)), cents(volume(s, c.low)))
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

// volume is the whole of x at the rate of the last tranche it has reached.
func volume(s Schedule, x apd.Decimal) apd.Decimal {
	if less(x, whole(0)) {
		return mul(x, firstRate(s))
	}
	rate := whole(0)
	for _, t := range tranches(s, x) {
		if !less(x, t.From) {
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
