package proposal

import (
	"fmt"
	"slices"
	"strings"

	"tranche/pipeline/ingest/feed"
)

// writeValues writes our words for the sender's.
func (d *draft) writeValues() {
	for _, c := range d.kind.Columns {
		f := d.found[c.Name]
		if f == nil || c.Type != feed.Word && c.Type != feed.Dated || !f.sure() {
			continue
		}
		list := d.kind.Name + "." + c.Name
		if d.kind.Name == feed.Sales {
			list = c.Name
		}
		known := wordsFor(list)
		section := "values." + c.Name
		for _, w := range d.columns[f.column].words {
			ours, isKnown := known[wordKey(w)]
			switch {
			case slices.Contains(c.Words, w), isNull(w), c.Type == feed.Dated && strings.ContainsAny(w, "|0123456789"):
			case ours == noSale:
				d.add(section, "%q: sale # where it is not excluded", w)
			case slices.Contains(c.Words, strings.ToLower(w)):
				d.add(section, "%q: %s", w, strings.ToLower(w))
			case isKnown:
				d.add(section, "%q: %s", w, ours)
			default:
				q := Question{Key: fmt.Sprintf("%q", w), Text: "which of our words is it"}
				for _, ours := range c.Words {
					q.Choices = append(q.Choices, Choice{Label: "it is", Lines: []string{fmt.Sprintf("%q: %s", w, ours)}})
				}
				d.ask(section, q)
			}
		}
	}
	d.writeCurrencyWords()
}

// writeCurrencyWords asks for the codes of currencies that are written in words.
func (d *draft) writeCurrencyWords() {
	f := d.found["currency"]
	if f == nil {
		return
	}
	names := map[string]string{"usdollar": "USD", "dollar": "USD", "euro": "EUR", "$": "USD", "€": "EUR", "£": "GBP",
		"poundsterling": "GBP", "britishpound": "GBP", "swissfranc": "CHF"}
	for _, w := range d.columns[f.column].words {
		if len(w) == 3 && w == strings.ToUpper(w) && !strings.ContainsAny(w, "0123456789") || isNull(w) {
			continue
		}
		likely := names[strings.Join(splitName(w), "")]
		if likely == "" {
			if likely = names[w]; likely == "" {
				likely = strings.ToUpper(w)
			}
		}
		d.ask("values.currency", Question{Key: fmt.Sprintf("%q", w), Text: "its code", Free: fmt.Sprintf("%q: %%q", w),
			Choices: []Choice{{Label: "it is", Lines: []string{fmt.Sprintf("%q: %s", w, likely)}}}})
	}
}

// writeColumns pairs our names with the sender's, in our order, and says what nothing is proposed for.
func (d *draft) writeColumns() {
	asked := map[int]bool{}
	money := slices.IndexFunc(d.Items, func(i Item) bool { return i.Section == "columns" })
	var question []Item
	if money >= 0 {
		question = []Item{d.Items[money]}
		d.Items = slices.Delete(d.Items, money, money+1)
		d.markAsked(question[0].Question, asked)
	}
	for _, c := range d.kind.Columns {
		f := d.found[c.Name]
		switch {
		case f == nil && c.Name == "net_amount" && len(question) > 0:
			d.Items = append(d.Items, question...)
		case f == nil:
		case c.Name == "rate" && d.kind.Name == "fx_rates" && !d.columns[f.column].means("unit"):
			d.askDirection(f)
			asked[f.column] = true
		case f.sure():
			d.add("columns", "%s: %q # %s", c.Name, d.table.header[f.column], f.reason())
			asked[f.column] = true
		default:
			q := Question{Key: c.Name, Text: "which column is it"}
			for _, x := range append([]candidate{f.candidate}, f.rivals...) {
				q.Choices = append(q.Choices, Choice{Label: d.example(x.column),
					Lines: []string{fmt.Sprintf("%s: %q", c.Name, d.table.header[x.column])}})
				asked[x.column] = true
			}
			if f.score < isSure {
				q.Text = "is it this"
			}
			q.Choices = append(q.Choices, Choice{Label: "none of these"})
			d.ask("columns", q)
		}
	}
	d.writeMissing(len(question) > 0, asked)
	d.writeUnknown(asked)
}

// askDirection asks which way a rate goes: the wrong way makes another amount of every sale.
func (d *draft) askDirection(f *finding) {
	q := Question{Key: "rate", Text: "is it what 1 unit of the currency is worth in yours"}
	for _, c := range append([]candidate{f.candidate}, f.rivals...) {
		q.Choices = append(q.Choices, Choice{Label: "yes, as " + d.example(c.column),
			Lines: []string{fmt.Sprintf("rate: %q", d.table.header[c.column])}})
	}
	q.Choices = append(q.Choices, Choice{Label: "no, the contrary: ask the sender for the value of 1 unit"})
	d.ask("columns", q)
}

func (d *draft) markAsked(q *Question, asked map[int]bool) {
	for i, name := range d.table.header {
		for _, c := range q.Choices {
			for _, line := range c.Lines {
				if strings.HasSuffix(line, fmt.Sprintf(": %q", name)) {
					asked[i] = true
				}
			}
		}
	}
}

// writeMissing asks for the needed columns that were not found.
func (d *draft) writeMissing(moneyIsAsked bool, asked map[int]bool) {
	proposed := feed.Feed{Kind: d.kind.Name, Columns: map[string][]string{}, Returns: feed.ByAmount}
	for name, f := range d.found {
		proposed.Columns[name] = []string{d.table.header[f.column]}
	}
	if moneyIsAsked {
		proposed.Columns["net_amount"] = []string{"?"}
		if d.found["quantity"] == nil {
			proposed.Columns["unit_price"] = []string{"?"}
		}
	}
	var missing []string
	for _, c := range d.kind.Columns {
		constant := d.kind.Name == feed.Sales && (c.Name == "distributor" || c.Name == "currency")
		if !proposed.Needs(c) || proposed.Columns[c.Name] != nil || constant || c.Name == "unit_price" {
			continue
		}
		missing = append(missing, c.Name)
		q := Question{Key: c.Name, Text: "needed, and not found", Free: c.Name + ": %q",
			Choices: []Choice{{Label: "this sender does not write it: ask for it"}}}
		q.Choices = append(q.Choices, d.possible(c.Name, asked)...)
		d.ask("columns", q)
	}
	if len(missing) > 0 {
		d.add("columns", "# needed, and not found: %s", strings.Join(missing, ", "))
	}
}

// possible are the columns whose values can be one of ours.
func (d *draft) possible(name string, asked map[int]bool) (choices []Choice) {
	i := slices.IndexFunc(d.judge.wanted, func(w *wanted) bool { return w.kind == d.kind.Name && w.name == name })
	for k, theirs := range d.table.header {
		if _, can := d.columns[k].suits(d.judge.wanted[i].looks); !can || asked[k] || repeated(d.table.header, k) ||
			len(d.columns[k].values) == 0 {
			continue
		}
		choices = append(choices, Choice{Label: d.example(k), Lines: []string{fmt.Sprintf("%s: %q", name, theirs)}})
		if name == "net_amount" {
			choices = append(choices, Choice{Label: d.example(k) + ", for one piece",
				Lines: []string{fmt.Sprintf("unit_price: %q", theirs)}})
		}
	}
	return choices
}

// writeUnknown lists the sender's other columns.
func (d *draft) writeUnknown(asked map[int]bool) {
	for i, name := range d.table.header {
		p := d.columns[i]
		switch {
		case asked[i] || name == "":
		case d.table.lines == 0 && len(p.values) > 0:
			d.add("columns", "# field %s begins with %q", name, p.values[0])
		case p.means("cost"):
			d.add("columns", "# nothing is proposed for %q: a cost is no price", name)
		default:
			d.add("columns", "# nothing is proposed for %q", name)
		}
	}
}
