package xlsx

import (
	"fmt"
	"io"
	"strings"

	"tranche/reports"
)

// Comparison writes the same facts under two programmes, in English.
func Comparison(out io.Writer, c *reports.Comparison) error {
	b, err := newBook(Languages()[0], reports.Letterhead{})
	if err != nil {
		return err
	}
	months := c.From.Format("2006-01")
	if !c.To.Equal(c.From) {
		months += " to " + c.To.Format("2006-01")
	}
	b.properties("Comparison "+months, "Tranche", c.To)
	w := b.words
	// What is text stands on the left, away from the numbers.
	sh := b.sheet(setup{title: w.say("sheet_comparison"), widths: []float64{16, 30, 14, 12, 12, 15, 15, 15, 15, 15, 12, 14, 12}, landscape: true, frozen: 5})
	sh.tall(22, b.styled(b.styles.title, w.say("sheet_comparison")+" · "+months+" · "+c.Currency))
	sh.put(b.styled(b.styles.note, w.say("compare_now")+": "+c.NowName+" ("+c.NowHash+")"))
	sh.put(b.styled(b.styles.note, w.say("compare_other")+": "+c.OtherName+" ("+c.OtherHash+")"))
	sh.put(b.styled(b.styles.note, strings.TrimSpace(w.say("compare_note")+" "+c.Caution())))
	sh.tall(28, b.heads("partner_id", "partner", "module", "compare_level_now", "compare_level_other", ">compare_base_now", ">compare_base_other", ">compare_earned_now",
		">compare_earned_other", ">compare_difference", ">compare_points_now", ">compare_points_other", ">compare_difference")...)
	first := sh.row + 1
	now, other := c.Totals()
	for _, d := range c.Rows {
		at := sh.row + 1
		sh.put(b.text(d.Partner), b.text(d.Name), b.text(w.value(d.Incentive)), b.text(w.value(d.LevelNow)), b.text(w.value(d.LevelOther)),
			b.money(d.Now.Base), b.money(d.Other.Base), b.money(d.Now.Earned), b.money(d.Other.Earned),
			b.sum(b.styles.money, fmt.Sprintf("I%d-H%d", at, at), d.Other.Earned-d.Now.Earned), b.number(d.Now.Points), b.number(d.Other.Points),
			b.count(b.styles.number, fmt.Sprintf("L%d-K%d", at, at), d.Other.Points-d.Now.Points))
	}
	column := func(c string) string { return sumOf(c, first, sh.row) }
	// Bases have no total: one sale is the base of several partners and modules.
	blank := b.styled(b.styles.totalText, "")
	sh.put(b.styled(b.styles.totalText, w.say("total")), blank, blank, blank, blank, blank, blank, b.sum(b.styles.totalMoney, column("H"), now.Earned),
		b.sum(b.styles.totalMoney, column("I"), other.Earned), b.sum(b.styles.totalMoney, column("J"), other.Earned-now.Earned),
		b.count(b.styles.totalNumber, column("K"), now.Points), b.count(b.styles.totalNumber, column("L"), other.Points),
		b.count(b.styles.totalNumber, column("M"), other.Points-now.Points))
	sh.mark("earned_now", 8, int64(now.Earned), 2)
	sh.mark("earned_other", 9, int64(other.Earned), 2)
	sh.mark("earned_difference", 10, int64(other.Earned-now.Earned), 2)
	sh.mark("points_now", 11, now.Points, 0)
	sh.mark("points_other", 12, other.Points, 0)
	sh.mark("points_difference", 13, other.Points-now.Points, 0)
	sh.done()
	if err := b.write(out); err != nil {
		return fmt.Errorf("comparison: %w", err)
	}
	return nil
}
