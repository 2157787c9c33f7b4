package xlsx

import (
	"cmp"
	"fmt"
	"io"

	"tranche/reports"
)

// Statement writes one partner's month, in the partner's language.
func Statement(out io.Writer, st *reports.Statement) error {
	b, err := newWorkbook(st.Partner.Language, st.Letterhead)
	if err != nil {
		return err
	}
	s := statement{workbook: b, Statement: st}
	b.properties(b.words.say("statement")+" "+st.Partner.ID+" "+st.Month.Format("2006-01"), st.Vendor, st.Month.Time)
	b.edition(st.Edition, st.Vendor, st.Partner.Name, b.words.month(st.Month.Time))
	for _, sheet := range []func(){s.summary, s.margin, s.lines, s.sellWith, s.points, s.adjustments, s.notCounted,
		s.rules, s.changes} {
		sheet()
	}
	if err := b.write(out); err != nil {
		return fmt.Errorf("statement of %s for %s: %w", st.Partner.ID, st.Month.Format("2006-01"), err)
	}
	return nil
}

type statement struct {
	*workbook
	*reports.Statement
	schedules map[string][]reports.Rule // the tranches of each
}

// lineHeight is the height of a row with so many lines of text; zero is the default. Excel has a highest row.
func lineHeight(lines int) float64 {
	if lines < 2 {
		return 0
	}
	return min(float64(lines)*textLine+2*inkless, tallest)
}

func (s statement) points() {
	w := s.words
	lapsing := s.EndingOf("points")
	if len(s.Points)+len(lapsing)+len(s.Certified) == 0 {
		return
	}
	sh := s.sheet(setup{title: w.say("sheet_points"), widths: pointsWidths})
	if len(s.Points) > 0 {
		s.part(sh, "postings", pointsWidths, "posted", "kind", "category", "source", "balance", ">points")
	}
	for _, p := range s.Points {
		kind := s.word(p.Kind)
		if p.Kind == "expiry" && p.Points > 0 {
			kind = s.text(w.say("lapsed_before"))
		}
		sh.put(s.day(p.Date), kind, s.word(p.Category), s.text(p.Source), s.word(p.Balance), s.number(p.Points))
	}
	s.certifications(sh)
	if len(lapsing) > 0 {
		sh.space()
		sh.put(s.section(w.say("expiring"))...)
		for _, e := range lapsing {
			sh.put(s.day(e.On), s.text(w.say("lapses")), s.text(""), s.text(""), s.text(""), s.number(e.Points))
		}
	}
}

var pointsWidths = []float64{11, 18, 13, 34, 17, 10}

// certifications lists each that is valid, so that the points by certifications can be checked.
func (s statement) certifications(sh *sheet) {
	if len(s.Certified) == 0 {
		return
	}
	sh.space()
	s.part(sh, "valid_certifications", pointsWidths, "awarded", "certification", "category", "person", "expires",
		">points")
	first, counted := sh.row+1, int64(0)
	for _, c := range s.Certified {
		person, expires := c.Person, s.day(c.Expires)
		if c.Worth != c.Points {
			person += " · " + fmt.Sprintf(s.words.say("before_caps"), c.Worth)
		}
		if c.Expires.IsZero() {
			expires = s.text(s.words.say("no_expiry"))
		}
		sh.put(s.day(c.Awarded), s.text(c.Code), s.word(c.Category), s.text(person), expires, s.number(c.Points))
		counted += c.Points
	}
	if waits := s.Balance.ByCertificate - counted; waits != 0 {
		sh.put(s.text(""), s.text(s.words.say("corrections_wait")), s.text(""), s.text(""), s.text(""), s.number(waits))
	}
	total := sh.total(6, first)
	total.count(5, s.Balance.ByCertificate)
	sh.put(total.cells...)
	sh.mark("certification_points", 6, s.Balance.ByCertificate, 0)
}

// part writes the headings of one of several tables on a sheet, under its title.
func (s statement) part(sh *sheet, title string, widths []float64, keys ...string) {
	heads := s.heads(keys...)
	sh.put(s.section(s.words.say(title))...)
	sh.tall(headHeight(heads, widths), heads...)
}

func (s statement) notCounted() {
	w := s.words
	if len(s.NotCounted) == 0 {
		return
	}
	sh := s.listing(setup{title: w.say("sheet_not_counted"), landscape: true},
		"module 11", "date 11", "distributor 12", "document 12", ">line 6", "product 20", ">amount 12.5", ">net 12.5",
		"currency 8", "reason 30", "file 20", ">file_line 7")
	defer s.from("", 0, "", 0)
	first, sum := sh.row+1, reports.Cents(0)
	for _, x := range s.NotCounted {
		s.from(x.Document, x.Number, x.File, x.FileLine)
		module, amount, net, currency := s.word(x.Incentive), s.money(x.Amount), s.text(""), ""
		if x.Held {
			module, amount, net, currency = s.text(w.say("waits")), s.text(""), s.decimal(int64(x.Net), 6), x.Currency
			net.style = s.moneyIn(x.Currency)
		} else {
			sum += x.Amount
		}
		sh.put(module, s.day(x.Date), s.text(x.Distributor), s.text(x.Document), s.number(x.Number), s.text(x.Product),
			amount, net, s.text(currency), s.text(w.value(x.Reason)), s.text(x.File), s.number(x.FileLine))
	}
	total := sh.total(12, first)
	total.sum(6, sum)
	sh.put(total.cells...)
	sh.mark("uncounted_amount", 7, int64(sum), 2)
}

func (s statement) rules() {
	w := s.words
	if len(s.Rules) == 0 {
		return
	}
	sh := s.listing(setup{title: w.say("sheet_rules"), landscape: true, printed: 14},
		"version 17", "valid_from 11", "until 11", "module 12", "method 20", "period 10", "level 9.5", "family 11",
		"tranche 8", ">from 12.5", ">to 12.5", ">rate 8", ">flat 8", ">cap 11", "hash 14")
	for _, r := range folded(s.Rules) {
		until, to, most := s.day(reports.Day{Time: r.To.AddDate(0, 0, -1)}), s.money(r.ToAmount), s.text("")
		flat := s.text("")
		if r.Flat != 0 {
			flat = s.money(r.Flat)
		}
		if r.Capped {
			most = s.money(r.Cap)
		}
		if r.To.Year() == 9999 {
			until = s.text("")
		}
		if r.Endless {
			to = s.text(w.say("no_end"))
		}
		sh.put(s.text(r.Version), s.day(r.From), until, s.word(r.Incentive), s.text(w.value(r.Method)),
			s.word(r.Period), s.word(r.Level), s.text(cmp.Or(r.Family, w.say("all_families"))),
			s.text(w.tranches(r.Tranche, r.Through)), s.money(r.FromAmount), to, s.rate(r.Incentive, r.Rate), flat, most,
			s.text(r.Hash))
	}
	s.methodNotes(sh)
}

// methodNotes say how a line's earnings are rounded, by the methods that the statement has.
func (s statement) methodNotes(sh *sheet) {
	byTranche, whole := false, false
	for _, r := range s.Rules {
		switch r.Method {
		case "volume", "block":
			whole = true
		default:
			byTranche = true
		}
	}
	if byTranche || !whole {
		sh.notes(s.words.say("note_rounding"))
	}
	if whole {
		sh.notes(s.words.say("note_whole"))
	}
}
