package xlsx

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"tranche/reports"
)

// Register writes finance's view of a month, in English.
func Register(out io.Writer, reg *reports.Register) error {
	b, err := newBook(Languages()[0], reg.Letterhead)
	if err != nil {
		return err
	}
	r := register{book: b, Register: reg}
	b.properties("Register "+reg.Month.Format("2006-01"), reg.Vendor, reg.Month)
	b.edition(reg.Edition, reg.Vendor+" · "+b.words.month(reg.Month))
	for _, sheet := range []func(){r.partners, r.months, r.modules, r.causes, r.distributors, r.controls, r.files, r.held, r.rejected} {
		sheet()
	}
	if err := b.write(out); err != nil {
		return fmt.Errorf("register %s: %w", reg.Month.Format("2006-01"), err)
	}
	return nil
}

type register struct {
	*book
	*reports.Register
}

func (r register) partners() {
	w := r.words
	sh := r.sheet(setup{title: w.say("sheet_register"), widths: []float64{14, 32, 8, 30, 11, 15, 15, 15, 15, 15, 15, 10, 15, 10}, landscape: true, frozen: 3, titled: true})
	sh.tall(22, r.styled(r.styles.title, r.Vendor+" · "+w.month(r.Month)))
	sh.put(r.styled(r.styles.note, r.Currency+". "+r.standing(r.Edition)+". "+r.standingNote(r.Edition)))
	sh.tall(28, r.heads("partner_id", "partner", "place", "modules", "level", ">margin_of_month", ">margin_earlier", ">money_entries", ">carried_in", ">payable", ">carried_out",
		"currency", ">payable_partner", ">status_points")...)
	first := sh.row + 1
	var t reports.Pay
	var adjusted, entered reports.Cents
	for _, p := range r.Partners {
		inTheirCurrency := r.text("")
		if p.Pay.OwnRate > 0 {
			inTheirCurrency = r.money(p.Pay.PayableOwn)
		}
		sh.put(r.text(p.Partner.ID), r.text(p.Partner.Name), r.text(p.Partner.Country), r.text(w.values(p.Partner.Modules, ", ")), r.text(w.value(p.Pay.Level)),
			r.money(p.Pay.Earned-p.AdjustedLines), r.money(p.AdjustedLines+p.AdjustedEntries),
			r.money(p.Pay.MoneyEntries-p.AdjustedEntries), r.money(p.Pay.CarriedIn), r.money(p.Pay.Payable), r.money(p.Pay.CarriedOut),
			r.text(p.Pay.Currency), inTheirCurrency, r.number(p.Pay.StatusPoints))
		t.Earned, t.MoneyEntries, t.CarriedIn = t.Earned+p.Pay.Earned, t.MoneyEntries+p.Pay.MoneyEntries, t.CarriedIn+p.Pay.CarriedIn
		t.Payable, t.CarriedOut, adjusted = t.Payable+p.Pay.Payable, t.CarriedOut+p.Pay.CarriedOut, adjusted+p.AdjustedLines
		entered += p.AdjustedEntries
	}
	column := func(c string) string { return sumOf(c, first, sh.row) }
	blank := r.styled(r.styles.totalText, "")
	sh.put(r.styled(r.styles.totalText, w.say("total")), blank, blank, blank, blank, r.sum(r.styles.totalMoney, column("F"), t.Earned-adjusted),
		r.sum(r.styles.totalMoney, column("G"), adjusted+entered), r.sum(r.styles.totalMoney, column("H"), t.MoneyEntries-entered), r.sum(r.styles.totalMoney, column("I"), t.CarriedIn),
		r.sum(r.styles.totalMoney, column("J"), t.Payable), r.sum(r.styles.totalMoney, column("K"), t.CarriedOut), blank, blank, blank)
	sh.mark("earned", 6, int64(t.Earned-adjusted), 2)
	sh.mark("payable", 10, int64(t.Payable), 2)
	sh.done()
}

func (r register) modules() {
	w := r.words
	sh := r.sheet(setup{title: w.say("sheet_modules"), widths: []float64{16, 16, 10, 18, 16, 10}, frozen: 1})
	sh.tall(16, r.heads("module", "distributor", ">line_count", ">base", ">earned", ">points")...)
	first := sh.row + 1
	var earned reports.Cents
	for _, m := range r.Modules {
		sh.put(r.text(w.value(m.Incentive)), r.text(m.Distributor), r.number(m.Lines), r.money(m.Base), r.money(m.Earned), r.number(m.Points))
		earned += m.Earned
	}
	blank := r.styled(r.styles.totalText, "")
	sh.put(r.styled(r.styles.totalText, w.say("total")), blank, blank, blank, r.sum(r.styles.totalMoney, sumOf("E", first, sh.row), earned), blank)
	sh.mark("modules_earned", 5, int64(r.earned()), 2)
	sh.done()
}

func (r register) files() {
	// Every file there is, for rows of it can wait for, or belong to, any month.
	sh := r.sheet(setup{title: r.words.say("sheet_files"), widths: []float64{32, 20, 9, 9, 10, 11, 9, 9, 8, 17, 17, 17, 17, 17, 12, 40}, landscape: true, frozen: 1})
	sh.tall(28, r.plainHeads("File", "Feed", ">Rows", ">Rows loaded", ">Rows duplicate", ">Rows superseded", ">Rows rejected", ">Of them waived", ">Rows held", ">Amount in the file", ">Amount loaded",
		">Amount duplicate", ">Amount superseded", ">Amount rejected", ">Amounts that cannot be read", "Refused because")...)
	for _, f := range r.Files {
		sh.put(r.text(f.Name), r.text(f.Feed), r.number(f.Records), r.number(f.Loaded), r.number(f.Duplicate), r.number(f.Superseded), r.number(f.Rejected), r.number(f.Waived),
			r.number(f.Held), r.foreign(f.Amount), r.foreign(f.LoadedAmount), r.foreign(f.DuplicateAmount), r.foreign(f.SupersededAmount),
			r.foreign(f.RejectedAmount), r.number(f.Unread), r.styled(r.styles.wrapped, f.Reason))
	}
	sh.done()
}

func (r register) held() {
	sh := r.sheet(setup{title: r.words.say("sheet_held"), widths: []float64{12, 34, 18, 12, 14, 16, 26, 15, 9, 30, 8}, landscape: true, frozen: 1})
	sh.tall(16, r.plainHeads("Kind", "Waits because", "What", "Month", "Distributor", "Document", "End customer", ">Net amount", "Currency", "File", "Line")...)
	for _, h := range r.Held {
		sh.put(r.text(h.Kind), r.text(r.words.value(h.Reason)), r.text(h.What), r.day(h.Month), r.text(h.Distributor), r.text(h.Document), r.text(h.Customer),
			r.foreign(h.Amount), r.text(h.Currency), r.text(h.File), r.number(h.FileLine))
	}
	if r.MoreHeld > 0 {
		sh.put(r.styled(r.styles.note, fmt.Sprintf("%d more wait than are listed here; mart.held_lines has all, and mart.uncounted_lines those that wait for a deal.", r.MoreHeld)))
	}
	if len(r.Held) == 0 {
		sh.put(r.text(r.words.say("nothing")))
	}
	sh.done()
}

func (r register) rejected() {
	sh := r.sheet(setup{title: r.words.say("sheet_rejected"), widths: []float64{32, 8, 18, 60, 60, 30}, landscape: true, frozen: 1})
	sh.tall(16, r.plainHeads("File", "Line", "Column", "Why", "As it stands in the file", "Waived because")...)
	if r.MoreRejected > 0 {
		sh.put(r.styled(r.styles.note, fmt.Sprintf("%d more rows were rejected than are listed here; tranche rejects export FILE writes those of a file.", r.MoreRejected)))
	}
	for _, x := range r.Rejected {
		sh.put(r.text(x.File), r.number(x.FileLine), r.text(x.Column), r.styled(r.styles.wrapped, x.Sentence), r.styled(r.styles.wrapped, x.Raw), r.styled(r.styles.wrapped, x.Waived))
	}
	if len(r.Rejected) == 0 {
		sh.put(r.text(r.words.say("nothing")))
	}
	sh.done()
}

func (r register) plainHeads(names ...string) []cell {
	var cells []cell
	for _, name := range names {
		name, numeric := strings.CutPrefix(name, ">")
		cells = append(cells, r.head(name, numeric))
	}
	return cells
}

// foreign is an exact decimal in a document's currency, as a number where a cell
// can hold it and as text where it cannot.
func (r register) foreign(text string) cell {
	whole, places, _ := strings.Cut(text, ".")
	places = strings.TrimRight(places, "0")
	units, err := strconv.ParseInt(whole+places, 10, 64)
	if err != nil || !fits(units) {
		return r.styled(r.styles.money, r.words.marked(whole, places))
	}
	return cell{kind: aNumber, style: r.styles.money, units: units, scale: len(places)}
}

// earned is what all partners earned, by their statements; by module it must
// come to the same.
func (r register) earned() (sum reports.Cents) {
	for _, p := range r.Partners {
		sum += p.Pay.Earned
	}
	return sum
}
