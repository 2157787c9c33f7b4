package xlsx

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// MIME is the type of a workbook.
const MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// Listing is a table as a workbook with one sheet.
type Listing struct {
	Title   string
	Accent  string // of the heading; empty: the usual one
	Columns []ListingColumn
}

// ListingColumn is one of its columns. Numbers come as exact texts.
type ListingColumn struct {
	Title    string
	IsNumber bool
}

// SheetText is a text for a CSV that a spreadsheet opens. One that it would take for a formula stands as ="...",
// which feeds with excel_text read; saved by the spreadsheet, it is plain again.
func SheetText(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r＝＋－＠", []rune(text)[0]) {
		return `="` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return text
}

// digits is how many a number of a workbook has.
const digits = 15

var exactNumber = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// WriteListing writes the rows that each gives, in their order.
func WriteListing(out io.Writer, l Listing, each func(line func([]string) error) error) error {
	f := excelize.NewFile()
	defer f.Close() //nolint:errcheck // nothing is left on the disk
	const sheet = "Sheet1"
	w, err := f.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	head, err := f.NewStyle(&excelize.Style{
		Font: &excelize.Font{Bold: true, Color: "FFFFFF"},
		Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{cmp.Or(l.Accent, blue)}},
	})
	if err != nil {
		return err
	}
	titles := make([]any, len(l.Columns))
	for i, c := range l.Columns {
		titles[i] = excelize.Cell{StyleID: head, Value: c.Title}
	}
	err = w.SetColWidth(1, max(1, len(l.Columns)), 18)
	if err == nil {
		err = w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
	}
	if err == nil {
		err = w.SetRow("A1", titles)
	}
	n := 1
	if err == nil {
		err = each(func(texts []string) error {
			n++
			return w.SetRow(fmt.Sprintf("A%d", n), l.cells(texts))
		})
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		return fmt.Errorf("write %s as a workbook: %w", l.Title, err)
	}
	return f.Write(out)
}

// cells are the values of a row. A number of more digits than a workbook keeps stays a text.
func (l Listing) cells(texts []string) []any {
	row := make([]any, len(texts))
	for i, text := range texts {
		bare := strings.NewReplacer("-", "", ".", "").Replace(text)
		switch {
		case text == "":
		case l.Columns[i].IsNumber && exactNumber.MatchString(text) && len(strings.TrimLeft(bare, "0")) <= digits:
			row[i] = exactCell(text)
		default:
			row[i] = text[:min(len(text), 32_000)]
		}
	}
	return row
}

// exactCell is a number of at most 15 digits, which its nearest float gives back as it is.
func exactCell(text string) any {
	number, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	return number
}
