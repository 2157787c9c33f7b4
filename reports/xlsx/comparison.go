package xlsx

import (
	"fmt"
	"io"
	"strings"

	"tranche/reports"
)

// Comparison writes the same facts under two programmes, in English.
func Comparison(out io.Writer, c *reports.Comparison) error {
	b, err := newWorkbook(Languages()[0], reports.Letterhead{Names: c.Names})
	if err != nil {
		return err
	}
	months := c.From.Format("2006-01")
	if !c.To.Equal(c.From) {
		months += " to " + c.To.Format("2006-01")
	}
	b.properties("Comparison "+months, "Tranche", c.To)
	w := b.words
	sh := b.sheet(setup{title: w.say("sheet_comparison"), landscape: true, frozen: 5,
		widths: []float64{10, 22, 12, 10, 10, 13.5, 13.5, 13.5, 13.5, 13, 9, 9, 9}})
	sh.tall(22, b.styled(b.styles.title, w.say("sheet_comparison")+" · "+months+" · "+c.Currency))
	sh.put(b.note(w.say("compare_now") + ": " + c.NowName + " (" + c.NowHash + ")"))
	sh.put(b.note(w.say("compare_other") + ": " + c.OtherName + " (" + c.OtherHash + ")"))
	sh.put(b.note(strings.TrimSpace(w.say("compare_note") + " " + c.Caution())))
	sh.tall(4*textLine, b.heads("partner_id", "partner", "module", "compare_level_now", "compare_level_other",
		">compare_base_now", ">compare_base_other", ">compare_earned_now", ">compare_earned_other", ">compare_difference",
		">compare_points_now", ">compare_points_other", ">compare_difference")...)
	first := sh.row + 1
	for _, d := range c.Rows {
		at := sh.row + 1
		sh.put(b.text(d.Partner), b.text(d.Name), b.word(d.Incentive), b.word(d.LevelNow), b.word(d.LevelOther),
			b.money(d.Now.Base), b.money(d.Other.Base), b.money(d.Now.Earned), b.money(d.Other.Earned),
			b.sum(b.styles.money, fmt.Sprintf("I%d-H%d", at, at), d.Other.Earned-d.Now.Earned),
			b.number(d.Now.Points), b.number(d.Other.Points),
			b.count(b.styles.number, fmt.Sprintf("L%d-K%d", at, at), d.Other.Points-d.Now.Points))
	}
	now, other := c.Totals()
	total := sh.total(13, first) // not of bases: one sale is the base of several partners and modules
	for i, amount := range []reports.Cents{now.Earned, other.Earned, other.Earned - now.Earned} {
		total.sum(7+i, amount)
	}
	for i, points := range []int64{now.Points, other.Points, other.Points - now.Points} {
		total.count(10+i, points)
	}
	sh.put(total.cells...)
	for i, name := range []string{"now", "other", "difference"} {
		sh.mark("earned_"+name, 8+i, total.cells[7+i].units, 2)
	}
	for i, name := range []string{"now", "other", "difference"} {
		sh.mark("points_"+name, 11+i, total.cells[10+i].units, 0)
	}
	if err := b.write(out); err != nil {
		return fmt.Errorf("comparison: %w", err)
	}
	return nil
}
