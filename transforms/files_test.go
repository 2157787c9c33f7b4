package transforms_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tranche/transforms/oracle"
)

// sent is a file of sell-out lines: what became of it, and how it is read today.
type sent struct {
	feed                  string // empty: complete or sales
	isComplete, isRefused bool
	lines                 []oracle.Sale
	firstOpen             time.Time // when it landed; zero: nothing was closed
}

// inbox draws what senders, the directory and people do between two runs.
type inbox struct {
	*rapid.T
	facts oracle.Facts
	files []sent
}

// source is the feed that a file is of.
func (file sent) source() string {
	switch {
	case file.feed != "":
		return file.feed
	case file.isComplete:
		return "complete"
	}
	return "sales"
}

// TestFilesThatAreCorrectedRefusedAndCompletePassEveryCheck draws histories of files: they correct
// one another, are refused and believed again, are read with other values, and the facts that
// their lines depend on change; months are closed and taken back. Every run passes every check,
// among them that what was stated and what moved add up to what should be.
func TestFilesThatAreCorrectedRefusedAndCompletePassEveryCheck(t *testing.T) {
	long(t)
	s := tables(t, 2)
	fewer(t, 3)
	rapid.Check(t, func(rt *rapid.T) {
		f, p := variedTrade(rt)
		b := &inbox{T: rt, facts: f}
		for range 6 {
			b.send()
		}
		h := begin(rt, s, p)
		var closed []history
		for range 4 {
			if len(closed) > 0 && b.oneIn(5, "taken back") {
				last := len(closed) - 1
				h.takeBack(closed[last], last)
				closed = closed[:last]
			} else {
				h.keep(len(closed))
				closed = append(closed, *h)
				b.happen(2)
				h.besides = b.store()
				h.close(b.facts, h.open())
			}
			b.happen(3)
			h.besides = b.store()
			through := h.open().AddDate(0, rapid.IntRange(0, 1).Draw(rt, "months open"), 0)
			h.workOut(b.facts, through)
			if b.oneIn(3, "decides") {
				h.decide(b.facts, through, b.oneOf("decision", "accept", "refuse"), "", "")
			}
		}
	})
}

// variedTrade is a programme, and all facts but sell-out lines, in which lines rest upon much.
func variedTrade(t *rapid.T) (oracle.Facts, oracle.Programme) {
	f, p := smallTrade()
	f.Sales = nil
	if rapid.Bool().Draw(t, "two versions") {
		second := p.Versions[0]
		second.From = second.From.AddDate(0, 1, 14)
		p.Versions = append(p.Versions, second)
	}
	width := dec(50_000, 2)
	for i := range p.Versions {
		p.Versions[i].Incentives = slices.Clone(p.Versions[i].Incentives)
		m := &p.Versions[i].Incentives[0]
		m.Method, m.Schedules = rapid.SampledFrom([]string{"marginal", "document"}).Draw(t, "method"),
			slices.Clone(m.Schedules)
		m.Schedules[0].Width = &width
	}
	f.Products = append(f.Products, oracle.Product{SKU: "S", Family: "platform", Basis: "service"})
	for month := range 4 {
		f.Rates = append(f.Rates, oracle.Rate{Currency: "EUR", Date: firstDay.AddDate(0, month, 14),
			Value: dec(int64(105+month), 2)})
	}
	f.Claims = append(f.Claims, oracle.Claim{Deal: "D2", Partner: "P1", Role: "influenced", Registered: firstDay})
	return f, p
}

// keep keeps what is stated, as it is before the closing of that number.
func (h *history) keep(number int) {
	must(h, h.s, fmt.Sprintf("drop schema if exists memory.kept%d cascade", number),
		fmt.Sprintf("create schema memory.kept%d", number))
	for _, name := range closings(h) {
		must(h, h.s, fmt.Sprintf("create table memory.kept%d.%s as from memory.kept.%s", number, name, name))
	}
}

func (h *history) takeBack(to history, number int) {
	for _, name := range closings(h) {
		must(h, h.s, fmt.Sprintf("create or replace table memory.kept.%s as from memory.kept%d.%s", name, number, name))
	}
	h.firstOpen, h.past = to.firstOpen, slices.Clone(to.past)
}

func (b *inbox) oneIn(n int, what string) bool { return rapid.IntRange(1, n).Draw(b.T, what) == n }

func (b *inbox) oneOf(what string, of ...string) string {
	return rapid.SampledFrom(of).Draw(b.T, what)
}

func (b *inbox) document() string {
	return fmt.Sprint("N", rapid.IntRange(1, 30).Draw(b.T, "document"))
}

func (b *inbox) sale() oracle.Sale {
	day := firstDay.AddDate(0, rapid.SampledFrom([]int{0, 0, 0, 0, 1, 1, 2, 3}).Draw(b.T, "month"),
		rapid.IntRange(0, 27).Draw(b.T, "day"))
	s := oracle.Sale{Distributor: b.oneOf("distributor", "D", "D", "E"), Document: b.document(), Line: 1, Date: day,
		Buyer:    b.oneOf("buyer", "P1", "P1", "P2", "P2", "P3", "P3", "P9"),
		SKU:      b.oneOf("sku", "L", "L", "L", "M", "M", "S", "X"),
		Currency: b.oneOf("currency", "USD", "USD", "EUR", "EUR", "XXX"), Deal: b.oneOf("deal", "", "", "D1", "D2", "D9"),
		Quantity: int64(rapid.SampledFrom([]int{1, 1, 2, 0}).Draw(b.T, "quantity")),
		Net:      dec(int64(rapid.SampledFrom([]int{50_000, 100_000, 200_000}).Draw(b.T, "net")), 2)}
	if b.oneIn(7, "return") {
		s.Return, s.Net.Negative = true, true
		if rapid.Bool().Draw(b.T, "names its line") {
			s.ReturnsDocument, s.ReturnsLine = b.document(), 1
		}
	}
	return s
}

// send sends a file, which may hold lines of others again; a complete one often holds what
// others of its kind do.
func (b *inbox) send() {
	file := sent{isComplete: b.oneIn(3, "complete")}
	for range rapid.IntRange(2, 6).Draw(b.T, "lines") {
		file.lines = append(file.lines, b.sale())
	}
	for _, other := range b.files {
		if other.isComplete && file.isComplete && rapid.Bool().Draw(b.T, "again") || b.oneIn(6, "again") {
			file.lines = append(file.lines, other.lines[rapid.IntRange(0, len(other.lines)-1).Draw(b.T, "from"):]...)
		}
	}
	file.keepFirst()
	b.files = append(b.files, file)
}

// keepFirst lets each key stand in a file once, or both lines would be rejected.
func (file *sent) keepFirst() {
	seen := map[lineName]bool{}
	file.lines = slices.DeleteFunc(slices.Clone(file.lines), func(l oracle.Sale) bool {
		twice := seen[nameOf(l)]
		seen[nameOf(l)] = true
		return twice
	})
}

// reread reads a line of a file, or the number of its lines, otherwise.
func (b *inbox) reread() {
	file := &b.files[rapid.IntRange(0, len(b.files)-1).Draw(b.T, "file")]
	file.lines = slices.Clone(file.lines)
	line, other := &file.lines[rapid.IntRange(0, len(file.lines)-1).Draw(b.T, "line")], b.sale()
	switch b.oneOf("read otherwise", "buyer", "net", "day", "currency", "fewer lines") {
	case "buyer":
		line.Buyer = other.Buyer
	case "net":
		line.Net = other.Net
		line.Net.Negative = line.Return
	case "day":
		line.Date = other.Date
	case "currency":
		line.Currency = other.Currency
	case "fewer lines":
		file.lines = file.lines[:max(1, len(file.lines)-1)]
	}
}

// happen draws up to so many things that happen.
func (b *inbox) happen(most int) {
	for range rapid.IntRange(0, most).Draw(b.T, "things") {
		switch b.oneOf("what happens", "a file", "a refusal", "another declaration", "another declaration", "a fact",
			"a fact") {
		case "a file":
			b.send()
		case "a refusal":
			file := &b.files[rapid.IntRange(0, len(b.files)-1).Draw(b.T, "file")]
			file.isRefused = !file.isRefused
		case "another declaration":
			b.reread()
		case "a fact":
			b.facts = b.changed(b.facts)
		}
	}
}

// changed changes something that lines rest upon.
func (b *inbox) changed(f oracle.Facts) oracle.Facts {
	f.Partners, f.Products, f.Rates, f.Claims = slices.Clone(f.Partners), slices.Clone(f.Products), slices.Clone(f.Rates),
		slices.Clone(f.Claims)
	partner := &f.Partners[rapid.IntRange(0, len(f.Partners)-1).Draw(b.T, "partner")]
	switch b.oneOf("fact", "active", "module", "licence", "family", "new product", "rate", "approval", "claim", "link") {
	case "active":
		partner.Active = !partner.Active
	case "module":
		partner.Modules = slices.Clone(partner.Modules)
		partner.Modules[rapid.IntRange(0, len(partner.Modules)-1).Draw(b.T, "module")].From = firstDay.AddDate(0, 0,
			rapid.IntRange(0, 60).Draw(b.T, "from"))
	case "licence":
		p := &f.Products[rapid.IntRange(0, len(f.Products)-1).Draw(b.T, "product")]
		p.Basis = otherBasis(p.Basis)
	case "family":
		f.Products[rapid.IntRange(0, len(f.Products)-1).Draw(b.T, "product")].Family = b.oneOf("family", "platform",
			"storage")
	case "new product":
		if !slices.ContainsFunc(f.Products, func(p oracle.Product) bool { return p.SKU == "X" }) {
			f.Products = append(f.Products, oracle.Product{SKU: "X", Family: "platform", Basis: "licence"})
		}
	case "rate":
		f.Rates[rapid.IntRange(0, len(f.Rates)-1).Draw(b.T, "rate")].Value = dec(int64(rapid.IntRange(100, 120).Draw(b.T,
			"value")), 2)
	case "approval":
		for i := range f.Claims[:min(rapid.IntRange(1, 3).Draw(b.T, "claims"), len(f.Claims))] {
			f.Claims[i].Approved = !f.Claims[i].Approved
		}
	case "claim":
		if f.Claims = f.Claims[:min(2, len(f.Claims))]; rapid.Bool().Draw(b.T, "comes") {
			f.Claims = append(f.Claims, oracle.Claim{Deal: "D9", Partner: "P2", Role: "influenced", Registered: firstDay,
				Approved: true})
		}
	case "link":
		if f.Links = nil; rapid.Bool().Draw(b.T, "comes") {
			f.Links = []oracle.Link{{Distributor: "D", Document: b.document(), Line: 1, Deal: "D1"}}
		}
	}
	return f
}

// store puts the files where other facts have theirs.
func (b *inbox) store() []string {
	q := []string{"delete from store.raw.files where kind = 'sales'"}
	for i, file := range b.files {
		id, feed, status, reason := 40+i, file.source(), "loaded", ""
		if file.isRefused {
			status, reason = "refused", "unreadable"
		}
		q = append(q, fmt.Sprintf("insert into store.raw.files values (%d, 'sha%d', '%d.csv', '%s', 'sales', 'h', %t, "+
			"'2024-02-01', %s, 1, '%s', %s, null, 0, 0, 0, 0, 0, 0, 0, 0, 0, null)",
			id, id, id, feed, file.isComplete, date(file.firstOpen), status, text(reason)))
		if file.isRefused {
			continue
		}
		for n, l := range file.lines {
			returned, line := "null", "null"
			if l.ReturnsDocument != "" {
				returned, line = text(l.ReturnsDocument), fmt.Sprint(l.ReturnsLine)
			}
			q = append(q, fmt.Sprintf("insert into store.raw.sales values (%d, %d, %s, %s, %d, %s, %t, %s, %s, null, null, "+
				"null, 'Acme', %s, %d, %s, %s, %s, %s, %s, null, %s, %s, %s)", id, n+2, text(l.Distributor), text(l.Document),
				l.Line,
				text(lineKey(l)), l.Return, date(l.Date), text(l.Buyer), text(l.SKU), signedQuantity(l), l.Net.Text('f'),
				text(l.Currency), text(l.Deal), returned, line, text(l.Contract), wholeOrNull(l.Term),
				amountOrNull(l.Annual)))
		}
	}
	return append(q, "update store.raw.deals set end_customer = 'ACME', family = 'platform'")
}

func otherBasis(basis string) string {
	if basis == "licence" {
		return "service"
	}
	return "licence"
}
