package oracle

import (
	"math/big"
	"sort"
	"time"

	"github.com/cockroachdb/apd/v3"
)

// unnamed is a return that names no line.
func (s Sale) unnamed() bool { return s.Return && s.ReturnsDocument == "" }

// takeBack turns the returns that name no line into credits: each takes back the newest counted sales of its
// distributor, partner and product that named returns, what was stated, and returns before it have left.
func (w *work) takeBack(lines []*line) {
	var returns []Sale
	for _, sale := range w.facts.Sales {
		if monthOf(sale.Date).After(monthOf(w.facts.Through)) {
			continue
		}
		if sale.unnamed() {
			sale.Buyer = w.buyer(sale, sale.Date)
			returns = append(returns, sale)
		} else if settled, is := w.overtaken(sale); is {
			sale.Buyer = w.buyer(sale, sold(sale, w.named).Date)
			sale.Stated = settled
			returns = append(returns, sale)
		}
	}
	sort.SliceStable(returns, func(i, j int) bool { return older(returns[i], returns[j]) })
	left := map[*line]int64{}
	for _, l := range lines {
		left[l] = l.sale.Quantity - w.namedQuantity(l.sale)
	}
	sort.SliceStable(lines, func(i, j int) bool { return older(lines[j].sale, lines[i].sale) }) // newest first
	for _, sale := range returns {
		for _, m := range sale.Stated {
			if l := find(lines, sale, m); l != nil {
				left[l] -= m.Quantity
			}
		}
	}
	for _, sale := range returns {
		if _, known := w.product(sale.SKU, sale.Date); known && w.partners[sale.Buyer] != nil {
			w.giveBack(sale, match(sale, lines, left))
		}
	}
}

// part is what a return takes of one sale. The sale is nil for what is left without one.
type part struct {
	of       *line
	quantity int64
	net      *apd.Decimal // as stated; nil: it is cut
}

// match finds what a return takes back, newest first, and lessens what is left of it.
func match(sale Sale, lines []*line, left map[*line]int64) []part {
	var parts []part
	rest := sale.Quantity
	for _, m := range sale.Stated {
		if l := find(lines, sale, m); l != nil {
			parts = append(parts, part{of: l, quantity: m.Quantity, net: m.Net})
			rest -= m.Quantity
		}
	}
	for _, l := range lines {
		if l.sale.Distributor != sale.Distributor || l.sale.Buyer != sale.Buyer || l.sale.SKU != sale.SKU ||
			l.sale.Date.After(sale.Date) {
			continue
		}
		if sale.Quantity == 0 && len(parts) == 0 {
			return []part{{of: l}}
		}
		if taken := min(rest, left[l]); taken > 0 {
			parts = append(parts, part{of: l, quantity: taken})
			left[l] -= taken
			rest -= taken
		}
	}
	if rest > 0 || len(parts) == 0 {
		parts = append(parts, part{quantity: rest})
	}
	return parts
}

func find(lines []*line, sale Sale, m Match) *line {
	for _, l := range lines {
		if l.sale.Distributor == sale.Distributor && l.sale.Document == m.Document && l.sale.Line == m.Line &&
			(!sale.Yearly || l.sale.Date.Year() == m.Year) {
			return l
		}
	}
	return nil
}

// giveBack cuts the amount of a return by quantity, in cents, and credits each part as its sale was.
func (w *work) giveBack(sale Sale, parts []part) {
	var open []share
	var which []int
	total, rest := int64(0), sale.Net
	for _, p := range parts {
		if p.net == nil {
			total += p.quantity
		} else {
			rest = sub(rest, *p.net)
		}
	}
	nets := make([]apd.Decimal, len(parts))
	for i, p := range parts {
		switch {
		case p.net != nil:
			nets[i] = *p.net
		case total == 0:
			nets[i] = rest
		default:
			open, which = append(open, share{weight: big.NewRat(p.quantity, total)}), append(which, i)
		}
	}
	for i, s := range cut(rest, open) {
		net := *apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(s.cents), -2)
		net.Negative = rest.Negative && s.cents.Sign() != 0
		nets[which[i]] = net
	}
	for i, p := range parts {
		if p.of == nil {
			continue
		}
		of := sale
		of.Net, of.Deal, of.Rate, of.Quantity = nets[i], p.of.sale.Deal, p.of.sale.Rate, p.quantity
		if sale.Currency != p.of.sale.Currency {
			of.Rate = nil
		}
		if l, ok := w.readLine(of, p.of.terms); ok {
			l.returns, l.paper, l.after, l.value, l.number = true, p.of.paper, i, p.of.value, p.of.number
			l.contract, l.annual = p.of.contract, partOf(p.of.annual, l.amount, p.of.amount)
			l.sale.DistributorPartner = p.of.sale.DistributorPartner
			w.lines = append(w.lines, l)
			w.credit(l)
		}
	}
}

// namedQuantity is how much of a sale the returns that name it take back.
func (w *work) namedQuantity(sale Sale) (sum int64) {
	for _, r := range w.facts.Sales {
		if !r.Return || r.Distributor != sale.Distributor || r.ReturnsDocument != sale.Document ||
			r.ReturnsLine != sale.Line || monthOf(r.Date).After(monthOf(w.facts.Through)) {
			continue
		}
		if _, is := w.overtaken(r); is {
			continue
		}
		if s := sold(r, w.named); s != nil && s.Date.Equal(sale.Date) && w.isKnown(r, sale.Date) {
			sum += r.Quantity
		}
	}
	return sum
}

// overtaken says whether returns that name no line were stated to have taken back before what a return names, and what
// is left of that for it. What was stated whole stays whole, and what was stated in parts in parts.
func (w *work) overtaken(r Sale) (settled []Match, is bool) {
	if !r.Return || r.unnamed() || w.programme.UnnamedReturns != "" {
		return nil, false
	}
	if len(r.Stated) > 0 {
		return r.Stated, true
	}
	s := sold(r, w.named)
	if s == nil || !r.StatedOn.IsZero() || r.Quantity == 0 || !w.isKnown(r, s.Date) || !w.isKnown(*s, s.Date) {
		return nil, false
	}
	match := Match{Document: s.Document, Line: s.Line, Year: s.Date.Year()}
	left, contested := s.Quantity, false
	for _, other := range w.facts.Sales {
		if !other.Return || monthOf(other.Date).After(monthOf(w.facts.Through)) {
			continue
		}
		if other.unnamed() || len(other.Stated) > 0 {
			for _, m := range other.Stated {
				if other.Distributor == s.Distributor && m.Document == s.Document && m.Line == s.Line &&
					(!other.Yearly || m.Year == s.Date.Year()) {
					left, contested = left-m.Quantity, contested || other.unnamed()
				}
			}
			continue
		}
		same := sold(other, w.named)
		isFirst := !other.StatedOn.IsZero() || older(other, r)
		if same != nil && same.Distributor == s.Distributor && same.Document == s.Document && same.Line == s.Line &&
			same.Date.Equal(s.Date) && isFirst && w.isKnown(other, same.Date) {
			left -= other.Quantity
		}
	}
	if !contested || left >= r.Quantity {
		return nil, false
	}
	if match.Quantity = max(0, left); match.Quantity == 0 {
		return nil, true
	}
	return []Match{match}, true
}

// isKnown says that nothing keeps a line from being valued by the terms of a day.
func (w *work) isKnown(sale Sale, terms time.Time) bool {
	_, ok := w.readLine(sale, terms)
	return ok
}

func older(a, b Sale) bool {
	if !a.Date.Equal(b.Date) {
		return a.Date.Before(b.Date)
	}
	if a.Document != b.Document {
		return a.Document < b.Document
	}
	return a.Line < b.Line
}
