package transforms_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/apd/v3"
	"pgregory.net/rapid"

	"tranche/pipeline/programme"
	"tranche/pipeline/store"
	"tranche/transforms"
	"tranche/transforms/oracle"
)

// history closes months, one after the other, in a database whose facts change
// between.
type history struct {
	fataler
	s         *store.Session
	p         oracle.Programme
	firstOpen time.Time // zero: nothing is closed
	past      []programme.Month
	besides   []string // queries that follow the facts into the store
	// What the directory said in the course of time.
	directories []directory
}

func begin(t fataler, s *store.Session, p oracle.Programme) *history {
	must(t, s, "drop schema if exists memory.kept cascade", "create schema memory.kept",
		"create or replace table memory.main.decided (change_id varchar, is_accepted boolean)",
		"create or replace table "+noFeeds,
		"drop schema if exists memory.stated cascade", "drop schema if exists memory.expected cascade")
	if err := transforms.Prepare(context.Background(), s, "memory"); err != nil {
		t.Fatalf("%v", err)
	}
	for _, name := range closings(t) {
		must(t, s, "create table memory.kept."+name+" as from memory.stated."+name)
	}
	return &history{fataler: t, s: s, p: p}
}

// closings names what a month states.
func closings(t fataler) (names []string) {
	list, err := transforms.Closings()
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, c := range list {
		names = append(names, c.Name)
	}
	return names
}

// open is the first month that can be closed.
func (h *history) open() time.Time {
	if !h.firstOpen.IsZero() {
		return h.firstOpen
	}
	first := h.p.Versions[0].From
	return time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// workOut works the facts out through a month.
func (h *history) workOut(f oracle.Facts, through time.Time) {
	f.Through = through
	h.say(f)
	first := h.directories[0]
	f.Partners, f.Codes, f.Products, f.Claims, f.Certifications, f.Targets = first.Partners, first.Codes,
		first.Products, first.Claims, first.Certifications, first.Targets
	workOutFrom(h, h.s, f, h.p, h.firstOpen, h.past, append(h.later(), h.besides...))
}

// decide accepts or refuses the waiting changes that fit, and works the facts out again.
func (h *history) decide(f oracle.Facts, through time.Time, act, kind, subject string) (decided int) {
	ids := ask(h, h.s, fmt.Sprintf("select distinct change_id as said from mart.pending_changes where "+
		"%s in ('', kind) and %s in ('', subject) order by said", store.Literal(kind), store.Literal(subject)))
	for _, id := range ids {
		must(h, h.s, fmt.Sprintf("insert into memory.main.decided values (%s, %t)", store.Literal(id), act == "accept"))
	}
	if len(ids) > 0 {
		h.workOut(f, through)
	}
	return len(ids)
}

// acceptAll accepts every waiting change.
func (h *history) acceptAll(f oracle.Facts, through time.Time) {
	for range 5 {
		if h.decide(f, through, "accept", "", "") == 0 {
			return
		}
	}
	h.Fatalf("accepting changes brings others again and again")
}

// close states the first open month, as the facts through a month are.
func (h *history) close(f oracle.Facts, through time.Time) {
	h.workOut(f, through)
	h.state(h.open())
}

// state states a month as it has been worked out.
func (h *history) state(month time.Time) {
	err := transforms.State(context.Background(), h.s, day(month), func(name, query string) error {
		return h.s.Exec(context.Background(), "insert into memory.kept."+name+" by name "+query)
	})
	if err != nil {
		h.Fatalf("%v", err)
	}
	h.firstOpen = month.AddDate(0, 1, 0)
	h.past = append(h.past, programme.Month{First: month, Rules: theirs(h.p).AsTheyAre()})
}

// TestMonthsThatAreClosedOrNeverGiveTheSameWhenNothingComesLate closes each month
// with what had come by its end, and holds every credit, level, balance and
// payment against a year in which nothing was closed.
func TestMonthsThatAreClosedOrNeverGiveTheSameWhenNothingComesLate(t *testing.T) {
	long(t)
	s := tables(t, 2)
	fewer(t, 2)
	rapid.Check(t, func(rt *rapid.T) {
		p := drawProgramme(rt)
		f := drawFacts(rt, p)
		f.Sales = withoutNamedAfterUnnamed(f.Sales)
		workOut(rt, s, f, p)
		never := said(rt, s)
		h := begin(rt, s, p)
		for h.open().Before(f.Through) {
			come := f
			come.Sales = slices.DeleteFunc(slices.Clone(f.Sales),
				func(s oracle.Sale) bool { return !s.Date.Before(h.open().AddDate(0, 1, 0)) })
			h.close(come, h.open())
		}
		h.workOut(f, f.Through)
		compare(rt, said(rt, s), never)
	})
}

// withoutNamedAfterUnnamed leaves out the returns that name a sale in a month after one that names none: where that
// was stated, it keeps what it took back, and where it was not, what is named goes first.
func withoutNamedAfterUnnamed(sales []oracle.Sale) []oracle.Sale {
	return slices.DeleteFunc(slices.Clone(sales), func(named oracle.Sale) bool {
		return named.ReturnsDocument != "" && slices.ContainsFunc(sales, func(s oracle.Sale) bool {
			return s.Return && s.ReturnsDocument == "" && s.Distributor == named.Distributor && s.SKU == named.SKU &&
				s.Date.Before(time.Date(named.Date.Year(), named.Date.Month(), 1, 0, 0, 0, 0, time.UTC))
		})
	})
}

// TestWhatWasStatedAndWhatMovedIsWhatTheFinalFactsSay draws histories: facts come,
// are corrected and taken back, and months are closed in between. In the end the
// bases of each credit add up to the one the slow calculation has for the final
// facts, and so do the points of certifications. Every step passes every check.
func TestWhatWasStatedAndWhatMovedIsWhatTheFinalFactsSay(t *testing.T) {
	long(t)
	s := tables(t, 2)
	fewer(t, 2)
	rapid.Check(t, func(rt *rapid.T) {
		p := drawProgramme(rt)
		f := drawFacts(rt, p)
		h := begin(rt, s, p)
		through := h.open()
		for range rapid.IntRange(1, 4).Draw(rt, "closings") {
			f = change(rt, f)
			through = h.open().AddDate(0, rapid.IntRange(0, 2).Draw(rt, "months open at once"), 0)
			month := h.open()
			h.workOut(f, month)
			draft := h.stating(month)
			h.close(f, through)
			compare(rt, h.stating(month), draft)
		}
		f = change(rt, f)
		f.Through = time.Date(2025, 2, 1, 0, 0, 0, 0, time.UTC)
		h.workOut(f, f.Through)
		h.acceptAll(f, f.Through)
		compare(rt, bases(rt, s), worked(oracle.Work(h.dated(f), p)))
		compare(rt, ask(rt, s, "select 'certified ' || partner_id || ' ' || by_certificate as said from "+
			"mart.point_balances where month = "+date(f.Through)+" order by said"),
			certified(oracle.Work(h.dated(f), p), f.Through))
		compare(rt, ask(rt, s, "select concat_ws(' ', kind, partner_id, sum(points)) as said from mart.points_ledger "+
			"where kind in ('bonus', 'redemption') and not starts_with(origin, 'budget ') "+
			"group by kind, partner_id having sum(points) <> 0 order by said"),
			entered(f, p))
	})
}

// stating is what a month states, which does not depend on how far ahead a run looks.
func (h *history) stating(month time.Time) (out []string) {
	err := transforms.State(context.Background(), h.s, day(month), func(name, query string) error {
		out = append(out, ask(h, h.s, "select concat('"+name+" ', s::varchar) as said from ("+query+") as s")...)
		return nil
	})
	if err != nil {
		h.Fatalf("%v", err)
	}
	slices.Sort(out)
	return out
}

// TestRulesThatChangeLaterAlterNothingStated closes months and then draws another
// programme altogether. Nothing of what was stated moves.
func TestRulesThatChangeLaterAlterNothingStated(t *testing.T) {
	long(t)
	s := tables(t, 2)
	fewer(t, 2)
	rapid.Check(t, func(rt *rapid.T) {
		h := begin(rt, s, drawProgramme(rt))
		f := drawFacts(rt, h.p)
		through := h.open().AddDate(0, 3, 0)
		for range rapid.IntRange(1, 3).Draw(rt, "closings") {
			h.close(f, through)
		}
		other := drawProgramme(rt)
		other.Currency, other.YearStarts, other.FXMaxAge = h.p.Currency, h.p.YearStarts, h.p.FXMaxAge
		other.UnnamedReturns = h.p.UnnamedReturns // a return that was held under the old word may count under the new one
		for i := range other.Versions {
			delete(other.Versions[i].Points.Certifications, "A2") // what the old rules did not know may count now
		}
		h.p = other
		h.workOut(f, through)
		compare(rt, ask(rt, s, "select s::varchar as said from mart.adjustments as s "+
			"order by said"), nil)
	})
}

// bases asks what all months together say of each credit.
func bases(t fataler, s *store.Session) []string {
	return ask(t, s, `select concat_ws(' ', distributor, document_no, line_no, partner_id, incentive, sum(base)) as said
		from mart.statement_lines group by distributor, document_no, line_no, partner_id, incentive having sum(base) <> 0
		order by said`)
}

func worked(r oracle.Result) []string {
	sums := map[string]*apd.Decimal{} // a return may have parts
	for _, c := range r.Credits {
		key := strings.Join([]string{c.Distributor, c.Document, fmt.Sprint(c.Line), c.Partner, c.Incentive}, " ")
		if sums[key] == nil {
			sums[key] = new(apd.Decimal)
		}
		if _, err := apd.BaseContext.WithPrecision(40).Add(sums[key], sums[key], &c.Base); err != nil {
			panic(err)
		}
	}
	var out []string
	for key, sum := range sums {
		if sum.Sign() != 0 {
			out = append(out, key+" "+cents(*sum))
		}
	}
	slices.Sort(out)
	return out
}

func cents(d apd.Decimal) string {
	out := new(apd.Decimal)
	_, err := apd.BaseContext.WithPrecision(40).Quantize(out, &d, -2)
	if err != nil {
		return err.Error()
	}
	return out.Text('f')
}

func certified(r oracle.Result, month time.Time) []string {
	var out []string
	for _, b := range r.Balances {
		if b.Month.Equal(month) {
			out = append(out, fmt.Sprint("certified ", b.Partner, " ", b.Certificates))
		}
	}
	slices.Sort(out)
	return out
}

// entered is what manual postings of points come to.
func entered(f oracle.Facts, p oracle.Programme) []string {
	sums := map[string]int64{}
	for _, e := range f.Entries {
		if e.Date.Before(p.Versions[0].From) || !e.Date.Before(f.Through.AddDate(0, 1, 0)) {
			continue
		}
		switch e.Kind {
		case "bonus_points":
			sums["bonus "+e.Partner] += e.Points
		case "redemption":
			sums["redemption "+e.Partner] -= e.Points
		}
	}
	var out []string
	for name, sum := range sums {
		if sum != 0 {
			out = append(out, fmt.Sprint(name, " ", sum))
		}
	}
	slices.Sort(out)
	return out
}

// unused is a number that names no line.
func unused(sales []oracle.Sale) int {
	n := 100
	for slices.ContainsFunc(sales, func(s oracle.Sale) bool {
		return s.Document == fmt.Sprint("N", n/2) &&
			s.Line == int64(n%2+1)
	}) {
		n++
	}
	return n
}

// change draws what happens to facts between two closings.
func change(t *rapid.T, f oracle.Facts) oracle.Facts {
	f.Sales, f.Claims, f.Certifications, f.Products, f.Rates = slices.Clone(f.Sales), slices.Clone(f.Claims),
		slices.Clone(f.Certifications),
		slices.Clone(f.Products), slices.Clone(f.Rates)
	f.Entries, f.Partners, f.Targets = slices.Clone(f.Entries), slices.Clone(f.Partners), slices.Clone(f.Targets)
	for i := range f.Partners {
		f.Partners[i].Modules = slices.Clone(f.Partners[i].Modules)
	}
	for range rapid.SampledFrom([]int{4, 2, 8, 0}).Draw(t, "changes") {
		switch what := rapid.IntRange(0, 16).Draw(t, "change"); {
		case what == 0: // a line comes late
			f.Sales = append(f.Sales, drawSale(t, unused(f.Sales), f.Sales))
		case what <= 6 && len(f.Sales) > 0:
			i := rapid.IntRange(0, len(f.Sales)-1).Draw(t, "line")
			x := &f.Sales[i]
			switch what {
			case 1:
				f.Sales = slices.Delete(f.Sales, i, i+1)
			case 2:
				x.Net = dec(x.Net.Coeff.MathBigInt().Int64()+rapid.Int64Range(-50000, 50000).Draw(t, "more"), 2)
				x.Net.Negative = x.Return && !x.Net.IsZero()
			case 3:
				x.Buyer = rapid.SampledFrom(partnerIDs[:4]).Draw(t, "buyer")
			case 4:
				x.Date = drawDay(t, "date", -5, 390)
			case 5:
				x.Deal = rapid.SampledFrom([]string{"", "D1", "D2"}).Draw(t, "deal")
			case 6:
				x.SKU = rapid.SampledFrom([]string{"A", "B", "C"}).Draw(t, "sku")
			}
		case what <= 8 && len(f.Claims) > 0:
			x := &f.Claims[rapid.IntRange(0, len(f.Claims)-1).Draw(t, "claim")]
			x.Approved = !x.Approved
		case what == 9 && len(f.Certifications) > 0:
			i := rapid.IntRange(0, len(f.Certifications)-1).Draw(t, "certification")
			f.Certifications = slices.Delete(f.Certifications, i, i+1)
		case what == 12 && len(f.Entries) > 0:
			x := &f.Entries[rapid.IntRange(0, len(f.Entries)-1).Draw(t, "entry")]
			x.Partner = rapid.SampledFrom(partnerIDs[:4]).Draw(t, "for")
			x.Kind = rapid.SampledFrom([]string{"bonus_points", "redemption"}).Draw(t, "kind")
		case what == 11: // from the day its file lands
			x := &f.Partners[rapid.IntRange(0, len(f.Partners)-1).Draw(t, "partner")]
			x.Active = x.Active != x.Left.IsZero() // of one that left its file says the day
		case what == 13: // what is true of several partners at once
			for i := range f.Partners {
				f.Partners[i].Type = rapid.SampledFrom([]string{"csp", ""}).Draw(t, "type")
			}
		case what == 14:
			from := drawDay(t, "held from", 0, 120)
			for i := range f.Partners {
				for j := range f.Partners[i].Modules {
					if to := f.Partners[i].Modules[j].To; to.IsZero() || to.After(from) {
						f.Partners[i].Modules[j].From = from
					}
				}
			}
		case what == 15 && len(f.Targets) > 0:
			x := &f.Targets[rapid.IntRange(0, len(f.Targets)-1).Draw(t, "target")]
			x.Amount = dec(rapid.SampledFrom([]int64{0, 50000, 12345678}).Draw(t, "other target"), 2)
		case what == 10:
			x := &f.Products[rapid.IntRange(0, len(f.Products)-1).Draw(t, "product")]
			x.Basis = otherBasis(x.Basis)
		default:
			x := &f.Rates[rapid.IntRange(0, len(f.Rates)-1).Draw(t, "day")]
			x.Value = dec(rapid.Int64Range(900_000_000, 1_300_000_000).Draw(t, "rate"), 9)
		}
	}
	return f
}
