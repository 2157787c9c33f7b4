package transforms_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tranche/transforms/oracle"
)

// sender is who sends sell-out lines, and what the configuration says of its feed.
type sender struct {
	name, feed           string
	isComplete, isYearly bool
	mostCorrected        string // stated lines in a file
}

var senders = []sender{
	{name: "D", feed: "complete", isComplete: true, mostCorrected: "null"},
	{name: "E", feed: "sales", mostCorrected: "1"},
	{name: "F", feed: "yearly", isYearly: true, mostCorrected: "null"},
}

// refusable are the kinds of changes that a person refuses here. All others are accepted.
var refusable = []string{"number_used_again", "withdrawn", "corrections_over_the_limit", "entry"}

// TestChangesThatAreAcceptedOrRefusedComeToWhatTheFinalFactsSay draws histories over the end of a year: senders begin
// their numbers again, complete files leave lines out or return to an earlier state, and so does the directory, in
// which codes move from one partner to another. All changes are accepted before a month is closed. In the end only
// senders say something, and some of that is refused. The bases and bonus points are those of the final facts, with
// what was refused as it had been before.
func TestChangesThatAreAcceptedOrRefusedComeToWhatTheFinalFactsSay(t *testing.T) {
	long(t)
	s := tables(t, 2)
	fewer(t, 3)
	rapid.Check(t, func(rt *rapid.T) {
		f, p := tradeOverNewYear(rt)
		b := &past{inbox: inbox{T: rt, facts: f}, first: p.Versions[0].From, seen: []oracle.Facts{f}}
		h := begin(rt, s, p)
		for _, from := range senders {
			must(rt, s, fmt.Sprintf("insert into memory.main.feeds (feed, max_corrected_lines, is_yearly) values ('%s', %s, %t)",
				from.feed, from.mostCorrected, from.isYearly))
			b.send(from)
		}
		for n := range rapid.IntRange(2, 3).Draw(rt, "closings") {
			if n > 0 {
				b.happen()
			}
			h.besides = b.store()
			h.workOut(b.facts, h.open())
			h.acceptAll(b.facts, h.open())
			h.state(h.open())
			b.firstOpen = h.firstOpen
		}
		before, r := b.facts, refusals{since: len(b.files), stated: h.statedLines()}
		for _, from := range senders {
			b.send(from)
		}
		b.facts = b.entry(b.facts)
		h.besides = b.store()
		through := b.first.AddDate(0, 3, 0)
		h.workOut(b.facts, through)
		r.refused = b.decideEach(h, through)
		final := b.facts
		final.Through, final.Sales = through, b.standing(r)
		compare(rt, bases(rt, s), worked(oracle.Work(h.dated(final), p)))
		if differ, _ := inBuckets(rt, s, 3); len(differ) > 0 {
			rt.Fatalf("in buckets there differ %s", strings.Join(differ, "\n"))
		}
		final.Entries = slices.DeleteFunc(slices.Clone(final.Entries), func(e oracle.Entry) bool {
			return r.refused["entry "+e.ID]
		})
		for _, e := range before.Entries {
			if r.refused["entry "+e.ID] {
				final.Entries = append(final.Entries, e)
			}
		}
		compare(rt, ask(rt, s, "select concat_ws(' ', kind, partner_id, sum(points)) as said from mart.points_ledger "+
			"where kind = 'bonus' group by kind, partner_id having sum(points) <> 0 order by said"), entered(final, p))
	})
}

// tradeOverNewYear is a programme from November on, and all facts but sell-out lines.
func tradeOverNewYear(t *rapid.T) (oracle.Facts, oracle.Programme) {
	f, p := smallTrade()
	f.Sales = nil
	p.Versions[0].From = time.Date(2024, 11, 1, 0, 0, 0, 0, time.UTC)
	p.UnnamedReturns = rapid.SampledFrom([]string{"", "own_day", "hold"}).Draw(t, "unnamed returns")
	for month := range 4 {
		f.Rates = append(f.Rates, oracle.Rate{Currency: "EUR", Date: p.Versions[0].From.AddDate(0, month, 0),
			Value: dec(int64(105+month), 2)})
	}
	f.Codes = []oracle.Code{{Distributor: "D", Name: "K1", Partner: "P1"}, {Distributor: "E", Name: "K2", Partner: "P2"},
		{Distributor: "F", Name: "K3", Partner: "P4"}}
	f.Claims = append(f.Claims, oracle.Claim{Deal: "D2", Partner: "P1", Role: "influenced", Registered: firstDay})
	for n := range 2 {
		f.Entries = append(f.Entries, oracle.Entry{ID: fmt.Sprint("B", n), Partner: "P1", Kind: "bonus_points",
			Date: p.Versions[0].From.AddDate(0, n, 9), Points: 10})
	}
	return f, p
}

// past draws what happens between two closings, and knows what was before.
type past struct {
	inbox
	first     time.Time
	seen      []oracle.Facts
	firstOpen time.Time
}

// happen draws what happens before a closing.
func (b *past) happen() {
	for range b.number("things", 1, 4) {
		if rapid.Bool().Draw(b.T, "a file") {
			b.send(rapid.SampledFrom(senders).Draw(b.T, "sender"))
			continue
		}
		b.facts = rapid.SampledFrom([]func(oracle.Facts) oracle.Facts{b.changed, b.acquired, b.acquired, b.missing, b.missing,
			b.returned, b.entry}).Draw(b.T, "what changes")(b.facts)
		b.seen = append(b.seen, b.facts)
	}
}

// line draws a line of a sender, of few numbers.
func (b *past) line(from sender) oracle.Sale {
	s := b.sale()
	s.Distributor, s.Yearly = from.name, from.isYearly
	s.Date = b.first.AddDate(0, b.number("month", 0, 3), b.number("day", 0, 27))
	s.Document = b.fewDocuments("document")
	if s.ReturnsDocument != "" {
		s.ReturnsDocument = b.fewDocuments("returned")
	}
	s.Buyer = b.oneOf("buyer", "P1", "P2", "P3", "K1", "K2", "K3")
	return s
}

func (b *past) number(what string, from, to int) int { return rapid.IntRange(from, to).Draw(b.T, what) }

// fewDocuments draws a document number, so that some are used again.
func (b *past) fewDocuments(what string) string { return fmt.Sprint("N", b.number(what, 1, 5)) }

// send sends a file. What a complete one sent last, or some line of another, comes again, mostly as it was. A complete
// file may also return to an earlier state.
func (b *past) send(from sender) {
	var earlier []sent
	for _, file := range b.files {
		if file.source() == from.feed {
			earlier = append(earlier, file)
		}
	}
	file := sent{feed: from.feed, isComplete: from.isComplete, firstOpen: b.firstOpen}
	switch {
	case len(earlier) == 0:
	case from.isComplete && b.oneIn(4, "earlier state"):
		file.lines = earlier[b.number("state", 0, len(earlier)-1)].lines
		b.files = append(b.files, file)
		return
	default:
		for _, s := range earlier[len(earlier)-1].lines {
			if again := b.number("again", 1, 6); again <= 2 {
				file.lines = append(file.lines, b.corrected(s, from))
			} else if again <= 4 || from.isComplete && again == 5 {
				file.lines = append(file.lines, s)
			}
		}
	}
	for range b.number("lines", 1, 3) {
		file.lines = append(file.lines, b.line(from))
	}
	file.keepFirst()
	b.files = append(b.files, file)
}

// corrected is a line as its sender says it later: with another buyer or amount, or as another line of that number.
func (b *past) corrected(s oracle.Sale, from sender) oracle.Sale {
	other := b.line(from)
	switch b.oneOf("corrected", "buyer", "net", "number used again", "number used again") {
	case "buyer":
		s.Buyer = other.Buyer
	case "net":
		s.Net = other.Net
		s.Net.Negative = s.Return
	default:
		other.Document = s.Document
		return other
	}
	return s
}

// acquired moves a code to another partner: from the first open month on, or from a day.
func (b *past) acquired(f oracle.Facts) oracle.Facts {
	f.Codes = slices.Clone(f.Codes)
	to := f.Partners[b.number("acquiring", 0, len(f.Partners)-1)].ID
	if f.Codes[0].Name == "K1" && rapid.Bool().Draw(b.T, "without a day") {
		f.Codes[0].Partner = to
		return f
	}
	i := slices.IndexFunc(f.Codes, func(c oracle.Code) bool { return c.Name == "K2" && c.Days == oracle.Days{} })
	if i >= 0 && f.Codes[i].Partner != to {
		day := b.first.AddDate(0, b.number("month", 0, 2), 9)
		f.Codes[i].Until = day.AddDate(0, 0, -1)
		f.Codes = append(f.Codes, oracle.Code{Days: oracle.Days{Since: day}, Distributor: "E", Name: "K2", Partner: to})
	}
	return f
}

// missing leaves a partner, a product or a claim out of its complete file.
func (b *past) missing(f oracle.Facts) oracle.Facts {
	switch b.oneOf("missing", "partner", "product", "claim") {
	case "partner":
		id := b.oneOf("partner", "P1", "P2", "P3")
		f.Partners = slices.DeleteFunc(slices.Clone(f.Partners), func(p oracle.Partner) bool { return p.ID == id })
	case "product":
		sku := b.oneOf("product", "L", "M")
		f.Products = slices.DeleteFunc(slices.Clone(f.Products), func(p oracle.Product) bool { return p.SKU == sku })
	case "claim":
		deal := b.oneOf("claim", "D1", "D2")
		f.Claims = slices.DeleteFunc(slices.Clone(f.Claims), func(c oracle.Claim) bool { return c.Deal == deal })
	}
	return f
}

// returned is the directory as it was before; codes with days stay as they are.
func (b *past) returned(f oracle.Facts) oracle.Facts {
	was := rapid.SampledFrom(b.seen).Draw(b.T, "earlier directory")
	f.Partners, f.Products, f.Claims = was.Partners, was.Products, was.Claims
	f.Codes = slices.Clone(f.Codes)
	f.Codes[0].Partner = was.Codes[0].Partner
	return f
}

// entry adds, changes or takes back a manual posting.
func (b *past) entry(f oracle.Facts) oracle.Facts {
	f.Entries = slices.Clone(f.Entries)
	i := b.number("entry", 0, 2)
	if i >= len(f.Entries) {
		f.Entries = append(f.Entries, oracle.Entry{ID: fmt.Sprint("B", len(b.seen)+10), Partner: b.oneOf("for", "P1", "P2"),
			Kind: "bonus_points", Date: b.first.AddDate(0, b.number("month", 0, 2), 3), Points: 7})
		return f
	}
	switch b.oneOf("entry", "points", "partner", "withdrawn") {
	case "points":
		f.Entries[i].Points = int64(b.number("points", 1, 20))
	case "partner":
		f.Entries[i].Partner = b.oneOf("for", "P1", "P2", "P3")
	case "withdrawn":
		f.Entries = slices.Delete(f.Entries, i, i+1)
	}
	return f
}

// statedLines are the lines that closed months have stated.
func (h *history) statedLines() map[lineName]bool {
	stated := map[lineName]bool{}
	for _, said := range ask(h, h.s, "select distinct concat_ws('|', distributor, document_no, line_key) as said "+
		"from memory.kept.lines") {
		words := strings.Split(said, "|")
		stated[lineName{words[0], words[1], 1, words[2]}] = true
	}
	return stated
}

// decideEach accepts or refuses each change that waits, and says what was refused, by kind and subject.
func (b *past) decideEach(h *history, through time.Time) map[string]bool {
	refused := map[string]bool{}
	for range 6 {
		waiting := ask(h, h.s, "select distinct concat_ws('|', kind, subject) as said from mart.pending_changes "+
			"order by said")
		for _, change := range waiting {
			kind, subject, _ := strings.Cut(change, "|")
			refused[kind+" "+subject] = slices.Contains(refusable, kind) && rapid.Bool().Draw(b.T, "refused "+change)
			must(h, h.s, fmt.Sprintf("insert into memory.main.decided select distinct change_id, %t from "+
				"mart.pending_changes where kind = '%s' and subject = '%s'", !refused[kind+" "+subject], kind, subject))
		}
		if len(waiting) == 0 {
			return refused
		}
		h.workOut(b.facts, through)
	}
	h.Fatalf("deciding changes brings others again and again")
	return nil
}
