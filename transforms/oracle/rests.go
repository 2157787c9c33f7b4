package oracle

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/cockroachdb/apd/v3"
)

// giveBackRests lets the return with which a sale has come back whole take back what the returns before it have left
// of each share of it, and of its annual value.
func (w *work) giveBackRests() {
	sales, returns := map[string]*line{}, map[string][]*line{}
	credits := map[*line][]*credit{}
	for _, c := range w.credits {
		credits[c.line] = append(credits[c.line], c)
	}
	for _, l := range w.lines {
		key := fmt.Sprint(l.sale.Distributor, "/", l.paper, "/", l.number)
		if l.returns {
			returns[key] = append(returns[key], l)
		} else {
			sales[key] = l
		}
	}
	for key, list := range returns {
		sale := sales[key]
		if sale == nil {
			continue
		}
		sort.SliceStable(list, func(i, j int) bool { return w.statedBefore(list[i], list[j]) })
		amount, quantity := sale.amount, sale.sale.Quantity
		for i, l := range list {
			amount, quantity = add(amount, l.amount), quantity-l.sale.Quantity
			before := []*line{sale}
			before = append(before, list[:i]...)
			w.giveBackRest(l, before, credits, amount.IsZero(), quantity == 0)
		}
	}
}

// statedBefore is the order in which returns of a sale are stated.
func (w *work) statedBefore(a, b *line) bool {
	posted := func(l *line) time.Time {
		if !l.sale.StatedIn.IsZero() {
			return l.sale.StatedIn
		}
		return lastOf(monthOf(l.sale.Date), w.facts.FirstOpen)
	}
	if x, y := posted(a), posted(b); !x.Equal(y) {
		return x.Before(y)
	}
	return older(a.sale, b.sale)
}

// giveBackRest makes the credits of a return what is left of those of the lines before it.
func (w *work) giveBackRest(l *line, before []*line, credits map[*line][]*credit, hasAmount, hasQuantity bool) {
	left := map[string]apd.Decimal{}
	of := map[string]*credit{}
	for _, b := range before {
		for _, c := range credits[b] {
			left[c.taker()] = add(left[c.taker()], c.base)
			of[c.taker()] = c
		}
	}
	for taker, rest := range left {
		in := of[taker].incentive
		isWhole := hasAmount
		if in.Base == "quantity" {
			isWhole = hasQuantity
		}
		if !isWhole || in.Credits != "claims" && in.Base != "recurring" || !w.counts(l, in) {
			continue
		}
		rest = mul(rest, whole(-1))
		i := slices.IndexFunc(credits[l], func(c *credit) bool { return c.taker() == taker })
		switch {
		case i >= 0:
			credits[l][i].base = rest
		case !rest.IsZero():
			w.addCredit(l, of[taker].partner, in, of[taker].version, rest)
			credits[l] = append(credits[l], w.credits[len(w.credits)-1])
		}
	}
	w.credits = slices.DeleteFunc(w.credits, func(c *credit) bool {
		return c.line == l && c.incentive.Credits == "claims" && c.base.IsZero()
	})
}
