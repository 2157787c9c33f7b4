package transforms

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Target says in which attached database each layer is made.
type Target struct {
	Work      string // staging and intermediate
	Mart      string
	HasStated bool   // Begin has filled the incremental marts
	Part      int64  // rows in a part, for models made in parts; zero: as many as memory allows
	Plans     string // folder for the executed plan of each model, with times and rows; empty: none
	// Wanted names the models that are made, with all that they read. Nil: every model.
	Wanted []string
	Made   []string // models that are there already
	// Read names the intermediate tables that are read after the build, besides those of checks
	// and closings. To save memory, all others are dropped after their last reader. Nil: none are.
	Read []string
}

// Build makes every model. It calls step with the name of each before it is made, and
// with how many there are; step may be nil.
func Build(ctx context.Context, db Database, to Target, step func(name string, of int)) error {
	models, err := Models()
	if err != nil {
		return err
	}
	models = to.wanted(models)
	for _, layer := range []string{"staging", "intermediate"} {
		if err := db.Exec(ctx, "create schema if not exists "+to.Work+"."+layer); err != nil {
			return err
		}
	}
	if !to.HasStated {
		if err := begin(ctx, db, to, models); err != nil {
			return err
		}
	}
	readers, err := to.readers(models)
	if err != nil {
		return err
	}
	for _, m := range models {
		if step != nil {
			step(m.FullName(), len(models))
		}
		if err := build(ctx, db, to, m); err != nil {
			return fmt.Errorf("model %s: %w", m.FullName(), err)
		}
		for name, by := range readers {
			last := by[m.FullName()] && len(by) == 1
			delete(by, m.FullName())
			if !last {
				continue
			}
			if err := db.Exec(ctx, "drop table "+to.Work+"."+name); err != nil {
				return err
			}
		}
	}
	all, err := Models()
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.Layer == "mart" && slices.Contains(to.Made, m.FullName()) {
			models = append(models, m)
		}
	}
	return comment(ctx, db, to, models)
}

// wanted leaves out the models that nothing wanted reads.
func (t Target) wanted(models []Model) []Model {
	needed := map[string]bool{}
	for _, m := range models {
		needed[m.FullName()] = t.Wanted == nil || slices.Contains(t.Wanted, m.FullName())
	}
	// Each model comes after those that it reads.
	for _, m := range slices.Backward(models) {
		if slices.Contains(t.Made, m.FullName()) {
			needed[m.FullName()] = false
		}
		for _, name := range m.reads {
			needed[name] = needed[name] || needed[m.FullName()]
		}
	}
	return slices.DeleteFunc(models, func(m Model) bool { return !needed[m.FullName()] })
}

// readers maps each table that only models read to those models.
func (t Target) readers(models []Model) (map[string]map[string]bool, error) {
	readers := map[string]map[string]bool{}
	if t.Read == nil {
		return readers, nil
	}
	checks, err := Checks()
	if err != nil {
		return nil, err
	}
	closings, err := Closings()
	if err != nil {
		return nil, err
	}
	byName := map[string]Model{}
	for _, m := range models {
		byName[m.FullName()] = m
	}
	needed := map[string]bool{}
	need := func(names []string) {
		for _, name := range tables(byName, names) {
			needed[name] = true
		}
	}
	need(t.Read)
	for _, c := range checks {
		need(c.reads)
	}
	for _, c := range closings {
		need(c.reads)
	}
	for _, m := range models {
		for _, name := range tables(byName, m.reads) {
			if !m.IsView && strings.HasPrefix(name, "intermediate.") && !needed[name] {
				if readers[name] == nil {
					readers[name] = map[string]bool{}
				}
				readers[name][m.FullName()] = true
			}
		}
	}
	return readers, nil
}

// tables replaces each view among the names by the tables it reads.
func tables(byName map[string]Model, names []string) []string {
	var read []string
	for _, name := range names {
		if m := byName[name]; m.IsView {
			read = append(read, tables(byName, m.reads)...)
		} else {
			read = append(read, name)
		}
	}
	return read
}

func (t Target) database(layer string) string {
	if layer == "mart" {
		return t.Mart
	}
	return t.Work
}

// Begin makes the schema mart with its incremental tables, filled with what closed months
// have stated. The result is the same until another month is closed.
func Begin(ctx context.Context, db Database, to Target) error {
	models, err := Models()
	if err != nil {
		return err
	}
	return begin(ctx, db, to, models)
}

func begin(ctx context.Context, db Database, to Target, models []Model) error {
	if err := db.Exec(ctx, "create schema if not exists "+to.Mart+".mart"); err != nil {
		return err
	}
	for _, m := range models {
		if m.StatedTable == "" {
			continue
		}
		if err := beginOne(ctx, db, to, m); err != nil {
			return fmt.Errorf("model %s: %w", m.FullName(), err)
		}
	}
	return nil
}

func beginOne(ctx context.Context, db Database, to Target, m Model) error {
	var columns []string
	for _, c := range m.Columns {
		columns = append(columns, c.Name)
	}
	query := "create table " + to.Mart + "." + m.FullName() + " as select " + strings.Join(columns, ", ")
	return db.Exec(ctx, query+" from stated."+m.StatedTable)
}

// build makes one model: a view or a table.
func build(ctx context.Context, db Database, to Target, m Model) error {
	sort := "table"
	if m.IsView {
		sort = "view"
	}
	name := to.database(m.Layer) + "." + m.FullName()
	query := "create " + sort + " " + name + " as\n" + m.SQL
	if m.StatedTable != "" {
		query = "insert into " + name + " by name\n" + m.SQL
	}
	var err error
	if m.PartsOf != "" {
		err = inParts(ctx, db, to, m, query)
	} else {
		err = profiled(ctx, db, to.Plans, m.FullName(), query)
	}
	if err != nil {
		return err
	}
	return compare(ctx, db, m)
}

// partRows is the number of source rows in a part of a wide table. A join of all rows would need
// more memory or disk than there is. A row takes some hundred bytes in each join, and a query
// 100 MB in any case; a million rows fit in 2 GB.
const partRows = "greatest((parse_formatted_bytes(current_setting('memory_limit')) - 100000000) // 1900, 25000)::bigint"

// inParts makes a model part by part.
func inParts(ctx context.Context, db Database, to Target, m Model, query string) error {
	rows, err := db.Query(ctx, "select coalesce(max(rowid) + 1, 0), "+partRows+" from "+m.PartsOf)
	if err != nil {
		return err
	}
	defer rows.Close()
	var all, size int64
	for rows.Next() {
		if err := rows.Scan(&all, &size); err != nil {
			return err
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	if to.Part > 0 {
		size = to.Part
	}
	// One transaction, because a checkpoint after each part would write incomplete row groups.
	return db.Transaction(ctx, func(ctx context.Context) error {
		for from := int64(0); from == 0 || from < all; from += size {
			part := fmt.Sprintf("set variable part_from = %d; set variable part_to = %d", from, from+size)
			if err := db.Exec(ctx, part); err != nil {
				return err
			}
			if err := profiled(ctx, db, to.Plans, fmt.Sprintf("%s.%d", m.FullName(), from/size+1), query); err != nil {
				return err
			}
		}
		return nil
	})
}

// comment stores the headers of the marts as comments, in one transaction and so one write.
func comment(ctx context.Context, db Database, to Target, models []Model) error {
	var text strings.Builder
	text.WriteString("begin transaction;\n")
	for _, m := range models {
		if m.Layer != "mart" {
			continue
		}
		name := to.Mart + "." + m.FullName()
		about := m.About + " Grain: " + strings.Join(m.Grain, ", ") + "."
		text.WriteString("comment on table " + name + " is " + literal(about) + ";\n")
		for _, c := range m.Columns {
			text.WriteString("comment on column " + name + "." + quoted(c.Name) + " is " + literal(c.About) + ";\n")
		}
	}
	text.WriteString("commit")
	return db.Exec(ctx, text.String())
}

// profiled runs the query of a model or a part, and writes its executed plan where plans are wanted.
func profiled(ctx context.Context, db Database, plans, name, query string) error {
	if plans == "" {
		return db.Exec(ctx, query)
	}
	for _, q := range []string{
		"set enable_profiling = 'query_tree'",
		"set profiling_output = " + literal(filepath.Join(plans, name+".txt")),
		query,
		"pragma disable_profiling",
	} {
		if err := db.Exec(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// compare checks the columns of the result against the header.
func compare(ctx context.Context, db Database, m Model) error {
	rows, err := db.Query(ctx, "select * from "+m.FullName()+" limit 0")
	if err != nil {
		return err
	}
	defer rows.Close()
	got, err := rows.Columns()
	if err != nil {
		return err
	}
	var want []string
	for _, c := range m.Columns {
		want = append(want, c.Name)
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("its columns are %s, its header says %s", strings.Join(got, ", "), strings.Join(want, ", "))
	}
	return rows.Err()
}

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Violation is a check that returned rows.
type Violation struct {
	Check, About string
	Rows         []string // the first few, as text
}

// Error names the check and shows what it found.
func (v *Violation) Error() string {
	return fmt.Sprintf("check %s failed: %s\n  %s", v.Check, v.About, strings.Join(v.Rows, "\n  "))
}

// Check runs every check, and checks that the grain of every mart is unique. The error joins
// a *Violation for each that failed.
func Check(ctx context.Context, db Database) error {
	checks, err := allChecks()
	if err != nil {
		return err
	}
	return runChecks(ctx, db, checks)
}

// allChecks are those that are written, and that of each mart's grain.
func allChecks() ([]Model, error) {
	checks, err := Checks()
	if err != nil {
		return nil, err
	}
	models, err := Models()
	for _, m := range models {
		if m.Layer == "mart" {
			checks = append(checks, grainCheck(m))
		}
	}
	return checks, err
}

func runChecks(ctx context.Context, db Database, checks []Model) error {
	var violations error
	for _, c := range checks {
		v, err := check(ctx, db, c)
		if err != nil {
			return errors.Join(fmt.Errorf("check %s: %w", c.Name, err), violations)
		}
		if v != nil {
			violations = errors.Join(violations, v)
		}
	}
	return violations
}

func grainCheck(m Model) Model {
	grain := strings.Join(m.Grain, ", ")
	return Model{
		Layer: "checks", Name: "grain of " + m.FullName(), About: "a row is named by " + grain + " and by nothing else.",
		SQL: "select " + grain + ", count(*) as rows from " + m.FullName() + " group by " + grain + " having count(*) > 1",
	}
}

func check(ctx context.Context, db Database, c Model) (*Violation, error) {
	rows, err := db.Query(ctx, "select to_json(c)::varchar from (\n"+c.SQL+"\n) as c limit 5")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	v := &Violation{Check: c.Name, About: c.About}
	for rows.Next() {
		var row string
		if err := rows.Scan(&row); err != nil {
			return nil, err
		}
		v.Rows = append(v.Rows, row)
	}
	if len(v.Rows) == 0 {
		return nil, rows.Err()
	}
	return v, rows.Err()
}
