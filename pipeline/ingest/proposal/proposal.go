// Package proposal suggests a feed for a new sender from a sample of its files. A person reads, corrects and saves it;
// no run guesses.
//
// The *names* of a header are cut into words, which have *meanings* (words.txt). By its meanings a name is known as one
// of our columns, with a score (columns.txt), and how the values look speaks for or against it. What is found for sure
// is proposed with its reason. Everything else is a *question*: ASK in the proposal, which the configuration refuses
// until a person has answered it.
package proposal

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"tranche/pipeline/ingest/feed"
)

// Sample is the beginning of a file, or all of it.
type Sample struct {
	Name     string // of the file
	Encoding string // as it was read; empty: UTF-8
	Doubtful string // why that encoding may be wrong; empty: it is not
	Text     []byte // delimited text, in UTF-8; nil: a sheet
	Rows     []Row  // of a sheet
	Sheet    string // its name, where a workbook has several
	Whole    bool   // all of the file
}

// Proposal is a suggested feed.
type Proposal struct {
	Name   string // of the feed
	Kind   string
	Items  []Item
	Header []string // the names of the sender's columns
}

// Item is some lines of a feed, or a question whose answer gives them.
type Item struct {
	Section  string // the keys above it, joined by points; empty: none
	Lines    []string
	Question *Question
}

// Question is what a person has to decide.
type Question struct {
	Key     string // - in a list
	Text    string
	Choices []Choice
	Free    string // the line that another answer gives, with %q for it; empty: only the choices
}

// Choice is a possible answer, the likely one first.
type Choice struct {
	Label string
	Lines []string
}

// draft is a proposal being written.
type draft struct {
	Proposal
	judge   *judge
	table   *table
	columns []*profile
	kind    feed.Kind
	found   findings
	aside   aside
}

// Of suggests a feed for a sample.
func Of(s Sample) (Proposal, error) {
	text := s.Text
	if s.Text != nil && !utf8.Valid(text) {
		return Proposal{}, fmt.Errorf("%s is not UTF-8; say how it is encoded, with --encoding windows-1252 or another",
			s.Name)
	}
	if i := strings.LastIndexByte(string(text), '\n'); !s.Whole && i >= 0 {
		text = text[:i+1]
	}
	d := &draft{judge: newJudge()}
	var ok bool
	if s.Text != nil {
		d.table, ok = tableOfText(text, s.Whole, d.judge)
	} else {
		d.table, ok = tableOfRows(s.Rows, s.Whole, d.judge)
	}
	if !ok {
		return Proposal{}, fmt.Errorf("no records of two fields and more were found in %s; "+
			"write the feed by hand, after one that is there", s.Name)
	}
	d.aside = d.table.setAside()
	if len(d.table.body) == 0 {
		return Proposal{}, fmt.Errorf("no row was found below the header of %s: a sample needs some", s.Name)
	}
	for i := range d.table.header {
		d.columns = append(d.columns, d.table.profile(i, d.judge.words))
	}
	d.kind, d.found = d.judge.likeliest(d.table, d.columns)
	d.Header = d.table.header
	d.head(s)
	d.shape(text, s.Whole)
	d.rows()
	d.writeDates()
	d.writeNumbers()
	d.writeNulls()
	d.writeSales()
	d.writeValues()
	d.writeColumns()
	return d.Proposal, nil
}

// head writes what the file is.
func (d *draft) head(s Sample) {
	name := plainName(s.Name)
	d.Name, d.Kind = strings.ToLower(name[:len(name)-len(extension(name))]), d.kind.Name
	d.add("", "name: %q", d.Name)
	d.add("", "kind: %s", d.Kind)
	d.add("", "glob: %q # widen it to the sender's next files", plainGlob(name))
	if s.Text == nil {
		d.add("", "format: xlsx")
	}
	if s.Sheet != "" {
		d.add("", "sheet: %q", s.Sheet)
	}
	switch {
	case s.Doubtful != "":
		d.ask("", Question{Key: "encoding", Text: s.Doubtful, Free: "encoding: %s", Choices: []Choice{
			{Label: s.Encoding, Lines: []string{"encoding: " + s.Encoding}},
			{Label: "cp850, of old programs", Lines: []string{"encoding: cp850"}},
			{Label: "macintosh", Lines: []string{"encoding: macintosh"}}}})
	case s.Encoding != "" && s.Encoding != "utf-8":
		d.add("", "encoding: %s", s.Encoding)
	}
}

// plainName is a file's name without the ending of what it is packed in.
func plainName(name string) string {
	for _, end := range []string{".gz", ".zip"} {
		if strings.HasSuffix(strings.ToLower(name), end) {
			return name[:len(name)-len(end)]
		}
	}
	return name
}

func extension(name string) string {
	for _, end := range []string{".csv", ".xlsx", ".xlsm", ".txt", ".tsv"} {
		if strings.HasSuffix(strings.ToLower(name), end) {
			return name[len(name)-len(end):]
		}
	}
	return ""
}

// plainGlob replaces a glob's marks in a name.
func plainGlob(name string) string {
	return strings.NewReplacer("[", "?", "]", "?", "*", "?", `\`, "?").Replace(name)
}

func (d *draft) add(section, format string, args ...any) {
	d.Items = append(d.Items, Item{Section: section, Lines: []string{fmt.Sprintf(format, args...)}})
}

func (d *draft) ask(section string, q Question) {
	d.Items = append(d.Items, Item{Section: section, Question: &q})
}

// Open says how many questions there are.
func (p Proposal) Open() (n int) {
	for _, item := range p.Items {
		if item.Question != nil {
			n++
		}
	}
	return n
}

// Answer is the proposal with the answers of a person.
func (p Proposal) Answer(decide func(*Question) ([]string, error)) (Proposal, error) {
	p.Items = slices.Clone(p.Items)
	for i, item := range p.Items {
		if item.Question == nil {
			continue
		}
		lines, err := decide(item.Question)
		if err != nil {
			return p, err
		}
		p.Items[i].Lines, p.Items[i].Question = lines, nil
	}
	return p, nil
}

// First answers with the first choice.
func First(q *Question) ([]string, error) { return q.Choices[0].Lines, nil }

// Lines are the proposal for config.yaml, an open question as ASK with its choices below.
func (p Proposal) Lines() (lines []string) {
	section := ""
	for _, item := range p.Items {
		inner := item.Lines
		if q := item.Question; q != nil {
			inner = q.lines()
		}
		if len(inner) == 0 {
			continue
		}
		lines = append(lines, headings(section, item.Section)...)
		section = item.Section
		for _, line := range inner {
			lines = append(lines, indent(section)+line)
		}
	}
	if len(lines) > 0 {
		lines[0] = "- " + strings.TrimLeft(lines[0], " ")
	}
	return lines
}

// headings are the keys of a section that are not open yet.
func headings(open, next string) (lines []string) {
	if next == "" {
		return nil
	}
	was, now := strings.Split(open, "."), strings.Split(next, ".")
	for i, key := range now {
		if i >= len(was) || was[i] != key || open == "" || !slices.Equal(was[:i], now[:i]) {
			lines = append(lines, indent(strings.Join(now[:i], "."))+key+":")
		}
	}
	return lines
}

func indent(section string) string {
	if section == "" {
		return "  "
	}
	return strings.Repeat("  ", 2+strings.Count(section, "."))
}

// lines are an open question.
func (q *Question) lines() []string {
	first := q.Key + ": ASK # " + q.Text
	if q.Key == "-" {
		first = "- ASK # " + q.Text
	}
	lines := []string{first}
	for i, c := range q.Choices {
		label := c.Label
		if len(c.Lines) > 0 {
			label += ": " + strings.Join(c.Lines, "; ")
		}
		lines = append(lines, fmt.Sprintf("#   %d. %s", i+1, label))
	}
	return lines
}
