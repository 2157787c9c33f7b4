// Package feed turns one sender's records into ours.
//
// A *feed* declares how a sender writes: the files, the kind of source, encoding, marks, dates, column names and
// constants. Nothing is guessed. A *typer* is a feed bound to the header of one file. It turns each framed record
// into one row of a *batch* (UTF-8, days, exact units, signs by our convention) or into *problems*. A text becomes a
// number or a date only if it matches the feed's strict pattern.
package feed

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"tranche/pipeline/ingest/framing"
)

// Feed is how one sender writes one kind of source. The comments name the defaults.
type Feed struct {
	Name string
	Kind string
	Glob string // of the file's name

	Source string // that its files are fetched from; empty: they come by the inbox

	Format string // csv; xlsx: a workbook
	Sheet  string // of a workbook; empty: the only visible one with values

	Encoding     string   // utf-8
	MeantSo      bool     // also where the bytes of a one-byte encoding read as UTF-8
	Delimiter    string   // ,
	Quote        string   // "; none: this sender quotes nothing
	Escape       string   // a quote is doubled
	ExcelText    bool     // fields may be written ="0012"
	Comment      []string // none; begin lines that are skipped
	HeaderLine   int      // 1: the physical line where the header begins
	HeaderLines  int      // 1; 2: each name continues on the next line
	NoHeader     bool     // columns are named by their numbers, from 1
	Width        int      // fields of a record, needed with NoHeader
	Short        bool     // empty fields at the end of a record may be missing
	FinalNewline bool     // a last record without line end was cut short
	MaxLines     int      // of a record; 64
	MaxRecord    int      // the bytes of a record; 1 MiB

	Columns   map[string][]string          // ours -> the sender's names; the first one found counts
	Constants map[string]string            // ours -> a value this sender never writes
	Values    map[string]map[string]string // ours -> the sender's word -> our word

	NullWords []string // these are no value, in any column

	Exclude  []Exclusion // rows that are no sales
	FillDown []string    // our columns in which a value holds for the rows below that have none

	DecimalMark   string   // .
	ThousandMarks []string // none
	Grouping      string   // thousands; or Indian
	Decimals      string   // of amounts, a number; empty: not known
	CurrencySigns []string // none
	Zero          string   // what stands for 0; none
	Negative      []string // leading; the styles of negative numbers

	Dates             []string // yyyy-mm-dd
	MonthNames        []string // en; the languages of months that are names
	TwoDigitYearsFrom int      // the first year that two digits can mean; needed with yy
	TimeZone          string   // where the day of a time with a zone is taken; none: such a time is refused

	Returns string // negative, positive, by_amount or by_quantity

	Trailer    *Trailer
	Replace    bool          // complete for the months it covers
	Key        []string      // the kind's own
	Yearly     bool          // document numbers begin anew each calendar year
	Dotted     bool          // line numbers may have parts: 10.1
	Expected   time.Duration // how often a file is expected; zero: never
	MaxRejects Limit
	MaxEnded   int64 // percent of the partners or products that stand; a complete file may lack so many
	MaxBytes   int64 // of a file, unpacked; 4 GiB
	Changes    ChangeLimits
	MaxLine    string // a line of a larger amount is held; empty: none is
}

// ChangeLimits are how much one file may change by itself. Beyond that a person has to accept it.
type ChangeLimits struct {
	CorrectedLines int64 // stated lines that it corrects; -1: no limit
	CorrectedCents int64 // by how much it moves their value, in the programme currency; -1: no limit
	Withdrawn      int64 // percent of the lines, or of the amount, of an open month that it no longer holds
}

// EndsTooMany says whether a complete file lacks too many of the partners or products that stand. Two may always end.
func (f Feed) EndsTooMany(lacking, standing int64) bool {
	return lacking >= 3 && lacking*100 > standing*f.MaxEnded
}

// Most is how many bytes a file may have, unpacked.
func (f Feed) Most() int64 { return cmp.Or(f.MaxBytes, 4<<30) }

// Trailer is the totals at the end of a file.
type Trailer struct {
	StartsWith  []string // its lines begin with one of these
	CountColumn int      // the field, from 1, with the number of rows; zero: none
	TotalColumn int      // the field, from 1, with the total of the amounts; zero: none
	Excluded    bool     // both hold the excluded rows
}

// Limit is how many rejected records a file may have.
type Limit struct {
	Count   int64
	Percent int64
	None    bool // no limit
}

// Exceeded says whether a file has too many rejects.
func (l Limit) Exceeded(rejected, records int64) bool {
	switch {
	case l.None || rejected == 0:
		return false
	case l.Percent > 0:
		return rejected*100 > records*l.Percent
	default:
		return rejected > l.Count
	}
}

// String is the limit as in the configuration.
func (l Limit) String() string {
	switch {
	case l.None:
		return "none"
	case l.Percent > 0:
		return fmt.Sprintf("%d%%", l.Percent)
	default:
		return fmt.Sprint(l.Count)
	}
}

// Hash identifies a declaration: after a change, files are read again.
func (f Feed) Hash() string {
	trailer := "none"
	if f.Trailer != nil {
		trailer = fmt.Sprintf("%+v", *f.Trailer)
	}
	// These do not change the reading.
	f.Trailer, f.Expected, f.Changes, f.MaxLine, f.Source = nil, 0, ChangeLimits{}, "", ""
	sum := sha256.Sum256(fmt.Appendf(nil, "reader 6 %+v %s", f, trailer)) // fmt prints maps in the order of their keys
	return hex.EncodeToString(sum[:8])
}

// Workbook is the format of feeds whose files are workbooks.
const Workbook = "xlsx"

// Of are the feeds of a file. Of several whose globs match its name, those count whose source it was fetched from. An
// empty source says that it came by the inbox.
func Of(feeds []Feed, name, from string) (found []Feed) {
	for _, f := range feeds {
		if f.Matches(name) {
			found = append(found, f)
		}
	}
	theirs := slices.DeleteFunc(slices.Clone(found), func(f Feed) bool { return f.Source != from })
	if from != "" && len(theirs) > 0 {
		return theirs
	}
	return found
}

// Matches says whether a file of that name belongs to the feed. An archive has the name of the file in it, and its own
// suffix.
func (f Feed) Matches(name string) bool {
	name = strings.ToLower(name)
	if plain, ok := strings.CutSuffix(name, ".gz"); ok {
		name = plain
	} else {
		name = strings.TrimSuffix(name, ".zip")
	}
	ok, err := filepath.Match(strings.ToLower(f.Glob), name)
	return ok && err == nil
}

// Dialect is how the feed's records are framed.
func (f Feed) Dialect() framing.Dialect {
	d := framing.Dialect{Delimiter: ',', Quote: '"', ExcelText: f.ExcelText, Short: f.Short,
		MaxLines: f.MaxLines, MaxBytes: f.MaxRecord}
	for _, mark := range f.Comment {
		d.Comment = append(d.Comment, []byte(mark))
	}
	if f.Delimiter != "" {
		d.Delimiter = f.Delimiter[0]
	}
	switch {
	case f.Quote == "none":
		d.Quote = 0
	case f.Quote != "":
		d.Quote = f.Quote[0]
	}
	if f.Escape != "" {
		d.Escape = f.Escape[0]
	}
	if f.Trailer != nil {
		for _, mark := range f.Trailer.StartsWith {
			d.Trailer = append(d.Trailer, []byte(mark))
		}
	}
	return d
}

// Names is the header of a file, field by field.
type Names []string

// HeaderNames joins a header of one or two lines.
func HeaderNames(lines [][]string) Names {
	var names Names
	for _, line := range lines {
		for i, part := range line {
			part = strings.Join(strings.Fields(strings.TrimPrefix(part, "\uFEFF")), " ")
			if i == len(names) {
				names = append(names, part)
				continue
			}
			names[i] = strings.TrimSpace(names[i] + " " + part)
		}
	}
	return names
}

// Numbered are names for columns without any: 1, 2, and so on.
func Numbered(n int) Names {
	names := make(Names, n)
	for i := range names {
		names[i] = strconv.Itoa(i + 1)
	}
	return names
}

// find returns the field of the first name that the header has, or -1.
func (n Names) find(alternatives []string) (int, error) {
	for _, want := range alternatives {
		want = strings.Join(strings.Fields(want), " ") // as the header's own names
		found := -1
		for i, name := range n {
			if !strings.EqualFold(name, want) {
				continue
			}
			if found >= 0 {
				return -1, fmt.Errorf("the header names %q twice, in fields %d and %d", want, found+1, i+1)
			}
			found = i
		}
		if found >= 0 {
			return found, nil
		}
	}
	return -1, nil
}
