package proposal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tranche/pipeline/ingest/feed"
)

// judge knows the words and our columns.
type judge struct {
	words  vocabulary
	wanted []*wanted
	kinds  []feed.Kind
}

func newJudge() *judge {
	j := &judge{words: newVocabulary(), wanted: wantedColumns(), kinds: feed.Kinds()}
	for _, k := range j.kinds { // kinds without words are known by our own names
		if !slices.ContainsFunc(j.wanted, func(w *wanted) bool { return w.kind == k.Name }) {
			for _, c := range k.Columns {
				if !c.Derived {
					j.wanted = append(j.wanted, &wanted{kind: k.Name, name: c.Name, looks: "text"})
				}
			}
		}
	}
	return j
}

const (
	isSure    = 70 // a name that is enough
	isAskable = 40 // a name to ask a person about
	isRival   = 12 // another name so close makes both doubtful

	mostDoubtful = 58 // where the values look otherwise
)

// known counts the names of a header that are known, by the kind that knows most.
func (j *judge) known(header feed.Names) (most int) {
	times := map[string]int{}
	for _, name := range header {
		tokens := j.words.tokens(name)
		seen := map[string]bool{}
		for _, w := range j.wanted {
			if !seen[w.kind] && w.score(name, tokens) >= isSure {
				seen[w.kind] = true
				times[w.kind]++
			}
		}
	}
	for _, n := range times {
		most = max(most, n)
	}
	return most
}

// candidate is a sender's column that may be one of ours.
type candidate struct {
	ours   *wanted
	column int
	score  int
	why    string
}

// finding is what was found for one of our columns: the best candidate, and those that may be it as well.
type finding struct {
	candidate
	rivals []candidate
	proven bool // quantity times price is the amount
}

// sure says that nothing is to be asked.
func (f *finding) sure() bool { return f.score >= isSure && len(f.rivals) == 0 }

// findings are by our names.
type findings map[string]*finding

// assign pairs our columns of a kind with the sender's, each once.
func (j *judge) assign(kind string, t *table, columns []*profile) findings {
	var all []candidate
	for _, w := range j.wanted {
		if w.kind != kind {
			continue
		}
		for i, p := range columns {
			if c, ok := j.candidate(w, i, p); ok {
				all = append(all, c)
			}
		}
	}
	proof := prove(t, columns, all)
	if kind == feed.Sales {
		all = proof.add(j, all)
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return b.score - a.score })
	if kind == feed.Sales && slices.ContainsFunc(columns, isExtra) {
		doubtTotals(all, columns, proof)
		slices.SortStableFunc(all, func(a, b candidate) int { return b.score - a.score })
	}
	found, taken := findings{}, map[int]bool{}
	for _, c := range all {
		if optional := !j.needed(c.ours); optional && c.score < isSure {
			continue
		}
		if found[c.ours.name] == nil && !found.uses(c, taken) && !repeated(t.header, c.column) {
			found[c.ours.name] = &finding{candidate: c, proven: proof.has(c)}
			taken[c.column] = c.score >= isSure
		}
	}
	for _, c := range all {
		f := found[c.ours.name]
		if f == nil || c.column == f.column || found.uses(c, taken) || f.proven || c.score < f.score-isRival+1 {
			continue
		}
		if same(t, c.column, f.column) {
			f.why += fmt.Sprintf(", and %q is the same in every row", columns[c.column].name)
			continue
		}
		f.rivals = append(f.rivals, c)
	}
	return found
}

// needed says that a column is worth a question. Others are proposed only where they are sure.
func (j *judge) needed(w *wanted) bool {
	k, _ := feed.KindNamed(w.kind)
	c, _ := k.Column(w.name)
	return c.Needed || w.kind == feed.Sales && (w.name == "quantity" || w.name == "unit_price" || w.name == "net_amount")
}

// uses says that a column is something else for sure. Only a partner's name can be its code as well.
func (f findings) uses(c candidate, taken map[int]bool) bool {
	name := f["partner_name"]
	return taken[c.column] && (c.ours.name != "partner_code" || name == nil || name.column != c.column)
}

// isExtra says that a column has tax or the costs of shipping, which a total may hold.
func isExtra(p *profile) bool {
	return (p.means("ship") || p.means("tax")) && !p.means("quantity") && !p.means("number") &&
		p.most(p.numbers-p.dates, 50)
}

// doubtTotals makes totals that nothing proves a question.
func doubtTotals(all []candidate, columns []*profile, known proof) {
	for i, c := range all {
		if c.ours.name == "net_amount" && columns[c.column].means("total") && !columns[c.column].means("net") &&
			!columns[c.column].means("line") && !known.has(c) {
			all[i].score = min(c.score, isSure-4)
		}
	}
}

func (j *judge) candidate(w *wanted, i int, p *profile) (candidate, bool) {
	score := w.score(p.name, p.tokens)
	why := "by its name"
	if score == 0 && w.looks == "currency" && p.isUnknown() && p.most(p.codes, 90) {
		score, why = isSure, "its values are currencies"
	}
	if p.doubtful(w) {
		score, why = min(score, mostDoubtful), "by its name, though its values look otherwise"
	}
	more, can := p.suits(w.looks)
	if score == 0 || !can || score+more < isAskable {
		return candidate{}, false
	}
	if more < 0 && len(p.values) > 0 {
		why = "by its name, though its values look otherwise"
	}
	return candidate{ours: w, column: i, score: score + more, why: why}, true
}

// repeated says that the header names a column twice. A feed cannot tell which it means.
func repeated(header feed.Names, i int) bool {
	for k, name := range header {
		if k != i && strings.EqualFold(name, header[i]) {
			return true
		}
	}
	return header[i] == ""
}

func same(t *table, a, b int) bool {
	return len(t.body) > 0 && !slices.ContainsFunc(t.body, func(r row) bool { return r.fields[a] != r.fields[b] })
}

// likeliest is the kind whose needed columns are found best, and what is found of it.
func (j *judge) likeliest(t *table, columns []*profile) (best feed.Kind, found findings) {
	most := -1
	for _, k := range slices.Backward(j.kinds) { // sales, when in doubt
		names := j.assign(k.Name, t, columns)
		if n := weight(k, names); n > most {
			best, found, most = k, names, n
		}
	}
	return best, found
}

// weight is the share of the needed columns that are found, and a little for each other one.
func weight(k feed.Kind, found findings) (n int) {
	needed, got := 0, 0
	score := func(name string) int {
		if f := found[name]; f != nil {
			return min(f.score, 100)
		}
		return 0
	}
	for _, c := range k.Columns {
		switch {
		case c.Derived:
		case k.Name == feed.Sales && (c.Name == "distributor" || c.Name == "currency"):
		case c.Needed:
			needed++
			got += score(c.Name)
		case score(c.Name) >= isSure:
			n += 2
		}
	}
	if k.Name == feed.Sales {
		needed++
		money := max(score("net_amount"), score("unit_price"))
		got += money
		if money == 0 && score("quantity") == 0 && (score("document_no") == 0 || score("sku") == 0) {
			return 0
		}
	}
	return n + got*3/needed
}

// reason is why a column is proposed.
func (f *finding) reason() string {
	if f.proven {
		return "quantity x price = amount in every row"
	}
	return cmp.Or(f.why, "by its name")
}
