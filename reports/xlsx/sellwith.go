package xlsx

import (
	"cmp"
	"fmt"
	"slices"

	"tranche/reports"
)

var sellWithWidths = []float64{13, 20, 11, 12, 13, 11, 13, 9, 30, 8}

// sellWith shows the claims, what each deal has come to, and the partner's share of each line. A claimant may see its
// own share and its base; who buys, the document, the price and the other claimants are not its.
func (s statement) sellWith() {
	w := s.words
	deals := s.deals()
	ending := s.EndingOf("claim")
	if len(s.Claims)+len(s.Shares)+len(deals)+len(ending) == 0 {
		return
	}
	sh := s.sheet(setup{title: w.say("sheet_sell_with"), widths: sellWithWidths, landscape: true})
	if len(s.Claims) > 0 {
		s.part(sh, "claims", sellWithWidths, "deal", "role", "registered", "status", ">line_count", "counted", "reason")
	}
	for _, c := range s.Claims {
		counted, reason := w.say("yes"), ""
		if !c.Counted {
			counted, reason = w.say("no"), w.value(c.Reason)
		}
		sh.put(s.text(c.Deal), s.word(c.Role), s.day(c.Registered), s.word(c.Status), s.number(c.Lines), s.text(counted),
			s.single(reason))
	}
	if len(deals) > 0 {
		sh.space()
		s.part(sh, "deals", sellWithWidths, "deal", "module", "", "", ">line_count", ">earned", ">base", ">points")
		first := sh.row + 1
		var sum deal
		base := bases{names: s.names}
		for _, d := range deals {
			sh.put(s.text(d.id), s.word(d.incentive), s.text(""), s.text(""), s.number(d.lines), s.money(d.earned),
				s.money(d.base), s.number(d.points))
			sum = sum.plus(d)
			base.add(d.incentive, d.base)
		}
		total := sh.total(8, first)
		total.count(4, sum.lines)
		total.sum(5, sum.earned)
		total.base(6, base)
		total.count(7, sum.points)
		sh.put(total.cells...)
		if !base.mixed {
			sh.mark("deals_base", 7, int64(base.sum), 2)
		}
		sh.mark("deals_points", 8, sum.points, 0)
	}
	s.shares(sh)
	if len(ending) == 0 {
		return
	}
	sh.space()
	s.part(sh, "claims_ending", sellWithWidths, "deal", "last_day")
	for _, e := range ending {
		sh.put(s.text(e.Subject), s.day(e.On))
	}
}

func (s statement) shares(sh *sheet) {
	if len(s.Shares) == 0 {
		return
	}
	w := s.words
	sh.space()
	s.part(sh, "shares", sellWithWidths, "deal", "roles", "date", "distributor", "", ">share", ">base", "", "file",
		">file_line")
	first := sh.row + 1
	var base reports.Cents
	for _, x := range s.Shares {
		s.from(x.Deal, 0, x.File, x.FileLine)
		share := s.text("")
		if x.Denominator > 0 { // otherwise it has no part any more
			share = s.share(x)
		}
		sh.put(s.text(x.Deal), s.text(w.values(x.Roles, ", ")), s.day(x.Date), s.text(x.Distributor), s.text(""), share,
			s.money(x.Base), s.text(""), s.text(x.File), s.lineNumber(x.FileLine))
		base += x.Base
	}
	s.from("", 0, "", 0)
	total := sh.total(10, first)
	total.sum(6, base)
	sh.put(total.cells...)
}

// share is a percentage where it has no more than four places, otherwise a fraction.
func (s statement) share(x reports.Share) cell {
	const one = 1_000_000
	if x.Numerator < 1<<40 && x.Numerator*one%x.Denominator == 0 {
		return cell{kind: aNumber, style: s.styles.percent, units: x.Numerator * one / x.Denominator, scale: 6}
	}
	return s.styled(s.styles.number, fmt.Sprintf("%d/%d", x.Numerator, x.Denominator))
}

// deal is what one deal has come to in the month, by an incentive.
type deal struct {
	id, incentive string
	lines, points int64
	base, earned  reports.Cents
}

func (d deal) plus(x deal) deal {
	d.lines, d.points, d.base, d.earned = d.lines+x.lines, d.points+x.points, d.base+x.base, d.earned+x.earned
	return d
}

// deals adds up the lines of registered deals.
func (s statement) deals() (all []deal) {
	at := map[[2]string]int{}
	for i := range s.Lines {
		l := &s.Lines[i]
		if !s.names.IsShared(l.Incentive) {
			continue
		}
		key := [2]string{l.Deal, l.Incentive}
		n, ok := at[key]
		if !ok {
			n = len(all)
			at[key], all = n, append(all, deal{id: l.Deal, incentive: l.Incentive})
		}
		all[n] = all[n].plus(deal{lines: 1, points: l.Points, base: l.Base, earned: l.Earned})
	}
	slices.SortFunc(all, func(a, b deal) int {
		return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.incentive, b.incentive))
	})
	return all
}
