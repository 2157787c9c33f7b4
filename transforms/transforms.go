// Package transforms turns typed facts into the tables people read, in SQL.
//
// A *model* is one file with one select: staging renames and never joins,
// intermediate joins and changes the grain, mart answers somebody's question.
// A model's *header* says in words what it holds, its *grain* (the columns that
// name a row), and each of its columns, in words or, for what means the same in
// many models, by its name in columns.txt. Building the model compares the header
// with the result and stores it as the comment of the table. A *check* is a
// select that must return no row; one row stops the run before anything is
// published.
//
// The schema expected holds what the same models make of the months to come, in another run of them.
// The schema stated holds what closed months have stated; it is not calculated again.
// An *incremental* mart starts with those rows, and its select adds the open months.
// A *closing* is a select of what a month states when it is closed; its rows become
// a table of the schema stated.
//
// The package knows no file, no clock and no other package of ours. Facts come
// in the schema raw, rules in the schema rules, and the marts go to the schema
// mart, wherever the session has put those.
package transforms

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed columns.txt expected.sql routes.sql staging intermediate closing mart checks
var sources embed.FS

// Database runs the models. Schema-qualified names find their database through
// its search path.
type Database interface {
	Exec(ctx context.Context, query string, args ...any) error
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	Transaction(ctx context.Context, work func(context.Context) error) error
}

// Model is one select with its header.
type Model struct {
	Layer, Name string
	About       string   // what it holds, in a sentence or two
	Grain       []string // columns that name a row
	Columns     []Column
	StatedTable string // of an incremental mart: the table of the schema stated it starts with
	IsView      bool   // as every model of staging
	// PartsOf is the table whose rows the select takes part by part: by rowid, from the variable
	// part_from to before part_to. Empty: all at once.
	PartsOf string
	SQL     string
	reads   []string // models it needs, by their full names
	folder  string   // in which its file lies
}

// Column is a column as the header documents it.
type Column struct{ Name, About string }

// FullName is the schema and the name.
func (m Model) FullName() string { return m.Layer + "." + m.Name }

// layers may read only these schemas.
func layers() map[string][]string {
	return map[string][]string{
		"staging":      {"raw"},
		"intermediate": {"rules", "stated", "expected", "staging", "intermediate"},
		"mart":         {"rules", "stated", "expected", "staging", "intermediate", "mart"},
		"closing":      {"intermediate", "mart"},
		"checks":       {"raw", "rules", "stated", "expected", "staging", "intermediate", "mart"},
	}
}

// Fingerprint is a hash of all models and checks. With another fingerprint, results can differ.
func Fingerprint() (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(sources, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := sources.ReadFile(path)
		fmt.Fprintln(sum, path, len(text))
		sum.Write(text)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)), err
}

// Models returns every model in an order in which each comes after those it
// reads.
func Models() ([]Model, error) {
	var models []Model
	for _, layer := range []string{"staging", "intermediate", "mart"} {
		found, err := read(layer)
		if err != nil {
			return nil, err
		}
		models = append(models, found...)
	}
	return inOrder(models)
}

// Checks returns every check.
func Checks() ([]Model, error) { return read("checks") }

// Closings returns the selects of what a month states when it is closed, one for each table
// of the schema stated. The variable closing_month is the first day of the month.
func Closings() ([]Model, error) { return read("closing") }

// read parses every file of a layer. Folders within a layer only group its models.
func read(layer string) ([]Model, error) {
	var models []Model
	err := fs.WalkDir(sources, layer, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || file == statedTables {
			return err
		}
		text, err := sources.ReadFile(file)
		if err != nil {
			return err
		}
		m, err := parse(layer, strings.TrimSuffix(path.Base(file), ".sql"), string(text))
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		m.folder = path.Dir(file)
		models = append(models, m)
		return nil
	})
	return models, err
}

var (
	nameList   = regexp.MustCompile(`^[a-z_0-9]+(, [a-z_0-9]+)*,?$`)
	reference  = regexp.MustCompile(`\b(raw|rules|stated|expected|staging|intermediate|mart)\.([a-z_]+)`)
	columnLine = regexp.MustCompile(`(?m)^([a-z_0-9]+) {2,}(\S.*)$`)
)

// parse reads a model's header and what its select refers to.
func parse(layer, name, text string) (Model, error) {
	m := Model{Layer: layer, Name: name, SQL: text, IsView: layer == "staging"}
	body := text
	for {
		line, rest, ok := strings.Cut(body, "\n")
		comment, isComment := strings.CutPrefix(line, "--")
		if !ok || !isComment {
			break
		}
		body = rest
		m.headerLine(strings.TrimPrefix(comment, " "))
	}
	if m.About == "" {
		return m, fmt.Errorf("the header does not say what it holds")
	}
	for i, c := range m.Columns {
		if c.About == "" {
			if m.Columns[i].About = meanings()[c.Name]; m.Columns[i].About == "" {
				return m, fmt.Errorf("neither the header nor columns.txt says what %s means", c.Name)
			}
		}
	}
	if layer != "checks" && layer != "closing" && (len(m.Grain) == 0 || len(m.Columns) == 0) {
		return m, fmt.Errorf("the header needs a grain and columns")
	}
	if m.IsView && (layer == "mart" || m.StatedTable != "" || m.PartsOf != "") {
		return m, fmt.Errorf("a view cannot be a mart, incremental or made in parts")
	}
	for _, ref := range reference.FindAllStringSubmatch(body, -1) {
		if !slices.Contains(layers()[layer], ref[1]) {
			return m, fmt.Errorf("%s reaches past its layer to %s", layer, ref[0])
		}
		if !slices.Contains([]string{"raw", "rules", "stated", "expected"}, ref[1]) {
			m.reads = append(m.reads, ref[0])
		}
	}
	return m, nil
}

func (m *Model) headerLine(line string) {
	grain, isGrain := strings.CutPrefix(line, "grain: ")
	statedTable, isStated := strings.CutPrefix(line, "incremental: stated.")
	partsOf, isInParts := strings.CutPrefix(line, "in parts of: ")
	column := columnLine.FindStringSubmatch(line)
	switch {
	case line == "is a view":
		m.IsView = true
	case isStated:
		m.StatedTable = statedTable
	case isInParts:
		m.PartsOf = partsOf
	case isGrain:
		m.Grain = strings.Split(grain, ", ")
	case len(m.Grain) > 0 && column != nil:
		m.Columns = append(m.Columns, Column{Name: column[1], About: column[2]})
	case len(m.Grain) > 0 && nameList.MatchString(line):
		for name := range strings.SplitSeq(strings.TrimSuffix(line, ","), ", ") {
			m.Columns = append(m.Columns, Column{Name: name})
		}
	case len(m.Columns) > 0 && strings.TrimSpace(line) != "":
		last := &m.Columns[len(m.Columns)-1]
		last.About += " " + strings.TrimSpace(line)
	case len(m.Grain) == 0 && strings.TrimSpace(line) != "":
		m.About = strings.TrimSpace(m.About + " " + line)
	}
}

// meanings are the column meanings of columns.txt, read once.
var meanings = sync.OnceValue(func() map[string]string {
	text, err := sources.ReadFile("columns.txt")
	if err != nil {
		panic(err) // it is part of the binary
	}
	all := map[string]string{}
	for _, found := range columnLine.FindAllStringSubmatch(string(text), -1) {
		all[found[1]] = found[2]
	}
	return all
})

func inOrder(models []Model) ([]Model, error) {
	byName := map[string]Model{}
	for _, m := range models {
		byName[m.FullName()] = m
	}
	var ordered []Model
	state := map[string]int{} // 1: being placed, 2: placed
	var place func(m Model) error
	place = func(m Model) error {
		switch state[m.FullName()] {
		case 1:
			return fmt.Errorf("%s reads itself by way of others", m.FullName())
		case 2:
			return nil
		}
		state[m.FullName()] = 1
		for _, name := range m.reads {
			needed, ok := byName[name]
			if !ok {
				return fmt.Errorf("%s reads %s, which is not there", m.FullName(), name)
			}
			if err := place(needed); err != nil {
				return err
			}
		}
		state[m.FullName()] = 2
		ordered = append(ordered, m)
		return nil
	}
	for _, m := range models {
		if err := place(m); err != nil {
			return nil, err
		}
	}
	return ordered, nil
}
