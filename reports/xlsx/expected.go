package xlsx

import (
	"fmt"

	"tranche/reports"
)

// expected shows what is accrued at the rate that is expected for the whole period, and how well closed months were.
func (r register) expected() {
	if len(r.Accruals) == 0 {
		return
	}
	sh := r.listing(setup{title: r.words.say("sheet_expected"), landscape: true},
		"Partner 10", "Incentive 13", "Period from 11", ">Base so far 14", ">Earned so far 14", ">Base to the end 14",
		">Earned to the end 14", ">Accrued so far 14", ">Besides what is earned 13", ">The same a month ago 13",
		">To book 12")
	first := sh.row + 1
	var sums [11]reports.Cents
	base, end := bases{names: r.names}, bases{names: r.names}
	for _, a := range r.Accruals {
		n := sh.row + 1
		sh.put(r.text(a.Partner), r.word(a.Incentive), r.day(a.Period), r.money(a.Base), r.money(a.Earned),
			r.money(a.PeriodBase), r.money(a.PeriodEarned),
			r.sum(r.styles.money, fmt.Sprintf("IF(F%d>0,ROUND(D%d*G%d/F%d,2),E%d)", n, n, n, n, n), a.Accrued),
			r.sum(r.styles.money, fmt.Sprintf("H%d-E%d", n, n), a.TrueUp), r.money(a.Before),
			r.sum(r.styles.money, fmt.Sprintf("I%d-J%d", n, n), a.TrueUp-a.Before))
		base.add(a.Incentive, a.Base)
		end.add(a.Incentive, a.PeriodBase)
		for column, amount := range map[int]reports.Cents{4: a.Earned, 6: a.PeriodEarned, 7: a.Accrued, 8: a.TrueUp,
			9: a.Before, 10: a.TrueUp - a.Before} {
			sums[column] += amount
		}
	}
	total := sh.total(11, first)
	total.base(3, base)
	total.base(5, end)
	for _, column := range []int{4, 6, 7, 8, 9, 10} {
		total.sum(column, sums[column])
	}
	sh.put(total.cells...)
	sh.mark("true_up", 11, int64(sums[10]), 2)
	sh.notes("The expected rate is what is earned to the end of the period by its base: what there is, and each month " +
		"to come as the mean of the last three closed months. Accrued is the base so far at that rate.")
	r.accrualTests(sh)
}

func (r register) accrualTests(sh *sheet) {
	if len(r.Tests) == 0 {
		return
	}
	sh.space()
	sh.put(r.section("Closed months, tested: what they accrued, and what their base comes to at the rate since")...)
	row := []cell{r.head("Month", false), r.head("Incentive", false), r.head("Tested by", false), r.head("Accrued", true),
		r.head("Comes to", true), r.head("Difference", true)}
	sh.put(row...)
	for _, x := range r.Tests {
		n := sh.row + 1
		sh.put(r.text(x.Month.Format("2006-01")), r.word(x.Incentive), r.text(x.Through.Format("2006-01")),
			r.money(x.Accrued), r.money(x.ComesTo),
			r.sum(r.styles.money, fmt.Sprintf("E%d-D%d", n, n), x.ComesTo-x.Accrued))
	}
}
