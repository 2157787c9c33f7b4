package framing

// Kind is what the cell of a workbook holds. Fields of text are all of the kind Text.
type Kind byte

// The kinds of cells. Text is also an empty cell.
const (
	Text       Kind = iota
	Number          // the field is a plain decimal of at most 15 significant digits
	Day             // yyyy-mm-dd
	Boolean         // TRUE or FALSE
	LongNumber      // more digits before the decimal point than a workbook keeps; the field is what is stored
	NoDay           // a number shown as a date or a time that is no day; the field is the number
	CellError       // an error of the workbook, such as #N/A, or what is no value of its type
	NoValue         // a formula whose value is not stored; the field is the formula
)

// KindOf is the kind of a record's field.
func (r *Record) KindOf(field int) Kind {
	if field < 0 || field >= len(r.Kinds) {
		return Text
	}
	return r.Kinds[field]
}
