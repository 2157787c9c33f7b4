// Package tables shows the result of a query: sorted, searched, filtered, a page at a time, and as a file to download.
//
// A *table* is a declaration: a select, its columns, and the order of its rows. A *view* of it is what an address asks
// for: that order or another, and which rows. Columns are read as exact texts and written as their *kind* says.
//
// The package takes names of columns from the declaration only; what an address says is bound, or refused.
package tables

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tranche/pipeline/store"
)

// Kind is how the values of a column are written.
type Kind int

// The kinds of columns.
const (
	Text   Kind = iota
	Word        // of the marts, said in the reader's language
	Name        // of the programme: a level, a module or an incentive
	Money       // an amount with the decimals it has
	Count       // a number
	Rate        // a fraction, shown as percent
	Day         // 2024-08-31
	Month       // 2024-08
	Moment      // 2024-08-31 02:30
	Change      // of a stated thing; its kind is in the column kind
	Cause       // of an adjustment; what it is about is in the column kind
	Yes         // true or false
)

// Column is a column of a table.
type Column struct {
	Name   string // in the select
	Title  string
	Kind   Kind
	Link   string // an address, with the values of columns as {name}; empty: none
	Choose bool   // a list of its values filters the rows
	Hidden bool   // it is there for links only
	Wide   bool   // it may be broken into lines
}

// Table is a declaration of a table.
type Table struct {
	Key     string // in addresses, where a page has several
	Title   string
	Note    string // a sentence above the rows
	From    string // the select; what it binds is $1, $2, ...
	Columns []Column
	Order   string // of the rows: names of columns that make it total
	Empty   string // what to say where there is no row
}

// PageRows is how many rows a page shows.
const PageRows = 100

// Asked is what an address asks of a table.
type Asked struct {
	Sort   string // a column, with - before it from the last; empty: the declared order
	Find   string // a text in some column
	Chosen map[string]string
	Page   int // from 1
	key    string
	path   string
	others url.Values // parameters of the page and of its other tables
}

// Ask reads what an address asks of a table. It leaves out what the table has not.
func (t Table) Ask(u *url.URL) Asked {
	a := Asked{key: t.Key, path: u.Path, Chosen: map[string]string{}, Page: 1, others: url.Values{}}
	for name, values := range u.Query() {
		rest, isOurs := strings.CutPrefix(name, t.Key+".")
		column, isChoice := strings.CutPrefix(rest, "is.")
		value := values[0]
		switch {
		case !isOurs:
			a.others[name] = values[:1]
		case rest == "sort" && t.column(strings.TrimPrefix(value, "-")) != nil:
			a.Sort = value
		case rest == "find":
			a.Find = strings.TrimSpace(strings.ToValidUTF8(value[:min(len(value), 200)], ""))
		case rest == "page":
			if n, err := strconv.Atoi(value); err == nil && n > 0 && n < 1_000_000 {
				a.Page = n
			}
		case isChoice && value != "":
			if c := t.column(column); c != nil && c.Choose {
				a.Chosen[column] = value
			}
		}
	}
	return a
}

// Address is the address of the same rows, with a change.
func (a Asked) Address(change func(*Asked)) string {
	b := a
	b.Page = 1
	b.Chosen = map[string]string{}
	for k, v := range a.Chosen {
		b.Chosen[k] = v
	}
	change(&b)
	q := b.values()
	for name, values := range a.others {
		q[name] = values
	}
	if len(q) == 0 {
		return b.path
	}
	return b.path + "?" + q.Encode()
}

func (a Asked) values() url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(a.key+"."+name, value)
		}
	}
	set("sort", a.Sort)
	set("find", a.Find)
	for column, value := range a.Chosen {
		set("is."+column, value)
	}
	if a.Page > 1 {
		set("page", strconv.Itoa(a.Page))
	}
	return q
}

// Parameter is the full name of a parameter of the table.
func (a Asked) Parameter(name string) string { return a.key + "." + name }

// Kept are the parameters that a form about this table keeps: the sort, and those of the page's other tables.
func (a Asked) Kept() map[string]string {
	kept := map[string]string{}
	for name, values := range a.others {
		kept[name] = values[0]
	}
	if a.Sort != "" {
		kept[a.Parameter("sort")] = a.Sort
	}
	return kept
}

func (t Table) column(name string) *Column {
	for i, c := range t.Columns {
		if c.Name == name {
			return &t.Columns[i]
		}
	}
	return nil
}

// Row is the values of a row, by column. A null is not valid.
type Row []sql.NullString

// Rows is a part of a table.
type Rows struct {
	Table   Table
	Asked   Asked
	Rows    []Row
	All     int64               // rows that there are
	Choices map[string][]string // of the columns with a list
}

// Pages is how many pages there are.
func (r *Rows) Pages() int { return int((r.All + PageRows - 1) / PageRows) }

// Read reads the page of a table that is asked for.
func Read(ctx context.Context, s *store.Session, t Table, a Asked, args ...any) (*Rows, error) {
	r := &Rows{Table: t, Asked: a, Choices: map[string][]string{}}
	query, all := t.query(a, args)
	query += fmt.Sprintf(" limit %d offset %d", PageRows, (a.Page-1)*PageRows)
	err := t.each(ctx, s, query, all, func(row Row, n int64) error {
		r.Rows, r.All = append(r.Rows, slices.Clone(row)), n
		return nil
	})
	areAllHere := a.Page == 1 && a.Find == "" && len(a.Chosen) == 0 && int64(len(r.Rows)) == r.All
	for i, c := range t.Columns {
		if c.Choose && err == nil && areAllHere {
			r.Choices[c.Name] = r.values(i)
		} else if c.Choose && err == nil {
			r.Choices[c.Name], err = s.Texts(ctx, "select distinct "+store.Name(c.Name)+"::varchar from ("+t.From+
				") where "+store.Name(c.Name)+" is not null order by all limit 200", args...)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read the table %s: %w", t.Key, err)
	}
	return r, nil
}

// values are the different ones of a column, in their order.
func (r *Rows) values(column int) (all []string) {
	for _, row := range r.Rows {
		if row[column].Valid {
			all = append(all, row[column].String)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Each gives every row that is asked for, on whatever page.
func Each(ctx context.Context, s *store.Session, t Table, a Asked, each func(Row) error, args ...any) error {
	query, all := t.query(a, args)
	return t.each(ctx, s, query, all, func(row Row, _ int64) error { return each(row) })
}

// query is the select of the rows, in their order, and its values.
func (t Table) query(a Asked, args []any) (string, []any) {
	var names, texts, where []string
	for _, c := range t.Columns {
		names = append(names, store.Name(c.Name)+"::varchar")
		texts = append(texts, store.Name(c.Name))
	}
	all := slices.Clone(args)
	bind := func(value string) string {
		all = append(all, value)
		return "$" + strconv.Itoa(len(all))
	}
	if a.Find != "" {
		where = append(where, "contains(lower(concat_ws(' ', "+strings.Join(texts, ", ")+")), lower("+bind(a.Find)+"))")
	}
	for _, c := range t.Columns {
		if value, ok := a.Chosen[c.Name]; ok {
			where = append(where, store.Name(c.Name)+"::varchar = "+bind(value))
		}
	}
	query := "select " + strings.Join(names, ", ") + ", count(*) over () from (" + t.From + ")"
	if len(where) > 0 {
		query += " where " + strings.Join(where, " and ")
	}
	query += " order by "
	if a.Sort != "" {
		name, isDown := strings.CutPrefix(a.Sort, "-")
		query += store.Name(name)
		if isDown {
			query += " desc"
		}
		query += " nulls last, "
	}
	return query + t.Order, all
}

func (t Table) each(
	ctx context.Context, s *store.Session, query string, args []any, each func(Row, int64) error,
) error {
	rows, err := s.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	row, n := make(Row, len(t.Columns)), int64(0)
	targets := make([]any, 0, len(row)+1)
	for i := range row {
		targets = append(targets, &row[i])
	}
	targets = append(targets, &n)
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		if err := each(row, n); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Link is the address of a cell; empty: it has none.
func (t Table) Link(row Row, column int) string {
	link := t.Columns[column].Link
	if link == "" || !row[column].Valid {
		return ""
	}
	for i, c := range t.Columns {
		if at := "{" + c.Name + "}"; strings.Contains(link, at) {
			if !row[i].Valid {
				return ""
			}
			link = strings.ReplaceAll(link, at, url.PathEscape(row[i].String))
		}
	}
	return link
}

// One is the only row of a query, as exact texts by column; nil: there is none. A null is an empty text.
func One(ctx context.Context, s *store.Session, query string, args ...any) (map[string]string, error) {
	rows, err := s.Query(ctx, "select columns(*)::varchar from ("+query+")", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil || !rows.Next() {
		return nil, errors.Join(err, rows.Err())
	}
	row, targets := make(Row, len(names)), make([]any, len(names))
	for i := range row {
		targets[i] = &row[i]
	}
	if err := rows.Scan(targets...); err != nil {
		return nil, err
	}
	one := map[string]string{}
	for i, name := range names {
		one[name] = row[i].String
	}
	return one, nil
}
