package proposal

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/framing"
)

//go:embed values.txt
var valuesText string

// wordsFor are our words for what senders write in a column of words.
func wordsFor(column string) map[string]string {
	list := map[string]string{}
	for line := range strings.Lines(valuesText) {
		head, words, _ := strings.Cut(strings.TrimSpace(line), ": ")
		name, ours, _ := strings.Cut(head, " ")
		if name != column {
			continue
		}
		for w := range strings.FieldsSeq(words) {
			list[fold(w)] = ours
		}
	}
	return list
}

func wordKey(v string) string { return strings.Join(splitName(v), "_") }

// noSale marks what stands for a row that is no sale.
const noSale = "~"

// askAboutStatus asks whether rows with words such as Cancelled or Quote are sales.
func (d *draft) askAboutStatus() {
	if d.kind.Name != feed.Sales {
		return
	}
	for i, p := range d.columns {
		list := "status"
		if f := d.found["document_type"]; p.means("type") || f != nil && f.column == i {
			list = "document_type"
		} else if !p.means("status") {
			continue
		}
		known, words := wordsFor(list), []string(nil)
		for _, w := range p.words {
			if known[wordKey(w)] == noSale {
				words = append(words, w)
			}
		}
		if len(words) == 0 || len(p.words) >= mostWords {
			continue
		}
		s := set{}
		for _, r := range d.table.body {
			if slices.Contains(words, r.fields[i]) {
				s.rows = append(s.rows, r)
			}
		}
		choices := []Choice{{Label: "no sales: exclude them",
			Lines: []string{fmt.Sprintf("- {column: %q, is: [%s]}", d.table.header[i], quoteAll(words))}},
			{Label: "sales like the others: count them"}}
		if len(s.rows)*2 > len(d.table.body) {
			slices.Reverse(choices)
		}
		d.ask("exclude", Question{Key: "-", Text: "are these no sales? " + s.sample(), Choices: choices})
	}
}

// writeSales writes how a return is told, the constants, and whether document numbers begin anew each year.
func (d *draft) writeSales() {
	if d.kind.Name != feed.Sales {
		return
	}
	d.settleMoney()
	d.writeReturns()
	d.ask("constants", Question{Key: "distributor", Text: "your code for this sender", Free: "distributor: %q",
		Choices: []Choice{{Label: "by the file's name", Lines: []string{fmt.Sprintf("distributor: %q", codeOf(d.Name))}}}})
	if d.found["currency"] == nil {
		d.askCurrency()
	}
	d.askAboutYears()
	d.askAboutGroups()
}

// codeOf is the first word of a feed's name as a code.
func codeOf(name string) string {
	words := splitName(name)
	if len(words) == 0 {
		return "SENDER"
	}
	return strings.ToUpper(words[0])
}

func (d *draft) askCurrency() {
	q := Question{Key: "currency", Text: "no column names it", Free: "currency: %q"}
	codes := map[string][]string{"$": {"USD", "CAD", "AUD"}, "€": {"EUR"}, "£": {"GBP"}, "¥": {"JPY", "CNY"}, "₹": {"INR"},
		"Fr.": {"CHF"}, "US$": {"USD"}, "zł": {"PLN"}, "kr": {"SEK", "NOK", "DKK"}}
	var likely []string
	for _, v := range d.valuesOf("number", framing.Number) {
		w, _ := unwrap(v)
		for _, code := range append(codes[w.currency], w.currency) {
			if len(code) == 3 && code == strings.ToUpper(code) && !slices.Contains(likely, code) && w.currency != "" {
				likely = append(likely, code)
			}
		}
	}
	for _, p := range d.columns {
		for _, t := range p.tokens {
			if code := strings.ToUpper(t.word); t.means("iso") && !slices.Contains(likely, code) {
				likely = append(likely, code)
			}
		}
	}
	if len(likely) == 0 {
		likely = []string{"USD", "EUR", "GBP"}
	}
	for _, code := range likely {
		q.Choices = append(q.Choices, Choice{Label: "all amounts are in " + code, Lines: []string{"currency: " + code}})
	}
	d.ask("constants", q)
}

// writeReturns writes how a return is told from a sale, where the words of a column are known, or by the minus.
func (d *draft) writeReturns() {
	f := d.found["document_type"]
	if f == nil {
		d.writeMinus()
		return
	}
	known, p := wordsFor("document_type"), d.columns[f.column]
	var returns, others []string
	sales := 0
	for _, w := range p.words {
		switch known[wordKey(w)] {
		case "sale":
			sales++
		case "return":
			returns = append(returns, w)
		case "":
			others = append(others, w)
		}
	}
	if len(others) > 0 || sales+len(returns) == 0 || len(p.words) >= mostWords || !f.sure() {
		delete(d.found, "document_type")
		d.writeMinus()
		return
	}
	positive, negative := d.signsOf(f.column, returns)
	q := Question{Key: "returns", Text: "how amounts of returns are written", Choices: []Choice{
		{Label: "with a minus, or as below zero", Lines: []string{"returns: negative"}},
		{Label: "without a minus", Lines: []string{"returns: positive"}},
		{Label: "the minus alone tells a return, whatever the document", Lines: []string{"returns: by_amount"}}}}
	switch {
	case len(returns) == 0 || positive != "" && negative != "":
		d.ask("", q)
	case negative != "":
		d.add("", "returns: negative # as %q, of %s", negative, quoteAll(returns))
	default:
		d.add("", "returns: positive # as %q, of %s", positive, quoteAll(returns))
	}
}

// writeMinus writes that a minus tells a return: that of the quantity, where an amount has none beside it.
func (d *draft) writeMinus() {
	quantity, amount := d.found["quantity"], d.found["net_amount"]
	if quantity != nil && amount != nil {
		for _, r := range d.table.body {
			q, isNumber := unwrap(r.fields[quantity.column])
			a, isAmount := unwrap(r.fields[amount.column])
			if isNumber && isAmount && q.minus && !a.minus && strings.Trim(a.digits, "0.,") != "" {
				d.add("", "returns: by_quantity # line %d has %q with quantity %q", r.line, r.fields[amount.column],
					r.fields[quantity.column])
				return
			}
		}
	}
	d.add("", "returns: by_amount # or by_quantity")
}

// signsOf are an amount above zero and one below, of the rows with one of those words.
func (d *draft) signsOf(column int, words []string) (positive, negative string) {
	money := d.found["net_amount"]
	if money == nil {
		if money = d.found["quantity"]; money == nil {
			return "", ""
		}
	}
	for _, r := range d.table.body {
		v := r.fields[money.column]
		w, ok := unwrap(v)
		switch {
		case !slices.Contains(words, r.fields[column]) || !ok || strings.Trim(w.digits, "0.,") == "":
		case w.minus:
			negative = v
		default:
			positive = v
		}
	}
	return positive, negative
}

// askAboutGroups asks where the first line of a document has what the next ones leave out.
func (d *draft) askAboutGroups() {
	number := d.found["document_no"]
	if number == nil {
		return
	}
	var names []string
	var example row
	for _, c := range d.kind.Columns {
		f := d.found[c.Name]
		if f == nil || !c.Needed {
			continue
		}
		above, gaps, breaks := "", 0, 0
		for _, r := range d.table.body {
			v, no := r.fields[f.column], r.fields[number.column]
			switch {
			case v == "" && above == "":
				breaks++
			case v == "" && (no == "" || no == above):
				if gaps == 0 && len(names) == 0 {
					example = r
				}
				gaps++
			case v == "":
				breaks++
			}
			if no != "" {
				above = no
			}
		}
		if gaps > 0 && breaks == 0 {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		return
	}
	d.ask("", Question{Key: "fill_down", Text: fmt.Sprintf("%s: empty below the first line of a document, as in line %d",
		strings.Join(names, ", "), example.line), Choices: []Choice{
		{Label: "the value above holds", Lines: []string{"fill_down: [" + strings.Join(names, ", ") + "]"}},
		{Label: "empty is a mistake: reject these rows"}}})
}

// askAboutYears asks where one number stands in two years.
func (d *draft) askAboutYears() {
	number, date := d.found["document_no"], d.found["document_date"]
	if number == nil || date == nil {
		return
	}
	seen := map[string]row{}
	patterns := datesOf(d.columns[date.column].values).patterns
	year := func(r row) string {
		for _, p := range patterns {
			if day, ok := readDay(p, r.fields[date.column]); ok {
				return day[:4]
			}
		}
		return ""
	}
	for _, r := range d.table.body {
		no := r.fields[number.column]
		before, again := seen[no]
		if !again || no == "" {
			seen[no] = r
			continue
		}
		if a, b := year(before), year(r); a != b && a != "" && b != "" {
			d.ask("", Question{Key: "document_numbers", Text: fmt.Sprintf("%q stands in %s (line %d) and in %s (line %d)",
				no, a, before.line, b, r.line), Choices: []Choice{
				{Label: "numbers begin anew each year", Lines: []string{"document_numbers: yearly"}},
				{Label: "it is one document"}}})
			return
		}
	}
}

// settleMoney keeps what amounts are read from: the amount if it is sure, else the price if nothing speaks against it.
// Everything else is one question.
func (d *draft) settleMoney() {
	net, price := d.found["net_amount"], d.found["unit_price"]
	if net != nil && net.sure() {
		if price != nil && !price.proven {
			delete(d.found, "unit_price") // the amount counts; a price that does not lead to it is not needed
		}
		return
	}
	if price != nil && price.sure() && net == nil && (d.columns[price.column].means("unit") || d.allOne()) {
		return
	}
	var choices []Choice
	add := func(name string, i int, note string) {
		choices = append(choices, Choice{Label: d.example(i) + note,
			Lines: []string{fmt.Sprintf("%s: %q", name, d.table.header[i])}})
	}
	if price != nil {
		for _, c := range append([]candidate{price.candidate}, price.rivals...) {
			p := d.columns[c.column]
			note := ""
			for _, meaning := range []string{"list", "cost"} {
				if p.means(meaning) {
					note = ", a " + meaning + " price"
				}
			}
			add("unit_price", c.column, ", for one piece"+note)
			if !p.means("unit") && note == "" && (net == nil || net.column != c.column) {
				add("net_amount", c.column, ", for the whole row")
			}
		}
	}
	if net != nil {
		for _, c := range append([]candidate{net.candidate}, net.rivals...) {
			add("net_amount", c.column, ", for the whole row")
		}
	}
	delete(d.found, "net_amount")
	delete(d.found, "unit_price")
	if len(choices) > 0 {
		choices = append(choices, Choice{Label: "none of these"})
		d.ask("columns", Question{Key: "net_amount", Text: "what a row is worth, without tax", Choices: choices})
	}
}

// allOne says that every quantity is 1, so that price and amount are the same.
func (d *draft) allOne() bool {
	f := d.found["quantity"]
	return f != nil && !slices.ContainsFunc(d.columns[f.column].values, func(v string) bool {
		return strings.Trim(v, "-0.,") != "1"
	})
}

// example is a value of a column, with its line and, if there is one, a quantity other than 1.
func (d *draft) example(i int) string {
	best := -1
	for k, r := range d.table.body {
		if r.fields[i] == "" {
			continue
		}
		if best < 0 {
			best = k
		}
		if f := d.found["quantity"]; f != nil && strings.Trim(r.fields[f.column], "-0.,") != "1" {
			best = k
			break
		}
	}
	if best < 0 {
		return "always empty"
	}
	r := d.table.body[best]
	text := fmt.Sprintf("line %d has %q", r.line, r.fields[i])
	if f := d.found["quantity"]; f != nil && f.column != i {
		text += fmt.Sprintf(" with quantity %q", r.fields[f.column])
	}
	return text
}
