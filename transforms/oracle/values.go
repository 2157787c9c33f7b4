package oracle

import (
	"fmt"
	"time"

	"github.com/cockroachdb/apd/v3"
)

// paperKey names what a document of a distributor has in a month.
type paperKey struct {
	distributor, paper string
	month              time.Time
}

func documentOf(l *line) paperKey { return paperKey{l.sale.Distributor, l.paper, monthOf(l.terms)} }

// dealValue is what a deal's sales of a day are worth.
type dealValue struct {
	deal  string
	day   time.Time
	value apd.Decimal
}

// addUp adds up the sales of each document and each deal.
func (w *work) addUp(named map[lineKey][]Sale) {
	w.documents = map[paperKey]apd.Decimal{}
	for _, sale := range w.facts.Sales {
		if sale.Return || monthOf(sale.Date).After(monthOf(w.facts.Through)) {
			continue
		}
		terms, paper, deal := goesBy(sale, named)
		l, ok := w.readLine(sale, terms)
		if !ok {
			continue
		}
		key := paperKey{sale.Distributor, yearOf(sale, terms) + paper, monthOf(terms)}
		w.documents[key] = add(w.documents[key], l.amount)
		if deal != "" {
			w.deals = append(w.deals, dealValue{deal, terms, l.amount})
		}
	}
}

// dealUntil is what a deal's sales until a day are worth.
func (w *work) dealUntil(deal string, day time.Time) apd.Decimal {
	sum := whole(0)
	for _, d := range w.deals {
		if d.deal == deal && !d.day.After(day) {
			sum = add(sum, d.value)
		}
	}
	return sum
}

// judge finds out whose value and line number a line goes by.
func (w *work) judge(l *line, returned *Sale) {
	l.value, l.number, l.contract = l.amount, fmt.Sprint(l.sale.Line), l.sale.Contract
	l.annual = w.annual(l)
	if returned != nil && l.sale.Return {
		l.returns = true
		l.number = fmt.Sprint(returned.Line)
		if s, ok := w.readLine(*returned, l.terms); ok {
			l.value, l.contract = s.amount, s.sale.Contract
			l.annual = partOf(w.annual(s), l.amount, s.amount)
		}
	}
	l.value.Negative = false
}

// annual is what a year of a line costs, with its sign.
func (w *work) annual(l *line) *apd.Decimal {
	var year apd.Decimal
	switch {
	case l.sale.Annual != nil:
		rate := whole(1)
		if l.sale.Rate != nil {
			rate = *l.sale.Rate
		} else if known, ok := w.rate(l.sale.Currency, l.terms); ok {
			rate = known
		}
		year = cents(mul(*l.sale.Annual, rate))
	case l.sale.Term > 0:
		year = divided(mul(l.amount, whole(12)), whole(l.sale.Term))
		year.Negative = false
	default:
		return nil
	}
	year.Negative = l.sale.Return && !year.IsZero()
	return &year
}

// partOf is as much of a year's value as an amount is of the whole.
func partOf(year *apd.Decimal, amount, all apd.Decimal) *apd.Decimal {
	if year == nil {
		return nil
	}
	if all.IsZero() {
		none := whole(0)
		return &none
	}
	part := divided(mul(*year, amount), all)
	return &part
}

// divided is a quotient in cents, rounded half away from zero.
func divided(a, b apd.Decimal) apd.Decimal {
	var quotient apd.Decimal
	_, err := rounding.Quo(&quotient, &a, &b)
	must("divide", err)
	return cents(quotient)
}
