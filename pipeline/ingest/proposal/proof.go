package proposal

import (
	"fmt"
	"slices"
)

// proof is three columns of which the first times the second is the third, in every row.
type proof struct {
	quantity, price, amount int
	rows                    int // those that say something
	named                   int // the scores of the names
}

// proves is what a proof adds to a score.
const proves = 35

func (p proof) has(c candidate) bool {
	return p.rows > 0 && (c.ours.name == "quantity" && c.column == p.quantity ||
		c.ours.name == "unit_price" && c.column == p.price || c.ours.name == "net_amount" && c.column == p.amount)
}

// add raises the scores of a proof's columns, also of those with a name that is not known.
func (p proof) add(j *judge, all []candidate) []candidate {
	if p.rows == 0 {
		return all
	}
	for name, column := range map[string]int{"quantity": p.quantity, "unit_price": p.price, "net_amount": p.amount} {
		why := fmt.Sprintf("quantity x price = amount in %d rows", p.rows)
		is := func(c candidate) bool { return c.ours.name == name && c.column == column }
		if i := slices.IndexFunc(all, is); i >= 0 {
			all[i].score += proves
			continue
		}
		i := slices.IndexFunc(j.wanted, func(w *wanted) bool { return w.kind == "sales" && w.name == name })
		score := isAskable
		if p.rows >= 3 {
			score = isSure
		}
		all = append(all, candidate{ours: j.wanted[i], column: column, score: score, why: why})
	}
	return all
}

// prove looks for columns of which one is the product of two others. A column may stand for what its name allows, or
// for anything where its name says nothing.
func prove(t *table, columns []*profile, all []candidate) (best proof) {
	numbers := t.numbers(columns)
	can := func(name string) (list []int) {
		for i, p := range columns {
			named := slices.ContainsFunc(all, func(c candidate) bool {
				return c.ours.name == name && c.column == i && c.score >= 50
			})
			if numbers[i] != nil && (named || p.isUnknown() && t.lines > 0) {
				list = append(list, i)
			}
		}
		return list
	}
	amounts := can("net_amount")
	for _, q := range can("quantity") {
		for _, p := range can("unit_price") {
			for _, a := range amounts {
				if q == p || q == a || p == a || !columns[q].most(columns[q].wholes, 50) {
					continue
				}
				rows := products(numbers[q], numbers[p], numbers[a])
				named := nameScore(all, "quantity", q) + nameScore(all, "unit_price", p) + nameScore(all, "net_amount", a)
				if rows > best.rows || rows > 0 && rows == best.rows && named > best.named {
					best = proof{quantity: q, price: p, amount: a, rows: rows, named: named}
				}
			}
		}
	}
	return best
}

func nameScore(all []candidate, name string, column int) int {
	for _, c := range all {
		if c.ours.name == name && c.column == column {
			return c.score
		}
	}
	return 0
}

// mostProven is how many rows a proof looks at.
const mostProven = 200

// products counts the rows that say something: a quantity other than 1, and an amount. Zero: a row speaks against it.
func products(quantity, price, amount []number) (rows int) {
	for i := range quantity[:min(len(quantity), mostProven)] {
		q, p, a := quantity[i], price[i], amount[i]
		if !q.ok || !p.ok || !a.ok {
			continue
		}
		if q.micro%1000 != 0 || abs(p.micro) > 1<<40 || abs(q.micro) > 1<<38 {
			return 0
		}
		got := q.micro / 1000 * (p.micro / 100) / 10 // in micro-units, but for what is finer than 10^-4
		off := abs(abs(got) - abs(a.micro))
		if off > 10_000+abs(q.micro)/200 { // a price is rounded to cents
			return 0
		}
		if abs(q.micro) != 1_000_000 && a.micro != 0 {
			rows++
		}
	}
	return rows
}

func abs(n int64) int64 { return max(n, -n) }
