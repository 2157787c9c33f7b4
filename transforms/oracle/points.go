package oracle

import (
	"sort"
	"time"

	"github.com/cockroachdb/apd/v3"
)

// What a posting in the ledger of points is.
const (
	byAmount      = "amount"
	bonus         = "bonus_points"
	redemption    = "redemption"
	certification = "certification"
)

// posting is an entry of a partner's ledger of points.
type posting struct {
	day    time.Time
	status time.Time // the day it counts from for the level
	kind   string
	points int64 // below zero for what is spent or taken back
}

// scorePoints works out the points of every credit by its position. The rule of
// the terms date stands at both ends, so a sale and its return leave nothing.
func (w *work) scorePoints() {
	for _, c := range w.credits {
		v := c.version
		rule, known := v.Points.ByAmount[c.incentive.Name]
		if !known || c.line.terms.Before(rule.From) {
			continue
		}
		points := whole(rule.Points)
		for _, t := range rule.Times {
			if within(c.line.terms, t.From, t.To) {
				points = whole(rule.Points * t.By)
			}
		}
		brings := func(base apd.Decimal) int64 {
			if n := floorQuo(mul(base, points), rule.Per); rule.Most == 0 || n < rule.Most {
				return n
			}
			return rule.Most
		}
		c.points = brings(c.high) - brings(c.low)
	}
}

// writeLedgers puts everything that moves points into its partner's ledger.
func (w *work) writeLedgers() {
	for _, c := range w.credits {
		w.post(c.partner, posting{c.line.sale.Date, c.line.terms, byAmount, c.points})
	}
	for _, b := range w.facts.Budgets {
		if b.isProved() {
			w.post(b.Partner, posting{b.ProvedOn, b.ProvedOn, redemption, -b.Points})
		}
	}
	for _, e := range w.facts.Entries {
		switch e.Kind {
		case bonus:
			w.post(e.Partner, posting{e.Date, e.Date, bonus, e.Points})
		case redemption:
			w.post(e.Partner, posting{e.Date, e.Date, redemption, -e.Points})
		}
	}
	for partner, stretches := range w.stretches {
		for _, s := range stretches {
			counted := w.certificatesOn(partner, s.first).byStretch[s]
			w.post(partner, posting{s.first, s.first, certification, counted})
		}
	}
}

// isProved says that a request was approved by the day of its proof, and had not lapsed.
func (b Budget) isProved() bool {
	return b.Status == "approved" && !b.Approved.IsZero() && !b.ProvedOn.Before(b.Approved) &&
		(b.Expires.IsZero() || !b.ProvedOn.After(b.Expires))
}

// post leaves out what the programme was not there for, or is not there for yet.
func (w *work) post(partner string, p posting) {
	if w.partners[partner] == nil || !within(p.day, w.first, w.last) {
		return
	}
	p.day = dayOf(p.day)
	w.ledgers[partner] = append(w.ledgers[partner], p)
}

// balances are every partner's, at every month's end.
func (w *work) balances() []Balance {
	var out []Balance
	for _, partner := range w.everyone {
		spendable := w.spendable(partner.ID)
		for _, month := range w.months {
			certificates := w.certificatesOn(partner.ID, lastDay(month)).points
			out = append(out, Balance{
				Partner:      partner.ID,
				Month:        month,
				Status:       w.trailing(partner.ID, month) + certificates,
				Spendable:    spendable[month].spendable,
				Expiring:     spendable[month].expiring,
				Certificates: certificates,
			})
		}
	}
	return out
}

// trailing is what the months of the status window brought by amount and by bonus.
func (w *work) trailing(partner string, month time.Time) int64 {
	length := w.version(lastDay(month)).Points.StatusMonths
	var sum int64
	for _, p := range w.ledgers[partner] {
		if p.kind != byAmount && p.kind != bonus {
			continue
		}
		for i := 0; i < length; i++ {
			if monthOf(p.status).Equal(addMonths(month, -i)) && !monthOf(p.day).After(month) {
				sum += p.points
			}
		}
	}
	return sum
}

// lot is what one day gained: what is left of it, or had lapsed.
type lot struct {
	gained time.Time
	lapses time.Time // zero: never
	left   int64
	lapsed int64
}

// purse is a partner's spendable points, oldest first. It owes what returns took
// beyond them, and later gains pay that first.
type purse struct {
	lots []lot
	owed int64
}

// stock is what a partner can spend at a month's end, and what of it lapses within
// 90 days.
type stock struct{ spendable, expiring int64 }

// spendable walks a partner's ledger day by day and notes each month's end. A redemption of more points than there are
// waits for a person.
func (w *work) spendable(partner string) map[time.Time]stock {
	gained, used, asked := map[time.Time]int64{}, map[time.Time]int64{}, map[time.Time][]int64{}
	returned := map[time.Time][]posting{}
	for _, p := range w.ledgers[partner] {
		switch {
		case p.kind == redemption:
			asked[p.day] = append(asked[p.day], -p.points)
		case p.points > 0:
			gained[p.day] += p.points
		case p.kind == byAmount:
			returned[p.day] = append(returned[p.day], p)
		default:
			used[p.day] -= p.points
		}
	}
	out := map[time.Time]stock{}
	var have purse
	for day := w.first; !day.After(w.last); day = addDays(day, 1) {
		have.lapse(day)
		have.gain(day, gained[day], w.lapseDay(day))
		sort.SliceStable(returned[day], func(i, j int) bool {
			return returned[day][i].status.Before(returned[day][j].status)
		})
		for _, p := range returned[day] {
			have.takeBack(dayOf(p.status), -p.points)
		}
		have.use(used[day])
		for _, points := range asked[day] {
			if points <= have.balance() {
				have.use(points)
			}
		}
		if day.Equal(lastDay(day)) {
			out[monthOf(day)] = stock{have.balance(), have.lapsingBy(addDays(day, 90))}
		}
	}
	return out
}

func (w *work) lapseDay(day time.Time) time.Time {
	months := w.version(day).Points.ExpireMonths
	if months == 0 {
		return time.Time{}
	}
	return addMonths(day, months)
}

func (p *purse) lapse(day time.Time) {
	for i := range p.lots {
		if p.lots[i].lapses.Equal(day) {
			p.lots[i].left, p.lots[i].lapsed = 0, p.lots[i].left
		}
	}
}

func (p *purse) gain(day time.Time, points int64, lapses time.Time) {
	if points == 0 {
		return
	}
	paid := min(points, p.owed)
	p.owed -= paid
	p.lots = append(p.lots, lot{gained: day, lapses: lapses, left: points - paid})
}

// takeBack takes points of the day on which they were gained. What lapsed of them is not taken again, what was spent of
// them is taken from the rest.
func (p *purse) takeBack(gained time.Time, points int64) {
	for i := range p.lots {
		l := &p.lots[i]
		if !l.gained.Equal(gained) {
			continue
		}
		left, lapsed := min(points, l.left), min(points, l.lapsed)
		l.left -= left
		l.lapsed -= lapsed
		points -= left + lapsed
	}
	p.use(points)
}

func (p *purse) use(points int64) {
	for i := range p.lots {
		taken := min(points, p.lots[i].left)
		p.lots[i].left -= taken
		points -= taken
	}
	p.owed += points
}

func (p *purse) lapsingBy(day time.Time) (sum int64) {
	for _, l := range p.lots {
		if begun(l.lapses, day) {
			sum += l.left
		}
	}
	return sum
}

func (p *purse) balance() int64 {
	sum := -p.owed
	for _, l := range p.lots {
		sum += l.left
	}
	return sum
}
