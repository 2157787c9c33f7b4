package main

import (
	"fmt"
	"slices"
	"strings"

	"tranche/pipeline"
	"tranche/reports"
)

// line tells the story of one line, distributor by distributor.
func (t teller) line(story *reports.LineStory) {
	var distributors []string
	for _, s := range story.Sales {
		if !slices.Contains(distributors, s.Distributor) {
			distributors = append(distributors, s.Distributor)
		}
	}
	if len(story.Sales) > 1 {
		t.say("%d lines are %s/%d for %s, of %s; each is told by itself.\n", len(story.Sales), t.question.Document,
			t.question.Line, t.question.Partner, strings.Join(distributors, ", "))
	}
	for i, s := range story.Sales {
		if i > 0 {
			t.say("")
		}
		t.sale(s)
	}
	for i, h := range story.Held {
		if i+len(story.Sales) > 0 {
			t.say("")
		}
		t.held(h)
	}
	if len(story.OtherMonths) > 0 {
		t.say("\nA line of that number is also in %s.", strings.Join(story.OtherMonths, ", "))
	}
}

// sale tells what one line is, and what it came to through each module.
func (t teller) sale(s reports.SaleStory) {
	t.origin(s)
	for _, l := range s.Lines {
		t.credit(l, s)
	}
	for _, u := range s.NotCounted {
		t.notCounted(u, s)
	}
	t.influence(s)
}

// origin tells where a line is from and what it is worth.
func (t teller) origin(s reports.SaleStory) {
	kind := ""
	if s.Type != "" {
		kind = ", " + s.Type
	}
	t.say("%s %s/%d%s of %s, in %s", s.Distributor, s.Document, s.Number, kind, s.Date, s.Month.Format("2006-01"))
	t.say("  File      %s", place(s.File, s.FileLine))
	if s.Type != "" {
		t.worth(s)
		t.returns(s.Sale)
	}
	if s.Deal != "" {
		t.say("  Deal      %s", s.Deal)
	}
}

// worth tells what was sold at what price. There is no currency where the purchase is
// another partner's.
func (t teller) worth(s reports.SaleStory) {
	quantity := ""
	if s.Quantity != 0 {
		quantity = ", quantity " + s.Quantity.String()
	}
	t.say("  Product   %s %s (%s)%s, for %s", s.SKU, s.Product, s.Family, quantity, orNobody(s.Customer))
	switch {
	case s.Currency == "":
		t.say("  Value     the purchase is another partner's, and so are its quantity and price")
	case s.RateDate.IsZero():
		t.say("  Value     %s %s", s.Amount, s.Currency)
	default:
		newest := ""
		if s.RateDate != s.TermsDate {
			newest = ", the newest on " + s.TermsDate.String()
		}
		t.say("  Value     %s %s x %s = %s %s, rounded half away from zero; the rate of %s%s",
			s.Net, s.Currency, s.FXRate, s.Amount, s.Own, s.RateDate, newest)
	}
}

// returns tells which line a return goes by. The document is empty where it is
// another partner's.
func (t teller) returns(s reports.Sale) {
	switch {
	case s.ReturnFound && s.ReturnsDocument == "":
		t.say("  Terms     it returns a line of %s and goes by the rules, level and rate of that day", s.TermsDate)
	case s.ReturnFound:
		t.say("  Terms     it returns %s/%d, a line of %s, and goes by the rules, level and rate of that day",
			s.ReturnsDocument, s.ReturnsLine, s.TermsDate)
	case s.ReturnsDocument != "":
		t.say("  Terms     it says that it returns %s/%d, which is not there as one sale up to that day; "+
			"so it goes by its own day", s.ReturnsDocument, s.ReturnsLine)
	}
}

// place says where in which file a line stands; line 0 is where it stands no more.
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

// credit tells what a line came to for the partner through one module.
func (t teller) credit(l reports.Line, s reports.SaleStory) {
	why := map[string]string{"resell": "it bought the line", "distribution": "it distributed the line",
		reports.SellWith: "it influenced the deal"}
	isIts := func(a reports.Adjustment) bool { return a.Incentive == l.Incentive }
	if i := slices.IndexFunc(s.Adjustments, isIts); i < 0 {
		t.say("\n%s: counts for %s %s, because %s", pipeline.Word(l.Incentive), s.Partner.ID, s.Partner.Name, why[l.Incentive])
	} else {
		a := s.Adjustments[i]
		t.say("\n%s: adjusts %s for %s %s. %s", pipeline.Word(l.Incentive), a.Adjusts.Format("2006-01"), s.Partner.ID,
			s.Partner.Name, pipeline.Cause(a.Cause))
		if a.StatedFile != "" {
			t.say("  Stated    before, from %s, line %d; what is stated here is what it should be less that",
				a.StatedFile, a.StatedLine)
		}
	}
	t.say("  Base      %s %s", l.Base, s.Own)
	t.say("  Position  from %s to %s, in the period that began on %s (movement %d of its year)",
		l.PeriodBefore, l.PeriodAfter, l.PeriodStart, l.Sequence)
	t.say("  Rules     %q, since %s, fingerprint %s", l.Terms.Name, l.Terms.From, l.RulesHash)
	t.money(l, s.Own)
	if l.Terms.Points > 0 {
		t.say("  Points    %d: %d for every %s, whole ones at %s less whole ones at %s",
			l.Points, l.Terms.Points, l.Terms.Per, l.PeriodAfter, l.PeriodBefore)
	}
	t.say("  Level     %s at the end of %s; from the next month %s",
		pipeline.Word(s.Level), s.Month.Format("2006-01"), pipeline.Word(s.LevelAfter))
}

func (t teller) money(l reports.Line, own string) {
	if l.Method == "" {
		t.say("  Earned    0.00: the programme pays nothing here")
		return
	}
	t.say("  Method    %s; %s on %s, schedule %s",
		pipeline.Word(l.Method), pipeline.Word(l.Level), l.TermsDate, l.Schedule)
	if l.Method == "document" {
		t.say("  Document  from %s to %s in it, which its tranches go by", l.PositionBefore, l.PositionAfter)
	}
	for _, x := range l.Slices {
		rate := x.Rate.Percent()
		t.say("  Tranche   %d (%s) at %s %%: %s of it here, filled from %s to %s",
			x.Tranche, between(x.Tranche, x.From, x.To), rate, x.Base, x.FillBefore, x.FillAfter)
		t.say("            earns %s x %s %% less %s x %s %%, each rounded to the cent: %s",
			x.FillAfter, rate, x.FillBefore, rate, x.Earned)
	}
	if len(l.Ends) == 2 {
		t.ends(l)
	}
	if l.BeforeCap != l.Earned {
		t.say("  Cap       %s by the schedule; the year's cap leaves %s", l.BeforeCap, l.Earned)
	}
	t.say("  Earned    %s %s", l.Earned, own)
}

// ends tells what a move earns that is paid by where it ends, less what was earned where it
// begins.
func (t teller) ends(l reports.Line) {
	at := func(x reports.End) string {
		if l.Method == "volume" || x.X < 0 {
			return fmt.Sprintf("%s x %s %%", x.X, x.Rate.Percent())
		}
		return fmt.Sprintf("the full tranches up to %s at their rates", x.From)
	}
	t.say("  Whole     earns %s less %s, each rounded to the cent: %s", at(l.Ends[0]), at(l.Ends[1]), l.BeforeCap)
	if l.Method == "block" {
		t.started(l.Ends[0])
	}
}

// started tells which tranche a move under block leaves started.
func (t teller) started(x reports.End) {
	lies := between(x.Tranche, x.From, x.To)
	switch {
	case x.X < 0:
	case x.To == 0:
		t.say("  Started   tranche %d (%s), which has no end and so is never full: %s in it earn nothing",
			x.Tranche, lies, x.Filled)
	case x.Filled == 0:
		t.say("  Started   nothing: the next tranche, %d (%s), is empty", x.Tranche, lies)
	default:
		t.say("  Started   tranche %d (%s) at %s %%: %s in it, %s left to fill it; a started tranche earns nothing yet",
			x.Tranche, lies, x.Rate.Percent(), x.Filled, x.Left)
	}
}

// notCounted tells why a line does not count through one module.
func (t teller) notCounted(u reports.NotCounted, s reports.SaleStory) {
	if u.Reason == unregistered {
		t.say("\n%s: credits nobody. %s", pipeline.Word(u.Incentive), pipeline.Word(u.Reason))
		t.say("  Deal      no claim names %s; it counts by itself in the first run after one does", u.Deal)
		return
	}
	t.say("\n%s: does not count for %s. %s", pipeline.Word(u.Incentive), s.Partner.ID, pipeline.Word(u.Reason))
	t.say("  Would have counted with %s, in %s", u.Amount, s.Month.Format("2006-01"))
}

// unregistered is why a line of a deal that nobody has registered credits nobody.
const unregistered = "unknown_deal"

// influence tells the partner's part in a deal's line and its claims that do not
// count, and everybody's where that was asked for.
func (t teller) influence(s reports.SaleStory) {
	if len(s.Shares)+len(s.Claims) == 0 {
		return
	}
	t.say("\nDeal %s", s.Deal)
	for _, x := range s.Shares {
		of := "its part of the line"
		if x.Denominator > 0 {
			of = fmt.Sprintf("%d / %d of %s", x.Numerator, x.Denominator, x.Amount)
		}
		t.say("  Share     %s as %s: %s = %s", x.Partner, x.Roles, of, x.Base)
		if x.Base == 0 {
			t.say("            less than a cent came to it, so it earns neither money nor points")
		}
	}
	for _, k := range s.Claims {
		if !k.Counted {
			t.say("  Claim     of %s as %s, registered %s, does not count. %s", k.Code, k.Role, k.Registered,
				pipeline.Word(k.Reason))
		}
	}
	isCredited := slices.ContainsFunc(s.Lines, func(l reports.Line) bool { return l.Incentive == reports.SellWith })
	if !isCredited && len(s.Shares) == 0 {
		t.say("  So %s earns nothing by influencing this line.", t.question.Partner)
	}
}

// held says what waits. A line whose partner is not known may be anybody's.
func (t teller) held(h reports.HeldLine) {
	line, reason := document(h.Distributor, h.Document, h.Number), pipeline.Word(h.Reason)
	switch {
	case h.Kind == "links":
		t.say("A link of %s to a deal waits: %s (%s)", line, reason, h.What)
	case !h.Theirs:
		t.say("%s is nobody's yet, and is not said to be of %s. Held: %s (%s)", line, t.question.Partner, reason, h.What)
	default:
		t.say("%s, held: %s (%s)", line, reason, h.What)
		t.say("  Product   %s, %s %s, for %s", h.SKU, amount(h.Amount), h.Currency, orNobody(h.Customer))
	}
	t.say("  File      %s, line %d, in %s", h.File, h.FileLine, h.Month.Format("2006-01"))
	t.say("  It counts by itself in the first run after this has been mended.")
}
