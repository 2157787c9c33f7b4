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
		t.say("%d lines are %s/%d for %s, of %s; each is told by itself.\n", len(story.Sales), t.question.Document, t.question.Line, t.question.Partner,
			strings.Join(distributors, ", "))
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
	switch {
	case len(s.Credits) > 0:
		t.origin(s.Credits[0].Origin)
	case len(s.NotCounted) > 0:
		t.origin(s.NotCounted[0].Origin)
	default:
		t.say("%s %s/%d of %s, in %s", s.Distributor, s.Document, s.Line, s.Date, s.Month[:7])
		t.say("  File      %s", place(s.File, s.FileLine))
		t.say("  Deal      %s", s.Deal)
	}
	for _, c := range s.Credits {
		t.credit(c, s)
	}
	for _, u := range s.NotCounted {
		t.notCounted(u)
	}
	t.influence(s)
}

// origin tells where a line is from and what it is worth.
func (t teller) origin(o reports.Origin) {
	t.say("%s %s/%d, %s of %s, in %s", o.Distributor, o.Document, o.Line, o.Type, o.Date, o.Month[:7])
	t.say("  File      %s", place(o.File, o.FileLine))
	quantity := ""
	if o.Quantity != "" {
		quantity = ", quantity " + places(o.Quantity)
	}
	t.say("  Product   %s %s (%s)%s, for %s", o.SKU, o.Product, o.Family, quantity, orNobody(o.Customer))
	switch {
	case o.Amount == "":
		t.say("  Value     the purchase is another partner's, and so are its quantity and price")
	case o.RateDate == "":
		t.say("  Value     %s %s", o.Amount, o.Currency)
	default:
		newest := ""
		if o.RateDate != o.TermsDate {
			newest = ", the newest on " + o.TermsDate
		}
		t.say("  Value     %s %s x %s = %s %s, rounded half away from zero; the rate of %s%s", amount(o.NetAmount), o.Currency,
			places(o.Rate), o.Amount, o.Own, o.RateDate, newest)
	}
	t.returns(o)
	if o.Deal != "" {
		t.say("  Deal      %s", o.Deal)
	}
}

// returns tells which line a return goes by. The document is empty where it is
// another partner's.
func (t teller) returns(o reports.Origin) {
	switch {
	case o.ReturnFound && o.ReturnsDocument == "":
		t.say("  Terms     it returns a line of %s and goes by the rules, level and rate of that day", o.TermsDate)
	case o.ReturnFound:
		t.say("  Terms     it returns %s/%d, a line of %s, and goes by the rules, level and rate of that day", o.ReturnsDocument, o.ReturnsLine, o.TermsDate)
	case o.ReturnsDocument != "":
		t.say("  Terms     it says that it returns %s/%d, which is not there as one sale up to that day; so it goes by its own day", o.ReturnsDocument, o.ReturnsLine)
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
func (t teller) credit(c reports.Credit, s reports.SaleStory) {
	why := map[string]string{"resell": "it bought the line", "distribution": "it distributed the line", "sell_with": "it influenced the deal"}
	if c.Mends == "" {
		t.say("\n%s: counts for %s %s, because %s", pipeline.Word(c.Module), c.Partner, c.Name, why[c.Module])
	} else {
		t.say("\n%s: adjusts %s for %s %s. %s", pipeline.Word(c.Module), c.Mends[:7], c.Partner, c.Name, pipeline.Cause(c.Cause))
	}
	if c.StatedFile != "" {
		t.say("  Stated    before, from %s, line %d; what moves is what it should be less that", c.StatedFile, c.StatedLine)
	}
	t.say("  Base      %s %s", c.Base, c.Own)
	t.say("  Position  from %s to %s, in the period that began on %s (movement %d of its year)", c.WalkLo, c.WalkHi, c.PeriodStart, c.Place)
	t.say("  Rules     %q, since %s, fingerprint %s", c.Version, c.VersionFrom, c.RulesHash)
	t.money(c, s)
	if c.PointsRule > 0 {
		t.say("  Points    %d: %d for every %s, whole ones at %s less whole ones at %s", c.Points, c.PointsRule, c.PointsPer, c.WalkHi, c.WalkLo)
	}
	t.say("  Level     %s at the end of %s; from the next month %s", pipeline.Word(c.LevelAtEnd), c.Month[:7], pipeline.Word(c.LevelNext))
}

func (t teller) money(c reports.Credit, s reports.SaleStory) {
	if c.Method == "" {
		t.say("  Earned    0.00: the programme pays nothing here")
		return
	}
	t.say("  Method    %s; %s on %s, schedule %s", pipeline.Word(c.Method), pipeline.Word(c.Level), c.TermsDate, c.Schedule)
	if c.Method == "document" {
		t.say("  Document  from %s to %s in it, which its tranches go by", c.Lo, c.Hi)
	}
	for _, x := range s.Slices {
		if x.Module == c.Module {
			t.say("  Tranche   %d (%s) at %s %%: %s of it here, filled from %s to %s", x.Tranche, between(x.Tranche, x.From, x.To), percent(x.Rate), x.Base, x.FillBefore, x.FillAfter)
			t.say("            pays %s at %s, had paid %s at %s: %s", x.PaidAfter, x.FillAfter, x.PaidBefore, x.FillBefore, x.Earned)
		}
	}
	for _, x := range s.Ends {
		if x.Module == c.Module {
			t.end(x)
		}
	}
	if c.BeforeCap != c.Earned {
		t.say("  Cap       %s by the schedule; the year's cap leaves %s", c.BeforeCap, c.Earned)
	}
	t.say("  Earned    %s %s", c.Earned, c.Own)
}

// end tells what one end of a move pays, and under block what is filled there and
// what is left.
func (t teller) end(x reports.CreditEnd) {
	what := map[string]string{"hi": "Pays      ", "lo": "Had paid  "}[x.Side]
	if x.Method == "volume" || x.BelowZero {
		t.say("  %s%s x %s %% = %s", what, x.X, percent(x.Rate), x.Paid)
		return
	}
	t.say("  %s%s at %s, for the tranches filled to the brim up to %s", what, x.Paid, x.X, x.From)
	if x.Side != "hi" {
		return
	}
	switch {
	case x.Left == "":
		t.say("  Started   tranche %d (%s), which has no end and so is never full: %s in it earn nothing", x.Tranche, between(x.Tranche, x.From, x.To), x.Filled)
	case x.Filled == "0.00":
		t.say("  Started   nothing: the next tranche, %d (%s), is empty", x.Tranche, between(x.Tranche, x.From, x.To))
	default:
		t.say("  Started   tranche %d (%s) at %s %%: %s in it, %s left to fill it; a started tranche earns nothing yet", x.Tranche,
			between(x.Tranche, x.From, x.To), percent(x.Rate), x.Filled, x.Left)
	}
}

// notCounted tells why a line does not count through one module.
func (t teller) notCounted(u reports.Uncounted) {
	if u.Partner == "" {
		t.say("\n%s: credits nobody. %s", pipeline.Word(u.Module), pipeline.Word(u.Reason))
		t.say("  Deal      no claim names %s; it counts by itself in the first run after one does", u.Deal)
		return
	}
	t.say("\n%s: does not count for %s. %s", pipeline.Word(u.Module), u.Partner, pipeline.Word(u.Reason))
	t.say("  Would have counted with %s, in %s", u.Amount, u.Month[:7])
}

// influence tells the partner's part in a deal's line and its claims that do not
// count, and everybody's where that was asked for.
func (t teller) influence(s reports.SaleStory) {
	if len(s.Shares)+len(s.Claims) == 0 {
		return
	}
	isCredited := slices.ContainsFunc(s.Credits, func(c reports.Credit) bool { return c.Module == "sell_with" })
	t.say("\nDeal %s", s.Deal)
	for _, x := range s.Shares {
		of := "its part of the line"
		if x.Denominator > 0 {
			of = fmt.Sprintf("%d / %d of %s", x.Numerator, x.Denominator, x.Amount)
		}
		t.say("  Share     %s as %s: %s = %s", x.Partner, x.Roles, of, x.Base)
		if x.Base == "0.00" {
			t.say("            less than a cent came to it, so it earns neither money nor points")
		}
	}
	for _, k := range s.Claims {
		if !k.Counted {
			t.say("  Claim     of %s as %s, registered %s, does not count. %s", k.Code, k.Role, k.Registered, pipeline.Word(k.Reason))
		}
	}
	if !isCredited && len(s.Shares) == 0 {
		t.say("  So %s earns nothing by influencing this line.", t.question.Partner)
	}
}

// held tells what waits. A line whose partner is not known is told apart, because
// it may be anybody's.
func (t teller) held(h reports.HeldLine) {
	line := strings.TrimSpace(fmt.Sprintf("%s %s/%d", h.Distributor, h.Document, h.Line))
	switch {
	case h.Kind == "links":
		t.say("A link of %s to a deal waits: %s (%s)", line, pipeline.Word(h.Reason), h.What)
	case !h.Theirs:
		t.say("%s is nobody's yet, and is not said to be of %s. Held: %s (%s)", line, t.question.Partner, pipeline.Word(h.Reason), h.What)
	default:
		t.say("%s, held: %s (%s)", line, pipeline.Word(h.Reason), h.What)
		t.say("  Product   %s, %s %s, for %s", h.SKU, amount(h.NetAmount), h.Currency, orNobody(h.Customer))
	}
	t.say("  File      %s, line %d, in %s\n  It counts by itself in the first run after this has been mended.", h.File, h.FileLine, h.Month[:7])
}
