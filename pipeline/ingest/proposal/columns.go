package proposal

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
)

//go:embed columns.txt
var columnsText string

// wanted is one of our columns and the names by which a sender's column is known as it.
type wanted struct {
	kind, name string
	looks      string // how its values look
	also       []string
	patterns   []pattern
}

// pattern is the meanings that a name must have.
type pattern struct {
	score int
	needs [][]string // each with alternatives
}

func wantedColumns() (list []*wanted) {
	for line := range strings.Lines(columnsText) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		score, err := strconv.Atoi(fields[0])
		switch {
		case err == nil:
			p := pattern{score: score}
			for _, need := range fields[1:] {
				p.needs = append(p.needs, strings.Split(need, "/"))
			}
			last := list[len(list)-1]
			last.patterns = append(last.patterns, p)
		case fields[0] == "also":
			list[len(list)-1].also = fields[1:]
		default:
			kind, name, _ := strings.Cut(fields[0], ".")
			list = append(list, &wanted{kind: kind, name: name, looks: fields[1]})
		}
	}
	return list
}

const (
	idCosts      = 14 // an id in the place of a code: many are numbers of the sender's own database
	unknownCosts = 12 // a word that is not known
)

// score says how well a name fits, from 0. unknown says that no word of it is known.
func (w *wanted) score(name string, tokens []token) (best int) {
	if strings.EqualFold(strings.ReplaceAll(name, " ", "_"), w.name) {
		return 110
	}
	for _, p := range w.patterns {
		best = max(best, w.fit(p, tokens))
	}
	return best
}

// fit is the score of one pattern. Every meaning it needs must be there, and no other that is not allowed.
func (w *wanted) fit(p pattern, tokens []token) int {
	score, taken := p.score, make([]bool, len(tokens))
	for _, need := range p.needs {
		i, cost := find(tokens, taken, need)
		if i < 0 {
			return 0
		}
		score -= cost
		taken[i] = true
	}
	for i, t := range tokens {
		switch {
		case taken[i] || t.filler:
		case len(t.meanings) == 0:
			score -= unknownCosts
		case !slices.ContainsFunc(t.meanings, func(m string) bool { return w.allows(m, p) }):
			return 0
		}
	}
	return max(score, 0)
}

func find(tokens []token, taken []bool, need []string) (at, cost int) {
	for i, t := range tokens {
		if !taken[i] && slices.ContainsFunc(need, t.means) {
			return i, 0
		}
	}
	if slices.Contains(need, "code") {
		for i, t := range tokens {
			if !taken[i] && t.means("id") {
				return i, idCosts
			}
		}
	}
	return -1, 0
}

// allows says whether a further word with that meaning changes nothing.
func (w *wanted) allows(meaning string, p pattern) bool {
	if meaning == "id" {
		meaning = "code"
	}
	return slices.Contains(w.also, meaning) ||
		slices.ContainsFunc(p.needs, func(need []string) bool { return slices.Contains(need, meaning) })
}
