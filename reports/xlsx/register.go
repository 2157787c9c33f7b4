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
	b.edition(reg.Edition, reg.Vendor+" · "+b.words.month(reg.Month))
	for _, sheet := range []func(){r.partners, r.months, r.modules, r.causes, r.distributors, r.controls, r.files, r.held,
		r.rejected} {
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

func (r register) partners() {
	w := r.words
	sh := r.sheet(setup{title: w.say("sheet_register"), landscape: true, frozen: 4, titled: true,
		widths: []float64{14, 32, 8, 30, 11, 15, 15, 15, 15, 15, 15, 10, 15, 8, 10, 15, 15}})
	sh.tall(22, r.styled(r.styles.title, r.Vendor+" · "+w.month(r.Month)))
	sh.put(r.note(r.Currency + ". " + r.standing(r.Edition) + ". " + r.standingNote(r.Edition)))
	sh.put(r.note(r.verdict()))
	sh.tall(28, r.heads("partner_id", "partner", "place", "modules", "level", ">margin_of_month", ">adjustments_earlier",
		">money_entries", ">carried_in", ">payable", ">carried_out", "currency", ">payable_partner", "paid_in_currency",
		">status_points", ">held", ">pending")...)
	first := sh.row + 1
	var sums [6]reports.Cents
	waiting, held, pending := r.waitingByPartner()
	for _, p := range r.Partners {
		own := r.text("")
		switch {
		case p.Pay.OwnUnknown:
			own = r.styled(r.styles.money, "no rate")
		case p.Pay.OwnRate > 0:
			own = r.foreign(p.Pay.PayableOwn, p.Pay.Currency)
		}
		row := []cell{r.text(p.Partner.ID), r.text(p.Partner.Name), r.text(p.Partner.Country),
			r.text(w.values(p.Partner.Modules, ", ")), r.word(p.Pay.Level)}
		for i, amount := range []reports.Cents{p.Pay.Earned - p.AdjustedLines, p.AdjustedLines + p.AdjustedEntries,
			p.Pay.MoneyEntries - p.AdjustedEntries, p.Pay.CarriedIn,
			p.Pay.Payable, p.Pay.CarriedOut} {
			row = append(row, r.money(amount))
			sums[i] += amount
		}
		x := waiting[p.Partner.ID]
		delete(waiting, p.Partner.ID)
		sh.put(append(row, r.text(p.Pay.Currency), own, r.text(p.Pay.PaidCurrency), r.number(p.Pay.StatusPoints),
			r.waiting(x.Held), r.waiting(x.Pending))...)
	}
	for _, id := range slices.Sorted(maps.Keys(waiting)) {
		row := slices.Repeat([]cell{r.text("")}, 17)
		row[0], row[1] = r.text(id), r.text("no statement this month")
		if id == "" {
			row[1] = r.text("no partner yet")
		}
		row[15], row[16] = r.waiting(waiting[id].Held), r.waiting(waiting[id].Pending)
		sh.put(row...)
	}
	total := sh.total(17, first)
	total.exact(15, held)
	total.exact(16, pending)
	for i, amount := range sums {
		total.sum(5+i, amount)
	}
	sh.put(total.cells...)
	sh.mark("earned", 6, int64(sums[0]), 2)
	sh.mark("payable", 10, int64(sums[4]), 2)
	sh.markExact("held", 16, held)
	sh.markExact("pending", 17, pending)
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

// verdict says whether every control holds, and what waits.
func (r register) verdict() string {
	var wrong, rows, unvalued, changes, points int64
	for _, c := range r.Controls {
		if !c.Holds() {
			wrong++
		}
	}
	for _, x := range r.Waiting {
		rows, unvalued, changes, points = rows+x.HeldRows, unvalued+x.Unvalued, changes+x.Changes, points+x.Points
	}
	_, held, pending := r.waitingByPartner()
	parts := []string{"Every control holds.", "Nothing is held.", "No change waits for a person."}
	if wrong > 0 {
		parts[0] = fmt.Sprintf("Of %s the parts do NOT add up: see Control.", counted(wrong, "statement"))
	}
	if rows > 0 {
		parts[1] = fmt.Sprintf("Held: %s, net amounts of %s.", counted(rows, "row"), r.words.exact(held))
	}
	if unvalued > 0 {
		parts[1] += fmt.Sprintf(" %s without a rate.", counted(unvalued, "row"))
	}
	if changes > 0 {
		parts[2] = fmt.Sprintf("Changes wait for a person that would move %s and %s: tranche changes list.",
			r.words.exact(pending), counted(points, "point"))
	}
	return strings.Join(parts, " ")
}

func (r register) modules() {
	sh := r.workbook.listing(setup{title: r.words.say("sheet_modules")}, 16,
		"module 16", "distributor 16", ">line_count 10", ">base 18", ">earned 16", ">points 10")
	first := sh.row + 1
	var earned reports.Cents
	for _, m := range r.Modules {
		sh.put(r.word(m.Incentive), r.text(m.Distributor), r.number(m.Lines), r.money(m.Base), r.money(m.Earned),
			r.number(m.Points))
		earned += m.Earned
	}
	total := sh.total(6, first)
	total.sum(4, earned)
	sh.put(total.cells...)
	sh.mark("modules_earned", 5, int64(r.earned()), 2)
}

// files lists all files, because their rows can be of any month.
func (r register) files() {
	sh := r.listing(setup{title: r.words.say("sheet_files"), landscape: true}, 28,
		"File 32", "Feed 20", ">Rows 9", ">Rows loaded 9", ">Rows duplicate 10", ">Rows superseded 11",
		">Rows rejected 9", ">Of them waived 9", ">Rows excluded 9", ">Rows held 8", ">Amount in the file 17",
		">Amount loaded 17", ">Amount duplicate 17", ">Amount superseded 17", ">Amount rejected 17",
		">Amount excluded 17", ">Amounts that cannot be read 12",
		"Refused because 40")
	for _, f := range r.Files {
		row := []cell{r.text(f.Name), r.text(f.Feed)}
		for _, n := range []int64{f.Records, f.Loaded, f.Duplicate, f.Superseded, f.Rejected, f.Waived, f.Excluded, f.Held} {
			row = append(row, r.number(n))
		}
		for _, amount := range []string{
			f.Amount, f.LoadedAmount, f.DuplicateAmount, f.SupersededAmount, f.RejectedAmount, f.ExcludedAmount,
		} {
			row = append(row, r.foreign(amount, "")) // in several currencies
		}
		sh.put(append(row, r.number(f.Unread), r.wrapped(f.Reason))...)
	}
}

func (r register) held() {
	sh := r.listing(setup{title: r.words.say("sheet_held"), landscape: true}, 16,
		"Kind 12", "Waits because 34", "What 18", "Month 12", "Distributor 14", "Document 16", "End customer 26",
		">Net amount 15", "Currency 9", "File 30", "Line 8")
	for _, h := range r.Held {
		sh.put(r.text(h.Kind), r.word(h.Reason), r.text(h.What), r.day(h.Month), r.text(h.Distributor), r.text(h.Document),
			r.text(h.Customer), r.foreign(h.Amount, h.Currency), r.text(h.Currency), r.text(h.File), r.number(h.FileLine))
	}
	if r.MoreHeld > 0 {
		sh.put(r.note(fmt.Sprintf("%d more wait than are listed here; mart.held_lines has all, "+
			"and mart.uncounted_lines those that wait for a deal.", r.MoreHeld)))
	}
	sh.none(len(r.Held))
}

func (r register) rejected() {
	sh := r.listing(setup{title: r.words.say("sheet_rejected"), landscape: true}, 16,
		"File 32", "Line 8", "Column 18", "Why 60", "As it stands in the file 60", "Waived because 30")
	if r.MoreRejected > 0 {
		sh.put(r.note(fmt.Sprintf("%d more rows were rejected than are listed here; "+
			"tranche rejects export FILE writes those of a file.", r.MoreRejected)))
	}
	for _, x := range r.Rejected {
		sh.put(r.text(x.File), r.number(x.FileLine), r.text(x.Column), r.wrapped(x.Sentence), r.wrapped(x.Raw),
			r.wrapped(x.Waived))
	}
	sh.none(len(r.Rejected))
}

// counted is a number with its noun, in English.
func counted(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// listing takes headings as they are, in English.
func (r register) listing(s setup, height float64, columns ...string) *sheet {
	return r.listed(s, height, func(name string) string { return name }, columns)
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
