package main

import (
	"fmt"
	"slices"
	"strings"

	"tranche/pipeline"
	"tranche/reports"
)

// line explains one line, distributor by distributor.
func (e explainer) line(story *reports.LineStory) {
	var distributors []string
	for _, s := range story.Sales {
		if !slices.Contains(distributors, s.Distributor) {
			distributors = append(distributors, s.Distributor)
		}
	}
	if len(story.Sales) > 1 {
		e.say("%d lines are %s/%d for %s, of %s; each is told by itself.\n", len(story.Sales), e.question.Document,
			e.question.Line, e.question.Partner, strings.Join(distributors, ", "))
	}
	for i, s := range story.Sales {
		if i > 0 {
			e.say("")
		}
		e.sale(s)
	}
	for i, h := range story.Held {
		if i+len(story.Sales) > 0 {
			e.say("")
		}
		e.held(h)
	}
	if len(story.OtherMonths) > 0 {
		e.say("\nA line of that number is also in %s.", strings.Join(story.OtherMonths, ", "))
	}
}

func (e explainer) sale(s reports.SaleStory) {
	parts := takenBack(s)
	if len(parts) > 1 {
		e.say("%s %s/%d names no line and takes back %d sales; each part is told by itself.\n", s.Distributor, s.Document,
			s.Number, len(parts))
	}
	for i, part := range parts {
		if i > 0 {
			e.say("")
		}
		e.origin(part)
		for _, l := range part.Lines {
			e.credit(l, part)
		}
		for _, u := range part.NotCounted {
			e.notCounted(u, part)
		}
	}
	e.influence(s)
}

// takenBack is the story of each sale that a return takes back, or the story itself.
func takenBack(s reports.SaleStory) []reports.SaleStory {
	type returned struct {
		document string
		line     int64
	}
	var parts []reports.SaleStory
	at := map[returned]int{}
	part := func(sale reports.Sale) *reports.SaleStory {
		key := returned{sale.ReturnsDocument, sale.ReturnsLine}
		i, ok := at[key]
		if !ok {
			i = len(parts)
			at[key] = i
			one := s
			one.Lines, one.NotCounted = nil, nil
			if i > 0 {
				one.Sale = sale
				one.Distributor, one.Document, one.Number = s.Distributor, s.Document, s.Number // also where hidden
			}
			parts = append(parts, one)
		}
		return &parts[i]
	}
	for _, l := range s.Lines {
		p := part(l.Sale)
		p.Lines = append(p.Lines, l)
	}
	for _, u := range s.NotCounted {
		p := part(u.Sale)
		p.NotCounted = append(p.NotCounted, u)
	}
	if len(parts) == 0 {
		return []reports.SaleStory{s}
	}
	return parts
}

func (e explainer) origin(s reports.SaleStory) {
	kind := ""
	if s.Type != "" {
		kind = ", " + s.Type
	}
	e.say("%s %s/%d%s of %s, in %s", s.Distributor, s.Document, s.Number, kind, s.Date, s.Month.Format("2006-01"))
	e.say("  File      %s", place(s.File, s.FileLine))
	if s.Type != "" {
		e.worth(s)
		e.returns(s.Sale)
	}
	if s.Deal != "" {
		e.say("  Deal      %s", s.Deal)
	}
}

// worth shows no currency where the purchase is another partner's.
func (e explainer) worth(s reports.SaleStory) {
	quantity := ""
	if s.Quantity != 0 {
		quantity = ", quantity " + s.Quantity.String()
	}
	e.say("  Product   %s %s (%s)%s, for %s", s.SKU, s.Product, s.Family, quantity, orNobody(s.Customer))
	switch {
	case s.Currency == "":
		e.say("  Value     the purchase is another partner's, and so are its quantity and price")
	case s.RateDate.IsZero():
		e.say("  Value     %s %s", s.Amount, s.Currency)
	default:
		newest := ""
		if s.RateDate != s.TermsDate {
			newest = ", the newest on " + s.TermsDate.String()
		}
		e.say("  Value     %s %s x %s = %s %s, rounded half away from zero; the rate of %s%s",
			s.Net.In(s.Currency), s.Currency, s.FXRate, s.Amount, s.Own, s.RateDate, newest)
	}
}

// returns names the returned line. The document is empty where it is another partner's.
func (e explainer) returns(s reports.Sale) {
	switch {
	case s.ReturnFound && s.ReturnsDocument == "":
		e.say("  Terms     it returns a line of %s and goes by the rules, level and rate of that day", s.TermsDate)
	case s.ReturnFound:
		e.say("  Terms     it returns %s/%d, a line of %s, and goes by the rules, level and rate of that day",
			s.ReturnsDocument, s.ReturnsLine, s.TermsDate)
	case s.ReturnsDocument != "":
		e.say("  Terms     it says that it returns %s/%d, which is not there as one sale up to that day; "+
			"so it goes by its own day", s.ReturnsDocument, s.ReturnsLine)
	}
}

// place names the file and line. Line 0 means that the file no longer holds it.
func place(file string, line int64) string {
	if line == 0 {
		return file + ", which no longer holds it"
	}
	return fmt.Sprintf("%s, line %d", file, line)
}

func orNobody(customer string) string {
	if customer == "" {
		return "a customer the distributor does not name"
	}
	return customer
}

func (e explainer) credit(l reports.Line, s reports.SaleStory) {
	why := map[string]string{"buyer": "it bought the line", "distributor": "it distributed the line",
		"claims": "it influenced the deal"}
	isIts := func(a reports.Adjustment) bool { return a.Incentive == l.Incentive }
	if i := slices.IndexFunc(s.Adjustments, isIts); i < 0 {
		e.say("\n%s: counts for %s %s, because %s",
			e.name(l.Incentive), s.Partner.ID, s.Partner.Name, why[e.names.Credits(l.Incentive)])
	} else {
		a := s.Adjustments[i]
		e.say("\n%s: adjusts %s for %s %s. %s", e.name(l.Incentive), a.Adjusts.Format("2006-01"), s.Partner.ID,
			s.Partner.Name, pipeline.Cause(a.Cause))
		if a.StatedFile != "" {
			e.say("  Stated    before, from %s, line %d; what is stated here is what it should be less that",
				a.StatedFile, a.StatedLine)
		}
	}
	e.say("  Base      %s %s", l.Base, s.Own)
	e.say("  Position  from %s to %s, in the period that began on %s (movement %d of its year)",
		l.PeriodBefore, l.PeriodAfter, l.PeriodStart, l.Sequence)
	e.say("  Rules     %q, since %s, fingerprint %s", l.Terms.Name, l.Terms.From, l.RulesHash)
	e.money(l, s.Own)
	if l.Terms.Points > 0 {
		e.say("  Points    %d: %d for every %s, whole ones at %s less whole ones at %s",
			l.Points, l.Terms.Points, l.Terms.Per, l.PeriodAfter, l.PeriodBefore)
	}
	e.say("  Level     %s at the end of %s; from the next month %s",
		e.name(s.Level), s.Month.Format("2006-01"), e.name(s.LevelAfter))
}

func (e explainer) money(l reports.Line, own string) {
	if l.Method == "" {
		e.say("  Earned    0.00: the programme pays nothing here")
		return
	}
	e.say("  Method    %s; %s on %s, schedule %s",
		pipeline.Word(l.Method), e.name(l.Level), l.TermsDate, l.Schedule)
	if l.Method == "document" {
		e.say("  Document  from %s to %s in it, which its tranches go by", l.PositionBefore, l.PositionAfter)
	}
	for _, x := range l.Slices {
		rate := e.rate(l.Incentive, x.Rate)
		if n := x.Through - x.Tranche + 1; n > 1 {
			e.say("  Tranches  %d to %d (%s to %s) at %s: %s of it here", x.Tranche, x.Through, x.From, x.To, rate, x.Base)
			e.say("            each is whole and earns the same, rounded to the cent; the %d together: %s", n, x.Earned)
			continue
		}
		e.say("  Tranche   %d (%s) at %s: %s of it here, filled from %s to %s",
			x.Tranche, between(x.Tranche, x.From, x.To), rate, x.Base, x.FillBefore, x.FillAfter)
		e.say("            earns %s x %s less %s x %s, each rounded to the cent: %s",
			x.FillAfter, rate, x.FillBefore, rate, x.Earned)
	}
	if len(l.Ends) == 2 {
		e.ends(l)
	}
	if l.Limited != l.ByRate {
		e.say("  Limit     %s by the schedule; what a line or document may earn makes it %s", l.ByRate, l.Limited)
	}
	if l.Cut != 0 {
		e.say("  Cut       %s, as all incentives of a line together earn no more than it costs", -l.Cut)
	}
	switch {
	case l.Flat > 0:
		e.say("  Reached   %s for reaching tranches", l.Flat)
	case l.Flat < 0:
		e.say("  Fell      %s, earned for tranches that are no longer reached", l.Flat)
	}
	if l.BeforeCap != l.Earned {
		e.say("  Cap       %s by the schedule; the cap leaves %s", l.BeforeCap, l.Earned)
	}
	e.say("  Earned    %s %s", l.Earned, own)
}

// ends explains volume and block: the earnings after a movement less those before it.
func (e explainer) ends(l reports.Line) {
	at := func(x reports.End) string {
		if l.Method == "volume" || x.X < 0 {
			return fmt.Sprintf("%s x %s", x.X, e.rate(l.Incentive, x.Rate))
		}
		return fmt.Sprintf("the full tranches up to %s at their rates", x.From)
	}
	e.say("  Whole     earns %s less %s, each rounded to the cent: %s", at(l.Ends[0]), at(l.Ends[1]), l.ByRate)
	if l.Method == "block" {
		e.started(l.Incentive, l.Ends[0])
	}
}

// started shows the tranche that a movement under block leaves part filled.
func (e explainer) started(incentive string, x reports.End) {
	lies := between(x.Tranche, x.From, x.To)
	switch {
	case x.X < 0:
	case x.To == 0:
		e.say("  Started   tranche %d (%s), which has no end and so is never full: %s in it earn nothing",
			x.Tranche, lies, x.Filled)
	case x.Filled == 0:
		e.say("  Started   nothing: the next tranche, %d (%s), is empty", x.Tranche, lies)
	default:
		e.say("  Started   tranche %d (%s) at %s: %s in it, %s left to fill it; a started tranche earns nothing yet",
			x.Tranche, lies, e.rate(incentive, x.Rate), x.Filled, x.Left)
	}
}

func (e explainer) notCounted(u reports.NotCounted, s reports.SaleStory) {
	if u.Reason == unregistered {
		e.say("\n%s: credits nobody. %s", e.name(u.Incentive), pipeline.Word(u.Reason))
		e.say("  Deal      no claim names %s; it counts by itself in the first run after one does", u.Deal)
		return
	}
	e.say("\n%s: does not count for %s. %s", e.name(u.Incentive), s.Partner.ID, pipeline.Word(u.Reason))
	e.say("  Would have counted with %s, in %s", u.Amount, s.Month.Format("2006-01"))
}

// unregistered is the reason of a line whose deal nobody has registered.
const unregistered = "unknown_deal"

// influence shows the partner's share of a deal's line and the claims that do not count;
// with --everyone those of all partners.
func (e explainer) influence(s reports.SaleStory) {
	if len(s.Shares)+len(s.Claims) == 0 {
		return
	}
	e.say("\nDeal %s", s.Deal)
	for _, x := range s.Shares {
		of := "its part of the line"
		if x.Denominator > 0 {
			of = fmt.Sprintf("%d / %d of %s", x.Numerator, x.Denominator, x.Amount)
		}
		e.say("  Share     %s as %s: %s = %s", x.Partner, x.Roles, of, x.Base)
		if x.Base == 0 {
			e.say("            less than a cent came to it, so it earns neither money nor points")
		}
	}
	for _, k := range s.Claims {
		if !k.Counted {
			e.say("  Claim     of %s as %s, registered %s, does not count. %s", k.Code, k.Role, k.Registered,
				pipeline.Word(k.Reason))
		}
	}
	isCredited := slices.ContainsFunc(s.Lines, func(l reports.Line) bool { return e.names.IsShared(l.Incentive) })
	if !isCredited && len(s.Shares) == 0 {
		e.say("  So %s earns nothing by influencing this line.", e.question.Partner)
	}
}

// held shows little of a line whose partner is unknown: it can be anybody's.
func (e explainer) held(h reports.HeldLine) {
	line, reason := document(h.Distributor, h.Document, h.Number), pipeline.Word(h.Reason)
	switch {
	case h.Kind == "links":
		e.say("A link of %s to a deal waits: %s (%s)", line, reason, h.What)
	case !h.Theirs:
		e.say("%s is nobody's yet, and is not said to be of %s. Held: %s (%s)", line, e.question.Partner, reason, h.What)
	default:
		e.say("%s, held: %s (%s)", line, reason, h.What)
		e.say("  Product   %s, %s %s, for %s", h.SKU, reports.Places(h.Amount, h.Currency), h.Currency, orNobody(h.Customer))
	}
	e.say("  File      %s, line %d, in %s", h.File, h.FileLine, h.Month.Format("2006-01"))
	e.say("  It counts by itself in the first run once this is corrected.")
}
