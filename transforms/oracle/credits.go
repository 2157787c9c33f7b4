package oracle

import (
	"slices"
	"time"

	"github.com/cockroachdb/apd/v3"
)

// line is a sales line that is not held.
type line struct {
	sale     Sale
	terms    time.Time // the day whose terms it goes by
	paper    string    // the document whose position it moves
	version  *Version  // the version in force on that day, nil before the first
	amount   apd.Decimal
	product  Product
	returns  bool         // it takes back a sale
	after    int          // the place of a part among the parts of its return
	value    apd.Decimal  // of the line, or of the sale it returns, without sign
	contract string       // of the line, or of the sale it returns
	annual   *apd.Decimal // what a year of it costs, with its sign; nil: nobody says it
	number   string       // its own line, or that of the sale it returns
}

type lineKey struct {
	distributor, document string
	line                  int64
}

// findCredits turns every line into the credits that count.
func (w *work) findCredits() {
	w.joinLinks()
	w.named = w.salesByKey()
	w.addUp(w.named)
	var counted []*line // sales that a return can take back
	for _, sale := range w.facts.Sales {
		if sale.unnamed() && w.programme.UnnamedReturns != "own_day" {
			continue
		}
		if monthOf(sale.Date).After(monthOf(w.facts.Through)) {
			continue
		}
		if sale.Return && !sale.unnamed() && sold(sale, w.named) == nil && sale.StatedOn.IsZero() &&
			(sale.Yearly || w.programme.UnnamedReturns != "own_day") {
			continue // it waits for its sale
		}
		if _, is := w.overtaken(sale); is {
			continue
		}
		terms, paper, deal := goesBy(sale, w.named)
		sale.Deal = deal
		l, ok := w.readLine(sale, terms)
		if !ok || l.version == nil {
			continue
		}
		l.paper = yearOf(sale, terms) + paper
		w.judge(l, sold(sale, w.named))
		w.lines = append(w.lines, l)
		if w.credit(l) && !sale.Return {
			counted = append(counted, l)
		}
	}
	if w.programme.UnnamedReturns == "" {
		w.takeBack(counted)
	}
	w.giveBackRests()
	for _, a := range w.facts.Activities {
		w.creditActivity(a)
	}
}

// creditActivity takes an activity for a line of units that costs nothing.
func (w *work) creditActivity(a Activity) {
	v := w.version(a.Date)
	if v == nil || w.partners[a.Partner] == nil || monthOf(a.Date).After(monthOf(w.facts.Through)) {
		return
	}
	l := &line{sale: Sale{Distributor: "activity", Document: a.ID, Line: 1, Date: a.Date, Buyer: a.Partner, SKU: a.Code,
		Quantity: a.Count}, terms: a.Date, paper: a.ID, version: v, number: "1"}
	l.product.Basis = "activity"
	w.credit(l)
}

// credit credits a line to all it counts for, and says whether there is anybody.
func (w *work) credit(l *line) bool {
	before, taken := len(w.credits), takings{l.version, map[string][]string{}}
	for i := range l.version.Incentives {
		in := &l.version.Incentives[i]
		partner := l.creditedTo(in)
		kept := w.keeps(partner, in.Name, l.terms)
		if w.counts(l, in) && (in.Credits == "claims" || kept == nil || kept == l.version) {
			w.creditThrough(l, in, partner, taken)
		}
	}
	for i := range w.programme.Versions {
		v := &w.programme.Versions[i]
		if v == l.version { // it is kept anyway
			continue
		}
		taken := takings{v, map[string][]string{}}
		for j := range v.Incentives {
			in := &v.Incentives[j]
			if partner := l.creditedTo(in); w.keeps(partner, in.Name, l.terms) == v && w.counts(l, in) {
				w.creditThrough(l, in, partner, taken)
			}
		}
	}
	return len(w.credits) > before
}

func (w *work) creditThrough(l *line, in *Incentive, partner string, taken takings) {
	if in.Credits == "claims" {
		w.creditClaims(l, in, taken)
	} else {
		w.creditPartner(l, in, partner, taken)
	}
}

// creditedTo is the partner of a line that an incentive credits; empty for claims.
func (l *line) creditedTo(in *Incentive) string {
	switch in.Credits {
	case "buyer":
		return l.sale.Buyer
	case "distributor":
		return l.sale.DistributorPartner
	}
	return ""
}

// keeps is the version whose incentive a partner keeps by agreement on a day, nil where it keeps none. Of several the
// agreement that begins last holds, and of these the later version.
func (w *work) keeps(partner, incentive string, day time.Time) (kept *Version) {
	var from time.Time
	if w.partners[partner] == nil {
		return nil
	}
	for _, a := range w.newest(partner).Agreements {
		v := w.programme.named(a.Module)
		if v == nil || !within(day, a.From, a.To) {
			continue
		}
		in := v.incentive(incentive)
		isLater := kept == nil || a.From.After(from) || a.From.Equal(from) && v.From.After(kept.From)
		if in != nil && in.ByAgreement && isLater {
			kept, from = v, a.From
		}
	}
	return kept
}

// named is a version by the day it begins.
func (p Programme) named(day string) *Version {
	for i := range p.Versions {
		if p.Versions[i].From.Format(time.DateOnly) == day {
			return &p.Versions[i]
		}
	}
	return nil
}

// counts says whether an incentive counts a line, whoever it credits.
func (w *work) counts(l *line, in *Incentive) bool {
	kind := "sale"
	switch {
	case l.product.Basis == "activity":
		kind = "activity"
	case l.sale.Return:
		kind = "return"
	}
	if (in.Base == "activities") != (kind == "activity") {
		return false
	}
	if !allows(in.Basis, l.product.Basis) || !allows(in.Families, l.product.Family) || !allows(in.SKUs, l.sale.SKU) ||
		!allows(in.Types, kind) || !allows(in.Contracts, l.contract) || in.Base == "recurring" && l.annual == nil ||
		!within(l.terms, in.From, in.To) {
		return false
	}
	return reaches(in.LeastLine, l.value) && reaches(in.LeastDocument, w.documents[documentOf(l)]) &&
		reaches(in.LeastDeal, w.dealUntil(l.sale.Deal, l.terms))
}

// reaches says whether a value is not below the least that is asked for.
func reaches(least *apd.Decimal, value apd.Decimal) bool { return least == nil || !less(value, *least) }

// allows says whether a list has a word; an empty one has every word.
func allows(list []string, word string) bool { return len(list) == 0 || slices.Contains(list, word) }

func (w *work) creditPartner(l *line, in *Incentive, id string, taken takings) {
	if id != "" && w.entitled(id, in, l, taken.version) && taken.take(in, id) {
		w.addCredit(l, id, in, taken.version, l.base(in))
	}
}

// base is what an incentive counts of a line.
func (l *line) base(in *Incentive) apd.Decimal {
	switch in.Base {
	case "recurring":
		return *l.annual
	case "":
		return l.amount
	}
	units := whole(l.sale.Quantity)
	units.Negative = l.sale.Return && l.sale.Quantity != 0
	return units
}

// takings are the incentives of a version that count a line already, by partner.
type takings struct {
	version *Version
	by      map[string][]string
}

// take says whether an incentive may count a line for a partner besides those before it, and notes it.
func (t takings) take(in *Incentive, partner string) bool {
	for _, name := range t.by[partner] {
		if slices.Contains(in.NotWith, name) || slices.Contains(t.version.incentive(name).NotWith, in.Name) {
			return false
		}
	}
	t.by[partner] = append(t.by[partner], in.Name)
	return true
}

// salesByKey holds the sales a return may name, of whatever month.
func (w *work) salesByKey() map[lineKey][]Sale {
	named := map[lineKey][]Sale{}
	for _, sale := range w.facts.Sales {
		if !sale.Return {
			key := lineKey{sale.Distributor, sale.Document, sale.Line}
			named[key] = append(named[key], sale)
		}
	}
	return named
}

// goesBy is the day whose terms a line goes by, the document it belongs to, and
// its deal. A return that names its line goes by that line's in all three, or the
// two could not leave nothing.
func goesBy(sale Sale, named map[lineKey][]Sale) (terms time.Time, document, deal string) {
	if !sale.Return || sale.ReturnsDocument == "" {
		return sale.Date, sale.Document, sale.Deal
	}
	found := sold(sale, named)
	if found == nil {
		return sale.Date, sale.Document, sale.Deal
	}
	return found.Date, found.Document, found.Deal
}

// sold is the sale that a return names, nil where there is none or more than one. Where document numbers begin anew
// each year, it is the newest with its buyer and product. Nothing can be returned before it was sold, but its sender
// may have given a stated sale a later day.
func sold(r Sale, named map[lineKey][]Sale) *Sale {
	var found []Sale
	for _, s := range named[lineKey{r.Distributor, r.ReturnsDocument, r.ReturnsLine}] {
		was := s.Date
		if !r.Yearly && !s.StatedOn.IsZero() {
			was = firstOf(s.Date, s.StatedOn)
		}
		switch {
		case was.After(r.Date) || r.Yearly && (s.Buyer != r.Buyer || s.SKU != r.SKU):
		case len(found) > 0 && r.Yearly && s.Date.Year() != found[0].Date.Year():
			if s.Date.After(found[0].Date) {
				found = []Sale{s}
			}
		default:
			found = append(found, s)
		}
	}
	if len(found) != 1 {
		return nil
	}
	return &found[0]
}

// yearOf is the year that names a document together with its number, where numbers begin anew each year.
func yearOf(sale Sale, day time.Time) string {
	if !sale.Yearly {
		return ""
	}
	return day.Format("2006 ")
}

// readLine values a line. It is not ok when the line is held.
func (w *work) readLine(sale Sale, terms time.Time) (*line, bool) {
	product, known := w.product(sale.SKU, terms)
	if !known {
		return nil, false
	}
	sale.Buyer = w.buyer(sale, terms)
	if w.partners[sale.Buyer] == nil {
		return nil, false
	}
	rate, known := w.rate(sale.Currency, terms)
	if sale.Rate != nil {
		rate, known = *sale.Rate, true
	}
	if !known {
		return nil, false
	}
	return &line{
		sale:    sale,
		terms:   terms,
		version: w.version(terms),
		amount:  cents(mul(sale.Net, rate)),
		product: product,
	}, true
}

// rate is the newest rate on or before a day, unless it is too old by then.
func (w *work) rate(currency string, day time.Time) (apd.Decimal, bool) {
	if currency == w.programme.Currency {
		return whole(1), true
	}
	var newest *Rate
	for i := range w.facts.Rates {
		r := &w.facts.Rates[i]
		if r.Currency != currency || r.Date.After(day) {
			continue
		}
		if newest == nil || r.Date.After(newest.Date) {
			newest = r
		}
	}
	if newest == nil || day.After(addDays(newest.Date, w.programme.FXMaxAge)) {
		return apd.Decimal{}, false
	}
	return newest.Value, true
}

// entitled says whether a partner is active, holds the module and is admitted on
// the day the line goes by.
func (w *work) entitled(id string, in *Incentive, l *line, v *Version) bool {
	partner, known := w.partner(id, l.terms)
	if !known || !partner.Active {
		return false
	}
	if from, named := v.Admissions[partner.Type]; named && from.After(l.terms) {
		return false
	}
	if !partner.Left.IsZero() && !l.terms.Before(partner.Left) {
		return false
	}
	if len(in.PartnerTypes) > 0 && !slices.Contains(in.PartnerTypes, partner.Type) {
		return false
	}
	if len(in.Countries) > 0 && !slices.Contains(in.Countries, partner.Country) {
		return false
	}
	if in.Module == "" {
		return true
	}
	for _, h := range partner.Modules {
		if h.Module == in.Module && within(l.terms, h.From, h.To) {
			return true
		}
	}
	return false
}

func (w *work) addCredit(l *line, partner string, in *Incentive, v *Version, base apd.Decimal) {
	w.credits = append(w.credits, &credit{line: l, partner: partner, incentive: in, version: v, base: base})
}
