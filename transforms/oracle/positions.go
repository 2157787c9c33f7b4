package oracle

import (
	"sort"
	"time"

	"github.com/cockroachdb/apd/v3"
)

// positionKey names a running base.
type positionKey struct {
	partner, incentive, family string
	period                     time.Time
}

// documentKey names a running base that starts again with every document.
type documentKey struct {
	positionKey
	distributor, document string
}

// walk puts the credits in order and moves the positions by them, one by one.
func (w *work) walk() {
	sort.SliceStable(w.credits, func(i, j int) bool { return before(w.credits[i], w.credits[j]) })
	positions := map[positionKey]apd.Decimal{}
	documents := map[documentKey]apd.Decimal{}
	for _, c := range w.credits {
		c.family = positionFamily(c)
		c.period = periodStart(c.line.terms, w.programme.YearStarts, c.incentive.Period)
		key := positionKey{c.partner, c.incentive.Name, c.family, c.period}
		c.low = positions[key]
		c.high = add(c.low, c.base)
		positions[key] = c.high

		doc := documentKey{key, c.line.sale.Distributor, c.line.paper}
		c.docLow = documents[doc]
		c.docHigh = add(c.docLow, c.base)
		documents[doc] = c.docHigh
	}
}

// before is the walk order. Partner and incentive only make it total: they never
// share a position.
func before(a, b *credit) bool {
	x, y := a.line.sale, b.line.sale
	if !monthOf(x.Date).Equal(monthOf(y.Date)) {
		return monthOf(x.Date).Before(monthOf(y.Date))
	}
	if !x.Date.Equal(y.Date) {
		return x.Date.Before(y.Date)
	}
	if x.Distributor != y.Distributor {
		return x.Distributor < y.Distributor
	}
	if x.Document != y.Document {
		return x.Document < y.Document
	}
	if x.Line != y.Line {
		return x.Line < y.Line
	}
	if a.line.after != b.line.after {
		return a.line.after < b.line.after
	}
	if a.partner != b.partner {
		return a.partner < b.partner
	}
	return a.incentive.Name < b.incentive.Name
}

// positionFamily is the product's family if the incentive has a schedule for it at
// any level: then the family has a position of its own.
func positionFamily(c *credit) string {
	for _, s := range c.incentive.Schedules {
		if s.Family == c.line.product.Family {
			return s.Family
		}
	}
	return ""
}
