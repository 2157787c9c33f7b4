package feed

import (
	"cmp"
	"fmt"
)

// Problem is the reason to reject a record or refuse a file.
type Problem struct {
	Line   int64  // physical line of the record; zero: the file
	Column string // ours; empty: the record
	Code   string // one of the reasons below
	Raw    string // the text in the file
	Detail string // continues the sentence
	Key    string // of the rejected record, where it can be read
}

// The reasons a record is rejected for.
const (
	Dotted         = "dotted_line_number"
	BadNumber      = "bad_number"
	ZeroGroup      = "zero_before_thousands"
	TooFine        = "too_many_decimals"
	TooLarge       = "too_large"
	MaybeThousands = "maybe_thousands"
	MoreDecimals   = "more_decimals"
	BadDate        = "bad_date"
	ZonedTime      = "time_with_a_zone"
	AmbiguousDate  = "ambiguous_date"
	FarDate        = "date_out_of_range"
	Missing        = "missing_value"
	UnknownWord    = "unknown_word"
	BadList        = "bad_list"
	Mangled        = "mangled_code"
	ControlMark    = "control_character"
	TooLong        = "too_long"
	WrongSign      = "wrong_sign"
	Incomplete     = "incomplete_entry"
	KeyConflict    = "key_conflict"
	BesideReject   = "beside_a_reject"
	MarkedRecord   = "marked_record"
	NotSaid        = "not_said_to_be_a_sale"
	NothingAbove   = "nothing_to_fill_down"
	NotListed      = "not_listed"
	NotAReturn     = "not_a_return"
	EndsTooEarly   = "ends_before_it_begins"
	NotAboveZero   = "not_above_zero"
)

// The reasons a cell of a workbook is rejected for.
const (
	CellError     = "cell_error"
	NoValue       = "formula_without_value"
	LongNumber    = "long_number"
	NoDay         = "no_day"
	CellIsDate    = "cell_is_a_date"
	CellIsNumber  = "cell_is_a_number"
	CellIsBoolean = "cell_is_true_or_false"
)

// The reasons a file is refused for.
const (
	NoHeader       = "no_header"
	MissingColumn  = "missing_column"
	RepeatedColumn = "repeated_column"
	CutShort       = "cut_short"
	CutInHeader    = "cut_in_header"
	OtherHeader    = "other_header"
	OffCount       = "off_its_row_count"
	OffTotal       = "off_its_total"
	NoTrailer      = "no_trailer"
	AfterTrailer   = "rows_after_trailer"
	TooManyRejects = "too_many_rejects"
	EndsTooMany    = "ends_too_many"
	BadEncoding    = "bad_encoding"
	BadArchive     = "bad_archive"
	TooManyBytes   = "too_many_bytes"
	Changed        = "changed_after_landing"
	NoFeed         = "no_feed"
	OtherContent   = "other_content"
	NoSheet        = "no_sheet"
	BadWorkbook    = "bad_workbook"
)

// Error is the sentence of a file's problem.
func (p *Problem) Error() string { return p.Sentence() }

// Sentence says what is wrong and what to do.
func (p Problem) Sentence() string {
	s := cmp.Or(sentences()[p.Code], p.Code)
	if p.Detail != "" {
		s += ": " + p.Detail
	}
	return s
}

// String is the problem on one line.
func (p Problem) String() string {
	switch {
	case p.Line == 0:
		return p.Sentence()
	case p.Column == "":
		return fmt.Sprintf("line %d: %s", p.Line, p.Sentence())
	default:
		return fmt.Sprintf("line %d, %s %q: %s", p.Line, p.Column, shortened(p.Raw), p.Sentence())
	}
}

func sentences() map[string]string {
	return map[string]string{
		"unclosed_quote": "a quoted field is not closed; double the quotes inside it, or declare quote: none",
		"stray_quote": "a quote stands in the middle of a field; quote the whole field and double the quote, or declare " +
			"quote: none",
		"field_count":     "the record has another number of fields than the header",
		"record_too_long": "the record, or a note in it, is longer than the feed's limits",
		"other_line_end": "a line end of another sort (U+0085, U+2028 or U+2029) stands inside the line, so another " +
			"line may be hidden in it; ask the sender for the file with the line ends LF, CR LF or CR",
		"bad_text": "the line is not valid text in the declared encoding",
		BadNumber: "not a number as the feed declares them: declare decimal and thousands as this sender writes or ask " +
			"for the number anew",
		Dotted: "not a whole number; if this sender's line numbers have parts, such as 10.1, declare line_numbers: dotted",
		ZeroGroup: "not a number as the feed declares them: a thousands mark stands behind a 0, where a decimal mark may " +
			"be meant; if the mark is this sender's decimal mark, declare it as decimal and not under thousands, " +
			"otherwise ask the sender for the number without the zero",
		TooFine:  "more decimals than are kept; nothing is rounded on reading",
		TooLarge: "the number is too large to be kept exactly",
		MaybeThousands: "three digits behind a lone mark may be decimals or thousands: say under decimals how many this " +
			"sender's amounts have, or declare the mark under thousands and another one as decimal",
		MoreDecimals: "more decimals than the feed's decimals says that amounts have; it may be a mark of thousands",
		BadDate:      "not a date as the feed declares them",
		ZonedTime: "the time has a zone, and the feed does not say where its days are taken: add time_zone, such as UTC or " +
			"Europe/Berlin",
		AmbiguousDate: "the date reads differently under two of the feed's formats; declare one",
		FarDate:       "the date lies outside 1990 to 2099",
		Missing:       "the value is missing",
		UnknownWord: "not one of the words known here; add it to the feed's values, or to exclude if such rows do " +
			"not count",
		BadList:     "not a list as this column needs it",
		Mangled:     "a spreadsheet has turned this code into a number and lost its digits; ask the sender for text",
		ControlMark: "the text holds a control character, or another that no cell can hold",
		TooLong:     "the text is longer than 2,000 bytes",
		WrongSign:   "the sign does not fit a sale or a return as the feed declares them",
		Incomplete:  "the entry lacks what its kind needs",
		KeyConflict: "the same key stands in this file twice with different content",
		BesideReject: "a row that is or may be of the same key was rejected and this sender numbers no lines, so that it " +
			"cannot be told which is which; correct that row and send all of them again",
		MarkedRecord: "the row begins as comments or the trailer do, and reads as a record: make the mark longer, or ask " +
			"the sender",
		NotSaid: "the feed excludes rows by this column, and does not know this value; add it to is, or to otherwise if " +
			"such rows are sales",
		NothingAbove: "the value is missing, and the row above that may hold it cannot be read: correct that row, and " +
			"send the file again",
		OtherHeader: "another header stands inside the file, so two exports may have been joined, and the columns of the " +
			"second are not those of the first; ask the sender for two files",
		NotListed: "of one file 10,000 problems are listed, and more rows of it were rejected, which are counted here; " +
			"correct what is listed, and the file as a whole where all its rows are wrong",
		NotAReturn:     "only a return may name the line it returns",
		EndsTooEarly:   "it ends before it begins",
		NotAboveZero:   "a rate is above zero",
		NoHeader:       "the header is not where the feed says",
		MissingColumn:  "a column the feed needs is not in the header",
		RepeatedColumn: "the header names a column twice",
		CutShort: "the last record has no line end, so the file may be cut short; if this sender always writes so, " +
			"declare final_newline: optional",
		CutInHeader: "the file ends inside its header, or has no line end behind it, so it seems cut short; ask the " +
			"sender for the whole file",
		OffCount:       "the file's own row count differs from the rows in it",
		OffTotal:       "the file's own total differs from the sum of its amounts",
		NoTrailer:      "the trailer the feed declares is missing, so the file may be cut short",
		AfterTrailer:   "records stand after the trailer",
		TooManyRejects: "more records were rejected than the feed's max_rejects allows",
		EndsTooMany: "this complete file lacks more of what stands than the feed's max_ended allows, so it may be cut " +
			"short; ask the sender for the whole, or raise max_ended if the file is right",
		BadEncoding:  "the file is not in the declared encoding",
		BadArchive:   "the archive is damaged",
		TooManyBytes: "the file is larger than the feed's max_bytes allows; raise it if the file is right",
		Changed:      "the landed bytes no longer match their hash; restore the file from a copy",
		CellError:    "the cell holds an error of the workbook; ask the sender to correct it",
		NoValue: "the cell holds a formula whose value is not stored; open the workbook in a spreadsheet program, save it " +
			"and send that",
		LongNumber: "a number of more than 15 digits, of which a workbook keeps only 15; ask the sender to enter it as text",
		NoDay:      "the cell is shown as a date or a time, and its number is no day",
		CellIsDate: "the cell holds a date; ask the sender to enter it as text, or as a number where a number belongs",
		CellIsNumber: "the cell holds a number and not a date; ask the sender to give the column the format of a date, or " +
			"to write dates as text",
		CellIsBoolean: "the cell holds TRUE or FALSE, where a number or a date belongs",
		OtherContent:  "the file is not what its feed declares",
		NoSheet:       "which sheet of the workbook is meant cannot be told",
		BadWorkbook:   "the workbook is damaged, or cut short",
		NoFeed: "no feed in the configuration matches this name any more; send it again, as it is, under a name that " +
			"one matches, or add a feed",
	}
}

// shortened is the beginning of a long text. The list of rejects has all of it.
func shortened(text string) string {
	const most = 80
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "..."
	}
	return text
}
