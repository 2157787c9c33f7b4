package xlsx

import (
	"fmt"
	"io"

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
	sh := r.sheet(setup{title: w.say("sheet_register"), landscape: true, frozen: 3, titled: true,
		widths: []float64{14, 32, 8, 30, 11, 15, 15, 15, 15, 15, 15, 10, 15, 8, 10}})
	sh.tall(22, r.styled(r.styles.title, r.Vendor+" · "+w.month(r.Month)))
	sh.put(r.note(r.Currency + ". " + r.standing(r.Edition) + ". " + r.standingNote(r.Edition)))
	sh.tall(28, r.heads("partner_id", "partner", "place", "modules", "level", ">margin_of_month", ">adjustments_earlier",
		">money_entries", ">carried_in", ">payable", ">carried_out", "currency", ">payable_partner", "paid_in_currency",
		">status_points")...)
	first := sh.row + 1
	var sums [6]reports.Cents
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
		sh.put(append(row, r.text(p.Pay.Currency), own, r.text(p.Pay.PaidCurrency), r.number(p.Pay.StatusPoints))...)
	}
	total := sh.total(15, first)
	for i, amount := range sums {
		total.sum(5+i, amount)
	}
	sh.put(total.cells...)
	sh.mark("earned", 6, int64(sums[0]), 2)
	sh.mark("payable", 10, int64(sums[4]), 2)
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
		">Rows rejected 9", ">Of them waived 9", ">Rows held 8", ">Amount in the file 17", ">Amount loaded 17",
		">Amount duplicate 17", ">Amount superseded 17", ">Amount rejected 17", ">Amounts that cannot be read 12",
		"Refused because 40")
	for _, f := range r.Files {
		row := []cell{r.text(f.Name), r.text(f.Feed)}
		for _, n := range []int64{f.Records, f.Loaded, f.Duplicate, f.Superseded, f.Rejected, f.Waived, f.Held} {
			row = append(row, r.number(n))
		}
		for _, amount := range []string{f.Amount, f.LoadedAmount, f.DuplicateAmount, f.SupersededAmount, f.RejectedAmount} {
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
