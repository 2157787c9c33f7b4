package main

import (
	"fmt"
	"slices"
	"text/tabwriter"

	"tranche/pipeline"
	"tranche/reports"
)

func (e explainer) month(s *reports.Statement) {
	e.say("%s %s, %s: %s %s payable", s.Partner.ID, s.Partner.Name, s.Month.Format("2006-01"), s.Pay.Payable, s.Currency)
	if !s.Partner.Active {
		e.say("  Partner   %s", pipeline.Word("partner_inactive"))
	}
	e.say("  Rules     %q, fingerprint %s", s.Programme, s.RulesHash)
	e.pay(s)
	e.level(s)
	for _, x := range s.Modules {
		e.module(x, s)
	}
	e.deals(s)
	e.waiting(s)
	e.say("\nOne line in full: tranche explain --partner %s --line DOCUMENT/LINE", s.Partner.ID)
	if slices.ContainsFunc(s.Lines, func(l reports.Line) bool { return l.Document == "" }) {
		e.say("Sell With goes by other partners' purchases; --everyone names their documents, for the vendor's eyes only.")
	}
}

func (e explainer) pay(s *reports.Statement) {
	p := s.Pay
	earned, entered := s.Adjusted()
	of := func(adjusted reports.Cents) string {
		if adjusted == 0 {
			return ""
		}
		return ", of it adjustments to earlier months " + adjusted.String() + ","
	}
	e.say("  Money     earned %s%s + manual adjustments %s%s + carried in %s - carried out %s = %s "+
		"(less than %s is carried on)",
		p.Earned, of(earned), p.MoneyEntries, of(entered), p.CarriedIn, p.CarriedOut, p.Payable, p.Minimum)
	switch {
	case p.OwnUnknown:
		e.say("            in %s: nobody can tell, because no rate of %s is known for the end of the month; paid in %s",
			p.Currency, p.Currency, p.PaidCurrency)
	case p.Currency != s.Currency && p.OwnRate != 0:
		e.say("            in %s: %s, at 1 %s = %s %s, the last rate of the month; paid in %s",
			p.Currency, reports.Places(p.PayableOwn, p.Currency), p.Currency, p.OwnRate, s.Currency, p.PaidCurrency)
	}
	switch {
	case p.Payable < 0:
		e.say("            the partner has left the programme, and owes what is below zero")
	case p.CarriedMonths > 0 && p.SettleAfter > 0:
		e.say("            carried for %s; after %d it is paid all the same",
			counted(p.CarriedMonths, "month"), p.SettleAfter)
	}
	for _, x := range s.Entries {
		e.say("  Adjusted  %s on %s: %s (%s, by %s; %s, line %d)", x.Amount, x.Date, x.Reason, x.ID, x.By, x.File, x.FileLine)
	}
}

func (e explainer) level(s *reports.Statement) {
	p, b, met := s.Pay, s.Balance, ""
	switch {
	case p.LevelMet != "":
		met = "at the month's end it meets the requirements of " + e.name(p.LevelMet) + "; "
	case p.HasLevelRules:
		met = "at the month's end it meets the requirements of no level; "
	}
	e.say("  Level     %s; %sfrom the next month %s", e.name(p.Level), met, e.name(p.LevelAfter))
	e.say("  Status    %d points = %d by amount + %d by %d valid certifications + %d bonus",
		b.Status, b.ByAmount, b.ByCertificate, b.Certifications, b.ByBonus)
	e.say("  To spend  %d points, after %d earned, %d spent and %d lapsed in the month",
		b.Spendable, b.Earned, b.Redeemed, b.Expired)
	for _, g := range s.Gaps {
		what := pipeline.Word(g.Requirement)
		if g.Category != "" {
			what += " " + g.Category
		}
		e.say("  Missing   for %s: %s, %d of %d", e.name(p.NextLevel), what, g.Has, g.Needs)
	}
	for _, x := range s.Points {
		if x.Kind != "purchase" && x.Kind != "sell_with" { // the lines show those
			e.say("  Posted    %d points on %s: %s %s, for %s", x.Points, x.Date, pipeline.Word(x.Kind), x.Source,
				pipeline.Word(x.Balance))
		}
	}
}

func (e explainer) module(m reports.IncentiveTotal, s *reports.Statement) {
	e.say("\n%s: %s, base %s, earned %s, %s; in the year so far base %s, earned %s", e.name(m.Incentive),
		counted(m.Lines, "line"), m.Base, m.Earned, counted(m.Points, "point"), m.YearBase, m.YearEarned)
	margin := e.table("  since", "level", "method", "tranche", "rate", "base", "earned", "base this year",
		"earned this year")
	for _, x := range s.Margin {
		if x.Incentive != m.Incentive {
			continue
		}
		tranche, rate := "all", ""
		switch {
		case x.Flat:
			tranche = "for reaching tranches"
		case x.Cut:
			tranche = "limits and caps"
		case !x.Whole:
			tranche, rate = between(x.Number, x.From, x.To), e.rate(x.Incentive, x.Rate)
		}
		margin.row("  "+x.ValidFrom.String(), e.name(x.Level), x.Method, tranche, rate, x.MonthBase, x.MonthEarned,
			x.YearBase, x.YearEarned)
	}
	margin.end()
	lines := slices.DeleteFunc(slices.Clone(s.Lines), func(l reports.Line) bool { return l.Incentive != m.Incentive })
	for i, l := range lines {
		isSame := func(x reports.Line) bool { return x.Schedule == l.Schedule }
		if l.Method == "block" && len(l.Ends) == 2 && !slices.ContainsFunc(lines[i+1:], isSame) {
			e.say("  After %s of %s", movement(l), l.Date)
			e.started(l.Incentive, l.Ends[0])
		}
	}
	e.moves(m.Incentive, lines)
}

// moves lists the movements of a module. Method document has a position in the document
// beside that of the period.
func (e explainer) moves(module string, lines []reports.Line) {
	byDocument := slices.ContainsFunc(lines, func(l reports.Line) bool { return l.Method == "document" })
	head := []any{"  document", "on", "base", "from", "to"}
	if e.names.IsShared(module) && !e.question.Everyone {
		head[0] = "  deal, at"
	}
	if byDocument {
		head = append(head, "in document from", "to")
	}
	moves := e.table(append(head, "earned", "points", "file", "line")...)
	for _, l := range lines {
		row := []any{"  " + movement(l), l.Date, l.Base, l.PeriodBefore, l.PeriodAfter}
		switch {
		case byDocument && l.Method == "document":
			row = append(row, l.PositionBefore, l.PositionAfter)
		case byDocument:
			row = append(row, "", "")
		}
		moves.row(append(row, l.Earned, l.Points, l.File, l.FileLine)...)
	}
	moves.end()
}

// movement names a movement, by its deal where the purchase is another partner's.
func movement(l reports.Line) string {
	if l.Document == "" {
		return l.Deal + " " + l.Distributor
	}
	return document(l.Distributor, l.Document, l.Number)
}

// deals lists the claims and shares that earn nothing.
func (e explainer) deals(s *reports.Statement) {
	claims := e.table("  deal", "role", "registered", "lines", "from", "to", "why")
	claims.title = "\nClaims on deals that did not count for lines of the month"
	for _, c := range s.Claims {
		if !c.Counted {
			claims.row("  "+c.Deal, pipeline.Word(c.Role), c.Registered, c.Lines, c.First, c.Last, pipeline.Word(c.Reason))
		}
	}
	claims.end()
	shares := e.table("  deal", "as", "on", "distributor", "file", "line")
	shares.title = "\nShares of less than a cent, which earn nothing"
	for _, x := range s.Shares {
		if x.Base == 0 {
			shares.row("  "+x.Deal, x.Roles, x.Date, x.Distributor, x.File, x.FileLine)
		}
	}
	shares.end()
}

// waiting lists what does not count, and what does not count yet.
func (e explainer) waiting(s *reports.Statement) {
	left := e.table("  document", "on", "product", "module", "amount", "file", "line", "why")
	left.title = "\nDoes not count"
	held := e.table("  document", "file", "line", "what", "why")
	held.title = "\nHeld, and counts once this is corrected"
	for _, u := range s.NotCounted {
		name, why := "  "+document(u.Distributor, u.Document, u.Number), pipeline.Word(u.Reason)
		if u.Held {
			held.row(name, u.File, u.FileLine, u.What, why)
			continue
		}
		if u.Reason == unregistered {
			why += " (" + u.Deal + ")"
		}
		left.row(name, u.Date, u.SKU+" "+u.Product, e.name(u.Incentive), u.Amount, u.File, u.FileLine, why)
	}
	left.end()
	held.end()
}

func document(distributor, number string, line int64) string {
	if distributor == "" {
		return number
	}
	return fmt.Sprintf("%s %s/%d", distributor, number, line)
}

// section is a table. It is written at its end, if it has rows.
type section struct {
	explainer
	title string // above it
	rows  [][]any
}

func (e explainer) table(head ...any) *section { return &section{explainer: e, rows: [][]any{head}} }

func (s *section) row(cells ...any) { s.rows = append(s.rows, cells) }

func (s *section) end() {
	if len(s.rows) == 1 {
		return
	}
	if s.title != "" {
		s.say("%s", s.title)
	}
	w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	for _, cells := range s.rows {
		for _, c := range cells {
			fmt.Fprint(w, c, "\t")
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush()
}
