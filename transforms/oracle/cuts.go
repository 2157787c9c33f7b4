package oracle

import (
	"fmt"
	"math/big"
	"slices"
	"sort"

	"github.com/cockroachdb/apd/v3"
)

// cutLines sees to it that all incentives of a line together earn no more than it costs: the last in the list is cut
// first, then the higher partner. Returns mirror the cut of their sale.
func (w *work) cutLines(schedules map[*credit]*Schedule) {
	lines := map[string][]*credit{}
	for _, c := range w.credits {
		if schedules[c] != nil && c.incentive.belongsToLine() && c.version.maySurpass() {
			key := fmt.Sprint(c.line.sale.Distributor, "/", c.line.paper, "/", c.line.number)
			lines[key] = append(lines[key], c)
		}
	}
	for _, credits := range lines {
		cutLine(credits)
	}
}

// belongsToLine says whether what an incentive earns with a line is that line's.
func (in *Incentive) belongsToLine() bool {
	return in.Base != "activities" && (in.Method == "marginal" || in.Method == "document" || in.Method == "")
}

// maySurpass says whether the rates of a version can come to more than the whole, or pay by units.
func (v *Version) maySurpass() bool {
	sum := whole(0)
	for i := range v.Incentives {
		in := &v.Incentives[i]
		if !in.belongsToLine() || len(in.Schedules) == 0 {
			continue
		}
		if in.Base != "" || in.Least != nil {
			return true
		}
		most := whole(0)
		for _, s := range in.Schedules {
			for _, t := range s.Tranches {
				most = greater(most, t.Rate)
			}
		}
		sum = add(sum, most)
	}
	return less(whole(1), sum)
}

// cutLine cuts what the sale of a line earns too much, and gives as much of the cut back as comes back of the sale.
func cutLine(credits []*credit) {
	sale := slices.IndexFunc(credits, func(c *credit) bool { return !c.line.returns })
	if sale < 0 {
		return
	}
	cost := credits[sale].line.amount
	sign := whole(1)
	sign.Negative = cost.Negative
	room := mul(cost, sign)
	first := slices.DeleteFunc(slices.Clone(credits), func(c *credit) bool { return c.line.returns })
	sort.SliceStable(first, func(i, j int) bool {
		a, b := first[i], first[j]
		if x, y := a.version.place(a.incentive), b.version.place(b.incentive); x != y {
			return x < y
		}
		return a.partner < b.partner
	})
	cuts := map[string]apd.Decimal{}
	for _, c := range first {
		earned := mul(c.earned, sign)
		if less(earned, whole(0)) {
			earned = whole(0)
		}
		if over := sub(earned, greater(room, whole(0))); less(whole(0), over) {
			cuts[c.taker()] = over
			c.earned = sub(c.earned, mul(over, sign))
		}
		room = sub(room, earned)
	}
	var events []*line
	for _, c := range credits {
		if c.line.returns && !slices.Contains(events, c.line) {
			events = append(events, c.line)
		}
	}
	sort.SliceStable(events, func(i, j int) bool { return older(events[i].sale, events[j].sale) })
	left := cost
	for _, event := range events {
		before := left
		left = add(left, event.amount)
		for _, c := range credits {
			if c.line != event {
				continue
			}
			if cost.IsZero() {
				c.earned = whole(0)
				continue
			}
			over := cuts[c.taker()]
			back := sub(standing(over, left, cost), standing(over, before, cost))
			c.earned = sub(c.earned, mul(back, sign))
		}
	}
}

// taker names whom a credit is for, and by what.
func (c *credit) taker() string { return c.incentive.Name + "/" + c.partner }

// place is where an incentive stands in the list of its version.
func (v *Version) place(in *Incentive) int {
	return slices.IndexFunc(v.Incentives, func(other Incentive) bool { return other.Name == in.Name })
}

// standing is what is left of a cut once so much of the cost is left, cut down to the cent.
func standing(over, left, cost apd.Decimal) apd.Decimal {
	part := new(big.Rat).Mul(rat(over), new(big.Rat).Quo(rat(left), rat(cost)))
	if part.Sign() <= 0 {
		return whole(0)
	}
	part.Mul(part, big.NewRat(100, 1))
	floor := new(big.Int).Quo(part.Num(), part.Denom())
	return *apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(floor), -2)
}

func rat(d apd.Decimal) *big.Rat {
	r, ok := new(big.Rat).SetString(d.Text('f'))
	if !ok {
		panic("oracle: no number: " + d.String())
	}
	return r
}
