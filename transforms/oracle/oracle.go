package oracle

import (
	"time"

	"github.com/cockroachdb/apd/v3"
)

// Work works everything out from the facts, as if no month had been closed.
// Every date is expected to be a midnight in UTC.
//
// The order of the steps is the order of dependence: points never look at levels,
// levels look at points, and money looks at levels.
func Work(f Facts, p Programme) Result {
	if len(p.Versions) == 0 {
		return Result{}
	}
	w := newWork(f, p)
	w.findCredits()
	w.walk()
	w.scorePoints()
	w.findStretches()
	w.writeLedgers()
	balances := w.balances()
	w.climbAll(balances)
	w.earn()
	return Result{
		Credits:  w.results(),
		Levels:   w.levelsHeld(),
		Balances: balances,
		Pays:     w.pays(),
	}
}

// work is what one calculation carries from step to step.
type work struct {
	facts     Facts
	programme Programme

	partners map[string][]Partner
	products map[string][]Product
	everyone []Partner   // the last row of each
	months   []time.Time // from the first version's month to Through
	first    time.Time   // the day the first version begins
	last     time.Time   // the last day of Through

	named     map[lineKey][]Sale       // the sales a return may name
	documents map[paperKey]apd.Decimal // what the sales of each document are worth
	deals     []dealValue
	lines     []*line              // that are not held
	credits   []*credit            // in walk order once walked
	stretches map[string][]stretch // by partner
	ledgers   map[string][]posting // by partner
	ladders   map[string]ladder    // by partner
}

// credit is a line's credit to a partner through an incentive while it is worked out.
type credit struct {
	line      *line
	partner   string
	incentive *Incentive
	version   *Version // of the incentive
	base      apd.Decimal

	family          string      // the family whose position it moves, often empty
	period          time.Time   // where the position began
	low, high       apd.Decimal // the position in the period
	docLow, docHigh apd.Decimal // the position in the document
	points          int64
	earned          apd.Decimal
}

func newWork(f Facts, p Programme) *work {
	w := &work{
		facts:     f,
		programme: p,
		partners:  map[string][]Partner{},
		products:  map[string][]Product{},
		first:     dayOf(p.Versions[0].From),
		last:      lastDay(f.Through),
		stretches: map[string][]stretch{},
		ledgers:   map[string][]posting{},
		ladders:   map[string]ladder{},
	}
	for _, partner := range f.Partners {
		w.partners[partner.ID] = append(w.partners[partner.ID], partner)
	}
	for _, partner := range f.Partners {
		if rows := w.partners[partner.ID]; rows[len(rows)-1].Days == partner.Days {
			w.everyone = append(w.everyone, partner)
		}
	}
	for _, product := range f.Products {
		w.products[product.SKU] = append(w.products[product.SKU], product)
	}
	for m := monthOf(w.first); !m.After(monthOf(f.Through)); m = addMonths(m, 1) {
		w.months = append(w.months, m)
	}
	return w
}

// on says whether a row holds on a day.
func (d Days) on(day time.Time) bool { return within(day, d.Since, d.Until) }

// partner is a partner's row of a day.
func (w *work) partner(id string, day time.Time) (Partner, bool) {
	for _, p := range w.partners[id] {
		if p.on(day) {
			return p, true
		}
	}
	return Partner{}, false
}

// newest is a partner's last row.
func (w *work) newest(id string) Partner { return w.partners[id][len(w.partners[id])-1] }

// buyer is whom a line names as its buyer, as its code is understood on a day.
func (w *work) buyer(sale Sale, day time.Time) string {
	for _, c := range w.facts.Codes {
		if c.Distributor == sale.Distributor && c.Name == sale.Buyer && c.on(day) {
			return c.Partner
		}
	}
	return sale.Buyer
}

// product is a product's row of a day.
func (w *work) product(sku string, day time.Time) (Product, bool) {
	for _, p := range w.products[sku] {
		if p.on(day) {
			return p, true
		}
	}
	return Product{}, false
}

// version is the programme's version in force on a day, nil before the first.
func (w *work) version(day time.Time) *Version {
	var found *Version
	for i := range w.programme.Versions {
		if !w.programme.Versions[i].From.After(day) {
			found = &w.programme.Versions[i]
		}
	}
	return found
}

func (w *work) results() []Credit {
	var out []Credit
	for _, c := range w.credits {
		out = append(out, Credit{
			Distributor: c.line.sale.Distributor,
			Document:    c.line.sale.Document,
			Line:        c.line.sale.Line,
			Partner:     c.partner,
			Incentive:   c.incentive.Name,
			Base:        c.base,
			Low:         c.low,
			High:        c.high,
			Earned:      c.earned,
			Points:      c.points,
		})
	}
	return out
}
