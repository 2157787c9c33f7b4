package xlsx

import "tranche/reports"

func (s statement) sellWith() {
	w := s.words
	sh := s.sheet(setup{title: w.say("sheet_sell_with"), widths: []float64{14, 24, 13, 12, 16, 9, 44}})
	sh.put(s.section(w.say("claims"))...)
	sh.tall(16, s.heads("deal", "role", "registered", "status", ">line_count", "counted", "reason")...)
	for _, c := range s.Claims {
		counted, reason := w.say("yes"), ""
		if !c.Counted {
			counted, reason = w.say("no"), w.value(c.Reason)
		}
		sh.put(s.text(c.Deal), s.word(c.Role), s.day(c.Registered), s.word(c.Status), s.number(c.Lines), s.text(counted),
			s.text(reason))
	}
	sh.none(len(s.Claims))
	sh.skip(1)
	sh.put(s.section(w.say("shares"))...)
	sh.tall(16, s.heads("deal", "roles", "date", "distributor", ">base", ">file_line", "file")...)
	first := sh.row + 1
	var base reports.Cents
	for _, x := range s.Shares {
		s.from(x.Deal, 0, x.File, x.FileLine)
		sh.put(s.text(x.Deal), s.text(w.values(x.Roles, ", ")), s.day(x.Date), s.text(x.Distributor), s.money(x.Base),
			s.lineNumber(x.FileLine), s.text(x.File))
		base += x.Base
	}
	s.from("", 0, "", 0)
	if !sh.none(len(s.Shares)) {
		total := sh.total(7, first)
		total.sum(4, base)
		sh.put(total.cells...)
	}
}
