package xlsx

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"tranche/reports"
)

// Register writes finance's view of a month, in English.
func Register(out io.Writer, reg *reports.Register) error {
	b, err := newWorkbook(Languages()[0], reg.Letterhead)
	if err != nil {
		return err
	}
	r := register{workbook: b, Register: reg}
	b.properties("Register "+reg.Month.Format("2006-01"), reg.Vendor, reg.Month)
	b.edition(reg.Edition, reg.Vendor, b.words.month(reg.Month))
	for _, sheet := range []func(){r.partners, r.months, r.modules, r.causes, r.distributors, r.controls,
		r.expected, r.files, r.held, r.rejected} {
		sheet()
	}
	if err := b.write(out); err != nil {
		return fmt.Errorf("register %s: %w", reg.Month.Format("2006-01"), err)
	}
	return nil
}

type register struct {
	*workbook
	*reports.Register
}

// partners lists every partner. What a payment run needs is printed; the rest is for the screen.
func (r register) partners() {
	w := r.words
	columns := []string{"partner_id 9", "partner 24", "level 9.5", ">margin_of_month 12.5", ">adjustments_earlier 12",
		">money_entries 12", ">carried_in 11.5", ">payable 13", ">carried_out 11.5", "currency 7", ">payable_partner 13",
		"paid_in_currency 7", ">held 12", ">pending 12", "place 8", "modules 30", ">status_points 10"}
	printed := 14
	if r.Replaces > 0 {
		columns = append(columns[:9:9], append([]string{">payable_before 13", ">difference 12"}, columns[9:]...)...)
		columns[2], printed = "level 9", 13 // without what waits, which the first lines say
	}
	sh := r.titledListing(setup{title: w.say("sheet_register"), landscape: true, printed: printed}, columns)
	first := sh.row + 1
	sums := map[int]reports.Cents{3: 0, 4: 0, 5: 0, 6: 0, 7: 0, 8: 0} // also where no partner has a statement
	if r.Replaces > 0 {
		sums[9], sums[10] = 0, 0
	}
	waiting, held, pending := r.waitingByPartner()
	for _, p := range r.Partners {
		x := waiting[p.Partner.ID]
		delete(waiting, p.Partner.ID)
		sh.put(r.partner(p, x, sh.row+1, sums)...)
	}
	last := len(columns)
	for _, id := range slices.Sorted(maps.Keys(waiting)) {
		row := slices.Repeat([]cell{r.text("")}, last)
		row[0], row[1] = r.text(id), r.text("no statement this month")
		if id == "" {
			row[1] = r.text("no partner yet")
		}
		row[last-5], row[last-4] = r.waiting(waiting[id].Held), r.waiting(waiting[id].Pending)
		sh.put(row...)
	}
	total := sh.total(last, first)
	total.exact(last-5, held)
	total.exact(last-4, pending)
	for column, amount := range sums {
		total.sum(column, amount)
	}
	sh.put(total.cells...)
	sh.mark("earned", 4, int64(sums[3]), 2)
	sh.mark("payable", 8, int64(sums[7]), 2)
	sh.markExact("held", last-4, held)
	sh.markExact("pending", last-3, pending)
	if r.Replaces > 0 {
		sh.mark("payable_difference", 11, int64(sums[10]), 2)
	}
}

// titledListing is a list under the register's own title, its status and its verdict.
func (r register) titledListing(s setup, columns []string) *sheet {
	s.titled, s.frozen = true, 4 // the rows above the headings
	if r.Replaces > 0 {
		s.frozen++
	}
	s.above = func(sh *sheet) {
		sh.tall(22, r.styled(r.styles.title, r.Vendor+" · "+r.words.month(r.Month)))
		sh.put(r.note(r.Currency + ". " + r.standing(r.Edition) + ". " + r.standingNote(r.Edition)))
		if r.Replaces > 0 {
			sh.put(r.note(fmt.Sprintf("It replaces version %d. The column Difference says by how much each partner is paid "+
				"more or less than by that version.", r.Replaces)))
		}
		style := r.styles.verdict
		if !r.holds() {
			style = r.styles.alarm
		}
		sh.tall(18, r.styled(style, r.verdict()))
		sh.put(r.note(r.waits()))
	}
	return r.workbook.listing(s, columns...)
}

// partner is the row of one partner. Its amounts are added to the sums by column.
func (r register) partner(p reports.RegisterPartner, x reports.RegisterWaiting, at int,
	sums map[int]reports.Cents) []cell {
	w, own := r.words, r.text("")
	switch {
	case p.Pay.OwnUnknown:
		own = r.styled(r.styles.money, "no rate")
	case p.Pay.OwnRate > 0:
		own = r.foreign(p.Pay.PayableOwn, p.Pay.Currency)
	}
	row := []cell{r.text(p.Partner.ID), r.text(p.Partner.Name), r.word(p.Pay.Level)}
	for _, amount := range []reports.Cents{p.Pay.Earned - p.AdjustedLines, p.AdjustedLines + p.AdjustedEntries,
		p.Pay.MoneyEntries - p.AdjustedEntries, p.Pay.CarriedIn,
		p.Pay.Payable, p.Pay.CarriedOut} {
		sums[len(row)] += amount
		row = append(row, r.money(amount))
	}
	if r.Replaces > 0 {
		sums[len(row)] += p.Before
		row = append(row, r.money(p.Before))
		sums[len(row)] += p.Pay.Payable - p.Before
		row = append(row, r.sum(r.styles.money, fmt.Sprintf("H%d-J%d", at, at), p.Pay.Payable-p.Before))
	}
	return append(row, r.text(p.Pay.Currency), own, r.text(p.Pay.PaidCurrency), r.waiting(x.Held), r.waiting(x.Pending),
		r.text(p.Partner.Country), r.text(w.values(p.Partner.Modules, ", ")), r.number(p.Pay.StatusPoints))
}

// waitingByPartner is what waits of each partner, and in all. The empty name is nobody yet.
func (r register) waitingByPartner() (all map[string]reports.RegisterWaiting, held, pending string) {
	all, held, pending = map[string]reports.RegisterWaiting{}, "0.00", "0.00"
	for _, x := range r.Waiting {
		all[x.Partner] = x
		held, pending = reports.AddCents(held, x.Held), reports.AddCents(pending, x.Pending)
	}
	return all, held, pending
}

// waiting is an amount that waits, which may have more digits than a cell can hold.
func (r register) waiting(amount string) cell {
	return r.exactly(r.styles.money, reports.AddCents(amount, ""))
}

// holds says whether every control of every statement holds.
func (r register) holds() bool {
	return !slices.ContainsFunc(r.Controls, func(c reports.RegisterControl) bool { return !c.Holds() })
}

// verdict is one sentence on all controls.
func (r register) verdict() string {
	var wrong int64
	for _, c := range r.Controls {
		if !c.Holds() {
			wrong++
		}
	}
	if wrong == 0 {
		return "All controls hold."
	}
	return fmt.Sprintf("Of %s the parts do NOT add up: see Control.", counted(wrong, "statement"))
}

// waits says what is held, and what changes wait for a person.
func (r register) waits() string {
	var rows, unvalued, changes, points int64
	for _, x := range r.Waiting {
		rows, unvalued, changes, points = rows+x.HeldRows, unvalued+x.Unvalued, changes+x.Changes, points+x.Points
	}
	_, held, pending := r.waitingByPartner()
	parts := []string{"Nothing is held.", "No change waits for a person."}
	if rows > 0 {
		parts[0] = fmt.Sprintf("Held: %s, net amounts of %s.", counted(rows, "row"), r.words.exact(held))
	}
	if unvalued > 0 {
		parts[0] += fmt.Sprintf(" %s without a rate.", counted(unvalued, "row"))
	}
	if changes > 0 {
		parts[1] = fmt.Sprintf("Changes wait for a person that would move %s and %s: tranche changes list.",
			r.words.exact(pending), counted(points, "point"))
	}
	return strings.Join(parts, " ")
}

func (r register) modules() {
	if len(r.Modules) == 0 {
		return
	}
	sh := r.workbook.listing(setup{title: r.words.say("sheet_modules")},
		"module 16", "distributor 16", ">line_count 10", ">base 18", ">earned 16", ">points 10")
	first := sh.row + 1
	var earned reports.Cents
	base := bases{names: r.names}
	var lines, points int64
	for _, m := range r.Modules {
		sh.put(r.word(m.Incentive), r.text(m.Distributor), r.number(m.Lines), r.money(m.Base), r.money(m.Earned),
			r.number(m.Points))
		earned, lines, points = earned+m.Earned, lines+m.Lines, points+m.Points
		base.add(m.Incentive, m.Base)
	}
	total := sh.total(6, first)
	total.count(2, lines)
	total.base(3, base)
	total.sum(4, earned)
	total.count(5, points)
	sh.put(total.cells...)
	sh.mark("modules_earned", 5, int64(r.earned()), 2)
}

// files lists all files, because their rows can be of any month. What became of their rows is printed, and the amounts
// of those that count and do not; the other amounts are for the screen.
func (r register) files() {
	if len(r.Files) == 0 {
		return
	}
	sh := r.listing(setup{title: r.words.say("sheet_files"), landscape: true, printed: 14},
		"File 26", "Feed 16", ">Rows 7.5", ">Rows loaded 7.5", ">Rows dupli- cate 7.5", ">Rows super- seded 7.5",
		">Rows re- jected 7.5", ">Of them waived 7.5", ">Rows ex- cluded 7.5", ">Rows held 7", ">Amount in the file 14",
		">Amount loaded 14", ">Amount rejected 13", "Refused because 20", ">Amount duplicate 17", ">Amount superseded 17",
		">Amount excluded 17", ">Amounts that cannot be read 12")
	for _, f := range r.Files {
		row := []cell{r.text(f.Name), r.text(f.Feed)}
		for _, n := range []int64{f.Records, f.Loaded, f.Duplicate, f.Superseded, f.Rejected, f.Waived, f.Excluded, f.Held} {
			row = append(row, r.number(n))
		}
		amount := func(a string) cell { return r.foreign(a, "") } // in several currencies
		sh.put(append(row, amount(f.Amount), amount(f.LoadedAmount), amount(f.RejectedAmount), r.text(f.Reason),
			amount(f.DuplicateAmount), amount(f.SupersededAmount), amount(f.ExcludedAmount), r.number(f.Unread))...)
	}
}

func (r register) held() {
	if len(r.Held) == 0 {
		return
	}
	sh := r.listing(setup{title: r.words.say("sheet_held"), landscape: true},
		"Kind 8", "Waits because 28", "What 14", "Month 11", "Distributor 12", "Document 14", "End customer 20",
		">Net amount 13", "Currency 8", "File 24", ">Line 7")
	for _, h := range r.Held {
		sh.put(r.text(h.Kind), r.word(h.Reason), r.text(h.What), r.day(h.Month), r.text(h.Distributor), r.text(h.Document),
			r.text(h.Customer), r.foreign(h.Amount, h.Currency), r.text(h.Currency), r.text(h.File), r.number(h.FileLine))
	}
	if r.MoreHeld > 0 {
		sh.put(r.note(fmt.Sprintf("%d more wait than are listed here; mart.held_lines has all, "+
			"and mart.uncounted_lines those that wait for a deal.", r.MoreHeld)))
	}
}

func (r register) rejected() {
	if len(r.Rejected) == 0 {
		return
	}
	sh := r.listing(setup{title: r.words.say("sheet_rejected"), landscape: true},
		"File 24", ">Line 7", "Column 16", "Why 42", "As it stands in the file 46", "Waived because 22")
	if r.MoreRejected > 0 {
		sh.put(r.note(fmt.Sprintf("%d more rows were rejected than are listed here; "+
			"tranche rejects export FILE writes those of a file.", r.MoreRejected)))
	}
	for _, x := range r.Rejected {
		sh.put(r.text(x.File), r.number(x.FileLine), r.text(x.Column), r.text(x.Sentence), r.text(x.Raw),
			r.text(x.Waived))
	}
}

// counted is a number with its noun, in English.
func counted(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// listing takes headings as they are, in English.
func (r register) listing(s setup, columns ...string) *sheet {
	return r.listed(s, func(name string) string { return name }, columns)
}

// foreign is an exact decimal in a currency.
func (r register) foreign(number, code string) cell { return r.exactly(r.moneyIn(code), number) }

// earned is the sum of the statements. The sum by module must be equal.
func (r register) earned() (sum reports.Cents) {
	for _, p := range r.Partners {
		sum += p.Pay.Earned
	}
	return sum
}
