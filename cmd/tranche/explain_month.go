package main

import (
	"fmt"
	"slices"
	"strconv"
	"text/tabwriter"

	"tranche/pipeline"
	"tranche/reports"
)

// month tells how a partner's month came about.
func (t teller) month(s *reports.MonthStory) {
	m := s.Month[0]
	t.say("%s %s, %s: %s %s payable", m.Partner, m.Name, m.Month[:7], m.Payable, m.Own)
	if !m.Active {
		t.say("  Partner   %s", pipeline.Word("partner_inactive"))
	}
	t.say("  Rules     %q, fingerprint %s", m.Version, m.RulesHash)
	adjusted := ""
	if m.Adjusted != "" {
		adjusted = ", of it adjustments to earlier months " + m.Adjusted + ","
	}
	t.say("  Money     earned %s%s + manual adjustments %s + carried in %s - carried out %s = %s (less than %s is carried on)", m.Earned, adjusted, m.Entries,
		m.CarriedIn, m.CarriedOut, m.Payable, m.Minimum)
	if m.Currency != m.Own && m.PayableOwn != "" {
		t.say("            in %s: %s, at 1 %s = %s %s, the last rate of the month", m.Currency, m.PayableOwn, m.Currency, places(m.Rate), m.Own)
	}
	for _, a := range s.Adjustments {
		t.say("  Adjusted  %s on %s: %s (%s, by %s; %s, line %d)", a.Amount, a.PostedOn, a.Reason, a.Entry, a.By, a.File, a.FileLine)
	}
	t.level(m, s)
	for _, x := range s.Modules {
		t.module(x, s)
	}
	t.deals(s)
	t.waiting(s)
	t.say("\nOne line in full: tranche explain --partner %s --line DOCUMENT/LINE", m.Partner)
	isHidden := func(l reports.MonthLine) bool { return l.Document == "" }
	if slices.ContainsFunc(s.Lines, isHidden) {
		t.say("Sell With goes by other partners' purchases; --everyone names their documents, for the vendor's eyes only.")
	}
}

func (t teller) level(m reports.MonthPay, s *reports.MonthStory) {
	met := ""
	switch {
	case m.LevelMet != "":
		met = "at the month's end it meets the requirements of " + pipeline.Word(m.LevelMet) + "; "
	case m.HasLevelRules:
		met = "at the month's end it meets the requirements of no level; "
	}
	t.say("  Level     %s; %sfrom the next month %s", pipeline.Word(m.Level), met, pipeline.Word(m.LevelNext))
	t.say("  Status    %d points = %d by amount + %d by %d valid certifications + %d bonus", m.StatusPoints, m.ByAmount, m.ByCertificate, m.Certifications, m.ByBonus)
	t.say("  To spend  %d points, after %d earned, %d spent and %d lapsed in the month", m.Spendable, m.PointsEarned, m.Redeemed, m.Expired)
	for _, g := range s.Missing {
		what := pipeline.Word(g.Requirement)
		if g.Category != "" {
			what += " " + g.Category
		}
		t.say("  Missing   for %s: %s, %d of %d", pipeline.Word(g.NextLevel), what, g.Has, g.Needs)
	}
	for _, p := range s.Points {
		t.say("  Posted    %d points on %s: %s %s, for %s", p.Points, p.PostedOn, pipeline.Word(p.Kind), p.Source, pipeline.Word(p.Balance))
	}
}

func (t teller) module(m reports.MonthModule, s *reports.MonthStory) {
	t.say("\n%s: %s, base %s, earned %s, %s; in the year so far base %s, earned %s", pipeline.Word(m.Module), counted(m.Lines, "line"), m.Base, m.Earned,
		counted(m.Points, "point"), m.YearBase, m.YearEarned)
	var margin [][]string
	for _, x := range s.Margin {
		if x.Module != m.Module {
			continue
		}
		tranche, rate := "all", ""
		if x.Rate != "" {
			tranche, rate = between(x.Tranche, x.From, x.To), percent(x.Rate)+" %"
		}
		margin = append(margin, []string{"  " + x.ValidFrom, pipeline.Word(x.Level), x.Method, tranche, rate, x.MonthBase, x.MonthEarned, x.YearBase, x.YearEarned})
	}
	t.table([]string{"  since", "level", "method", "tranche", "rate", "base", "earned", "base this year", "earned this year"}, margin)
	for _, b := range s.Started {
		if b.Module == m.Module {
			t.say("  After %s of %s", t.movement(b.MonthLine), b.Date)
			t.end(b.End)
		}
	}
	lines := slices.DeleteFunc(slices.Clone(s.Lines), func(l reports.MonthLine) bool { return l.Module != m.Module })
	t.moves(m.Module, lines)
}

// moves tells each movement of a module. Under document the tranches go by the
// document's own position, which is told beside that of the period.
func (t teller) moves(module string, lines []reports.MonthLine) {
	byDocument := slices.ContainsFunc(lines, func(l reports.MonthLine) bool { return l.Method == "document" })
	head := []string{"  document", "on", "base", "from", "to"}
	if module == "sell_with" && !t.question.Everyone {
		head[0] = "  deal, at"
	}
	if byDocument {
		head = append(head, "in document from", "to")
	}
	var rows [][]string
	for _, l := range lines {
		row := []string{"  " + t.movement(l), l.Date, l.Base, l.WalkLo, l.WalkHi}
		switch {
		case byDocument && l.Method == "document":
			row = append(row, l.Lo, l.Hi)
		case byDocument:
			row = append(row, "", "")
		}
		rows = append(rows, append(row, l.Earned, strconv.FormatInt(l.Points, 10), l.File, strconv.FormatInt(l.FileLine, 10)))
	}
	t.table(append(head, "earned", "points", "file", "line"), rows)
}

// movement names a movement, by its deal where the purchase is another partner's.
func (t teller) movement(l reports.MonthLine) string {
	if l.Document == "" {
		return l.Deal + " " + l.Distributor
	}
	return document(l.Distributor, l.Document, l.Line)
}

// deals tells of the partner's claims that brought nothing.
func (t teller) deals(s *reports.MonthStory) {
	var claims, shares [][]string
	for _, c := range s.Claims {
		claims = append(claims, []string{"  " + c.Deal, pipeline.Word(c.Role), c.Registered, strconv.FormatInt(c.Lines, 10), c.First, c.Last, pipeline.Word(c.Reason)})
	}
	for _, x := range s.Shares {
		shares = append(shares, []string{"  " + x.Deal, x.Roles, x.Date, x.Distributor, x.File, strconv.FormatInt(x.FileLine, 10)})
	}
	if len(claims) > 0 {
		t.say("\nClaims on deals that did not count for lines of the month")
		t.table([]string{"  deal", "role", "registered", "lines", "from", "to", "why"}, claims)
	}
	if len(shares) > 0 {
		t.say("\nShares of less than a cent, which earn nothing")
		t.table([]string{"  deal", "as", "on", "distributor", "file", "line"}, shares)
	}
}

// waiting tells what does not count, and what does not count yet.
func (t teller) waiting(s *reports.MonthStory) {
	var left, held [][]string
	for _, u := range s.NotCounted {
		why := pipeline.Word(u.Reason)
		if u.Partner == "" {
			why += " (" + u.Deal + ")"
		}
		left = append(left, []string{"  " + document(u.Distributor, u.Document, u.Line), u.Date, u.SKU + " " + u.Product, pipeline.Word(u.Module), u.Amount, u.File,
			strconv.FormatInt(u.FileLine, 10), why})
	}
	for _, h := range s.Held {
		held = append(held, []string{"  " + document(h.Distributor, h.Document, h.Line), h.File, strconv.FormatInt(h.FileLine, 10), h.What, pipeline.Word(h.Reason)})
	}
	if len(left) > 0 {
		t.say("\nDoes not count")
		t.table([]string{"  document", "on", "product", "module", "amount", "file", "line", "why"}, left)
	}
	if len(held) > 0 {
		t.say("\nHeld, and counts when this has been mended")
		t.table([]string{"  document", "file", "line", "what", "why"}, held)
	}
}

func document(distributor, number string, line int64) string {
	if distributor == "" {
		return number
	}
	return fmt.Sprintf("%s %s/%d", distributor, number, line)
}

func (t teller) table(head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	w := tabwriter.NewWriter(t.stdout, 0, 0, 2, ' ', 0)
	for _, cells := range append([][]string{head}, rows...) {
		for _, c := range cells {
			fmt.Fprint(w, c, "\t")
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush()
}
