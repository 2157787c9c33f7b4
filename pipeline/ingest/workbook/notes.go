package workbook

import (
	"fmt"
	"strconv"
	"strings"
)

// notes collect what is to be said of a sheet.
type notes struct {
	top, width    int64 // the last row of the header, and the columns of the table
	hiddenRows    int64
	hiddenColumns [][2]int
	merged        []area
	mergedCount   int
	besideCount   int64
	besideFirst   int64
	besideLast    int64
}

type area struct{ firstRow, lastRow, firstColumn, lastColumn int64 }

// mostNamed is how many merged areas are named.
const mostNamed = 5

// begin says where the table begins. Hidden rows above it do not count.
func (n *notes) begin(top int64, width int) {
	n.top, n.width, n.hiddenRows = top, int64(width), 0
}

func (n *notes) hideColumns(first, last int) {
	if len(n.hiddenColumns) < mostColumns {
		n.hiddenColumns = append(n.hiddenColumns, [2]int{first, last})
	}
}

// beside notes a row with a value to the right of the header.
func (n *notes) beside(row int64) {
	if row == n.besideLast {
		return
	}
	n.besideLast = row
	if n.besideCount++; n.besideCount == 1 {
		n.besideFirst = row
	}
}

// merge notes a merged area such as A5:A9.
func (n *notes) merge(ref string) {
	from, to, _ := strings.Cut(ref, ":")
	firstColumn, firstRow := place(from)
	lastColumn, lastRow := place(to)
	a := area{firstRow, lastRow, firstColumn, lastColumn}
	if lastRow <= n.top || firstColumn > n.width || firstColumn == 0 || lastColumn == 0 {
		return
	}
	if n.mergedCount++; len(n.merged) < mostNamed {
		n.merged = append(n.merged, a)
	}
}

// place is the column and row of B17; zeros: it is no place.
func place(text string) (column, row int64) {
	column = int64(columnOf([]byte(text)))
	row, err := strconv.ParseInt(strings.TrimLeft(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 10, 64)
	if err != nil {
		return 0, 0
	}
	return column, row
}

// ColumnName is the name of a column, from 1: A, B and so on.
func ColumnName(column int) (name string) {
	for ; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name
}

func (n *notes) list(s *Sheet) (list []string) {
	if s.Hidden {
		list = append(list, "the sheet is hidden, and was read")
	}
	if n.hiddenRows > 0 {
		list = append(list, fmt.Sprintf("hidden rows were read, too: %d", n.hiddenRows))
	}
	if names := n.hiddenNames(); len(names) > 0 {
		list = append(list, "hidden columns were read, too: "+strings.Join(names, ", "))
	}
	if n.mergedCount > 0 {
		var names []string
		for _, a := range n.merged {
			names = append(names, fmt.Sprintf("%s%d:%s%d",
				ColumnName(int(a.firstColumn)), a.firstRow, ColumnName(int(a.lastColumn)), a.lastRow))
		}
		if more := n.mergedCount - len(names); more > 0 {
			names = append(names, fmt.Sprintf("and %d more", more))
		}
		list = append(list, "merged cells have their value in the first one only: "+strings.Join(names, ", "))
	}
	if n.besideCount > 0 {
		list = append(list, fmt.Sprintf("values to the right of the header were not read, in %d rows from row %d on",
			n.besideCount, n.besideFirst))
	}
	return list
}

// hiddenNames are the hidden columns of the table.
func (n *notes) hiddenNames() (names []string) {
	for _, c := range n.hiddenColumns {
		for column := c[0]; column <= c[1] && int64(column) <= n.width && len(names) <= 50; column++ {
			names = append(names, ColumnName(column))
		}
	}
	return names
}
