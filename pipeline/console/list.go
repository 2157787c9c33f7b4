package console

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"tranche/pipeline/console/tables"
	"tranche/pipeline/files"
	"tranche/reports/xlsx"
)

// list reads a table and adds it to a page, or sends it as a file where the address asks for one.
func (v *visit) list(s *sheet, t tables.Table, args ...any) error {
	db, err := v.marts()
	if err != nil {
		return err
	}
	asked := t.Ask(v.r.URL)
	if v.r.URL.Query().Get("table") == t.Key {
		switch v.r.URL.Query().Get("as") {
		case "csv":
			return download{t.Key + ".csv", "text/csv; charset=utf-8", func(out *bytes.Buffer) error {
				return v.asCSV(out, t, asked, args)
			}}
		case "xlsx":
			return download{t.Key + ".xlsx", xlsx.MIME, func(out *bytes.Buffer) error {
				return v.asWorkbook(out, t, asked, args)
			}}
		}
	}
	same := asked.Address(func(a *tables.Asked) { a.Page = asked.Page })
	rows, err := kept(v, []any{t.Key, t.From, args, same}, func() (*tables.Rows, error) {
		return tables.Read(v.r.Context(), db, t, asked, args...)
	})
	if err == nil {
		s.add(v.shown(rows, asked))
	}
	return err
}

// kept is what was read of the publication before, or reads it now. The question is all that the answer depends on,
// besides the publication and what the person may see.
func kept[T any](v *visit, question []any, read func() (T, error)) (T, error) {
	key := files.HashBytes(fmt.Appendf(nil, "%q %#v", viewOf(v.person.Scope), question))
	if found, ok := v.pub.kept.find(key); ok {
		return found.(T), nil
	}
	answer, err := read()
	if err == nil {
		v.pub.kept.keep(key, answer)
	}
	return answer, err
}

// shown says a table in the reader's language.
func (v *visit) shown(r *tables.Rows, a tables.Asked) shownTable {
	t := r.Table
	all := a.Address(func(b *tables.Asked) { *b = t.Ask(&url.URL{Path: v.r.URL.Path}) })
	s := shownTable{
		ID: t.Key, Title: v.t(t.Title), Empty: v.t(t.Empty), Find: a.Find, FindName: a.Parameter("find"), All: all,
		Path: v.r.URL.Path, Kept: a.Kept(), HasSearch: r.All > 8 || a.Find != "" || len(a.Chosen) > 0,
	}
	if t.Note != "" {
		s.Note = v.t(t.Note)
	}
	if a.Find != "" || len(a.Chosen) > 0 {
		s.Empty = v.t("No row is like that.")
	}
	for i, c := range t.Columns {
		if c.Hidden {
			continue
		}
		s.Heads = append(s.Heads, v.head(c, a))
		if !c.Choose || len(r.Choices[c.Name]) < 2 {
			continue
		}
		list := choice{Name: a.Parameter("is." + c.Name), Label: v.t(t.Columns[i].Title),
			Options: []option{{Value: "", Text: v.t("all")}}}
		for _, value := range r.Choices[c.Name] {
			list.Options = append(list.Options, option{value, v.value(c.Kind, value), value == a.Chosen[c.Name]})
		}
		s.Choices = append(s.Choices, list)
	}
	for _, row := range r.Rows {
		s.Rows = append(s.Rows, v.cells(t, row))
	}
	s.Count = v.count(r.All, "%s row", "%s rows")
	if a.Page > 1 {
		s.Previous = a.Address(func(b *tables.Asked) { b.Page = a.Page - 1 })
	}
	if a.Page < r.Pages() {
		s.Next = a.Address(func(b *tables.Asked) { b.Page = a.Page + 1 })
	}
	if r.Pages() > 1 {
		s.Count += ", " + v.t("page %d of %d", a.Page, r.Pages())
	}
	s.CSV, s.XLSX = v.as(a, t, "csv"), v.as(a, t, "xlsx")
	return s
}

// as is the address of the rows as a file.
func (v *visit) as(a tables.Asked, t tables.Table, format string) string {
	address := a.Address(func(*tables.Asked) {})
	mark := "?"
	if strings.Contains(address, "?") {
		mark = "&"
	}
	return address + mark + "table=" + t.Key + "&as=" + format
}

func (v *visit) head(c tables.Column, a tables.Asked) head {
	h := head{Text: v.t(c.Title), Class: class(c)}
	sort := c.Name
	switch a.Sort {
	case c.Name:
		h.Sorted, sort = "ascending", "-"+c.Name
	case "-" + c.Name:
		h.Sorted = "descending"
	default:
		if isNumber(c.Kind) {
			sort = "-" + c.Name
		}
	}
	h.To = a.Address(func(b *tables.Asked) { b.Sort = sort })
	return h
}

func (v *visit) cells(t tables.Table, row tables.Row) (cells []cell) {
	for i, c := range t.Columns {
		if c.Hidden {
			continue
		}
		x := cell{Class: class(c), To: t.Link(row, i)}
		if row[i].Valid {
			x.Text = v.cellText(t, c, row, i)
		}
		if strings.HasPrefix(row[i].String, "-") && isNumber(c.Kind) {
			x.Class += " less"
		}
		cells = append(cells, x)
	}
	return cells
}

func (v *visit) cellText(t tables.Table, c tables.Column, row tables.Row, i int) string {
	if c.Kind == tables.Change || c.Kind == tables.Cause {
		say := v.words.Change
		if c.Kind == tables.Cause {
			say = v.words.Cause
		}
		for j, other := range t.Columns {
			if other.Name == "kind" {
				return say(row[j].String, row[i].String)
			}
		}
	}
	return v.value(c.Kind, row[i].String)
}

func isNumber(k tables.Kind) bool { return k == tables.Money || k == tables.Count || k == tables.Rate }

func class(c tables.Column) string {
	switch {
	case isNumber(c.Kind):
		return "number"
	case c.Wide:
		return "wide"
	case c.Kind == tables.Day || c.Kind == tables.Month || c.Kind == tables.Moment:
		return "day"
	}
	return ""
}

// count is a number with its noun.
func (v *visit) count(n int64, one, many string) string {
	number := v.words.Number(fmt.Sprint(n))
	if n == 1 {
		return v.t(one, number)
	}
	return v.t(many, number)
}

// asCSV writes the rows for a spreadsheet. What it would take for a formula stands as a text.
func (v *visit) asCSV(out *bytes.Buffer, t tables.Table, a tables.Asked, args []any) error {
	w := csv.NewWriter(out)
	line := make([]string, 0, len(t.Columns))
	for _, c := range t.Columns {
		line = append(line, c.Name)
	}
	if err := w.Write(line); err != nil {
		return err
	}
	err := tables.Each(v.r.Context(), v.db, t, a, func(row tables.Row) error {
		for i, value := range row {
			line[i] = value.String
			if !isNumber(t.Columns[i].Kind) {
				line[i] = xlsx.SheetText(value.String)
			}
		}
		return w.Write(line)
	}, args...)
	w.Flush()
	if err == nil {
		err = w.Error()
	}
	return err
}

// spokenKinds are said in the reader's language also in a file.
var spokenKinds = []tables.Kind{tables.Word, tables.Name, tables.Change, tables.Cause}

// asWorkbook writes the rows as a workbook.
func (v *visit) asWorkbook(out *bytes.Buffer, t tables.Table, a tables.Asked, args []any) error {
	l := xlsx.Listing{Title: v.t(t.Title), Accent: v.config.Statement.Accent}
	for _, c := range t.Columns {
		l.Columns = append(l.Columns, xlsx.ListingColumn{Title: v.t(c.Title), IsNumber: isNumber(c.Kind)})
	}
	return xlsx.WriteListing(out, l, func(line func([]string) error) error {
		return tables.Each(v.r.Context(), v.db, t, a, func(row tables.Row) error {
			texts := make([]string, len(row))
			for i, value := range row {
				texts[i] = value.String
				if c := t.Columns[i]; value.Valid && slices.Contains(spokenKinds, c.Kind) {
					texts[i] = v.cellText(t, c, row, i)
				}
			}
			return line(texts)
		}, args...)
	})
}
