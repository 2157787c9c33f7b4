package config

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/loading"
	"tranche/pipeline/programme"
)

func (r *reader) feeds(list []feedFile, names programme.Names) []feed.Feed {
	if len(list) == 0 {
		r.fault("$.feeds", "no feed is declared")
	}
	var feeds []feed.Feed
	seen := map[string]bool{}
	for i, f := range list {
		at := fmt.Sprintf("$.feeds[%d]", i)
		if f.Name == "" || seen[f.Name] {
			r.fault(at+".name", "every feed needs a name of its own")
		}
		seen[f.Name] = true
		feeds = append(feeds, r.feed(at, f, names))
	}
	return feeds
}

// ReadFeed reads one feed, as it stands under feeds: in a configuration. Faults come as an *Error.
func ReadFeed(text string) (feed.Feed, error) {
	const path = "feed"
	f, r, err := decode(path, []byte("feeds:\n"+text), yaml.Strict())
	if err != nil {
		return feed.Feed{}, err
	}
	feeds := r.feeds(f.Feeds, programme.Names{})
	if len(r.faults) > 0 || len(feeds) != 1 {
		return feed.Feed{}, &Error{Path: path, Faults: r.faults}
	}
	return feeds[0], nil
}

func (r *reader) feed(at string, f feedFile, names programme.Names) feed.Feed {
	out := feed.Feed{
		Name: f.Name, Kind: f.Kind, Glob: f.Glob, Source: f.Source.Name, Replace: f.Mode == "replace",
		Sheet: f.Sheet, Encoding: f.Encoding, Delimiter: f.Delimiter, Quote: f.Quote, Escape: f.Escape,
		ExcelText: f.ExcelText, Comment: f.Comment, FinalNewline: f.FinalNewline != "optional",
		Short: f.Missing == "empty", MaxLines: f.MaxLines, MaxRecord: f.MaxRecord,
		HeaderLine: f.HeaderLine, HeaderLines: f.HeaderLines, NoHeader: f.NoHeader, Width: f.Width,
		Columns: map[string][]string{}, Constants: f.Constants, Values: f.Values, Key: f.Key,
		Yearly:      f.Numbers == "yearly",
		Dotted:      f.Lines == "dotted",
		DecimalMark: f.Decimal, ThousandMarks: f.Thousands, Grouping: f.Grouping, CurrencySigns: f.Signs, Zero: f.Zero,
		Negative: f.Negative, NullWords: f.NullWords, MeantSo: f.MeantSo,
		Dates: f.Dates, MonthNames: f.MonthNames, TwoDigitYearsFrom: f.ShortYears, TimeZone: f.TimeZone,
		Returns:    f.Returns,
		MaxRejects: r.limit(at+".max_rejects", string(f.MaxRejects)), MaxBytes: f.MaxBytes,
		MaxEnded: r.part(at+".max_ended", string(f.MaxEnded), 5), Changes: r.changes(at, f),
		Expected: r.expected(at+".expected", f.Expected),
	}
	if f.Decimals != nil {
		out.Decimals = strconv.FormatInt(*f.Decimals, 10)
	}
	if most := r.money(at+".max_line_amount", f.MaxLine); most > 0 {
		out.MaxLine = most.String()
	}
	if f.Numbers != "" && f.Kind != feed.Sales {
		r.fault(at+".document_numbers", "only sales have documents with numbers")
	}
	if f.MaxEnded != "" && (f.Mode != "replace" || f.Kind != "partners" && f.Kind != "products") {
		r.fault(at+".max_ended", "only a complete file (mode: replace) of partners or products ends any")
	}
	if f.MaxLine != "" && f.Kind != feed.Sales {
		r.fault(at+".max_line_amount", "only sales have lines with an amount to limit")
	}
	if f.Kind == "partners" {
		out.Words = map[string][]string{"modules": names.Modules, "level": names.Levels}
	}
	for ours, theirs := range f.Columns {
		out.Columns[ours] = theirs
	}
	if t := f.Trailer; t != nil {
		out.Trailer = &feed.Trailer{StartsWith: t.StartsWith, CountColumn: t.CountColumn, TotalColumn: t.TotalColumn,
			Excluded: t.Excluded == "counted"}
		r.oneOf(at+".trailer", "excluded", t.Excluded, true)
		if len(t.StartsWith) == 0 {
			r.fault(at+".trailer", "a trailer needs starts_with")
		}
	}
	if f.Format == feed.Workbook {
		out.Format = feed.Workbook
	}
	r.exclude(at, f, &out)
	r.checkFormat(at, f)
	r.checkMarks(at, f)
	r.checkChoices(at, f)
	r.checkColumns(at, f, out)
	return out
}

func (r *reader) limit(at, text string) feed.Limit {
	if text == "" {
		return feed.Limit{Percent: 5}
	}
	if text == "none" {
		return feed.Limit{None: true}
	}
	number, percent := strings.CutSuffix(text, "%")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 || percent && (n < 1 || n > 100) {
		r.fault(at, "%q is not a limit; write 20, 2%% or none", text)
	}
	if percent {
		return feed.Limit{Percent: n}
	}
	return feed.Limit{Count: n}
}

// changes reads how much one file may change by itself.
func (r *reader) changes(at string, f feedFile) feed.ChangeLimits {
	limits := feed.ChangeLimits{CorrectedLines: -1, CorrectedCents: -1, Withdrawn: 20}
	if c := f.MaxCorrected; c != nil {
		if c.Lines != nil {
			limits.CorrectedLines = *c.Lines
		}
		if c.Amount != "" {
			limits.CorrectedCents = int64(r.money(at+".max_corrected.amount", c.Amount))
		}
	}
	limits.Withdrawn = r.part(at+".max_withdrawn", string(f.MaxWithdrawn), limits.Withdrawn)
	return limits
}

// part reads a percentage.
func (r *reader) part(at, text string, usual int64) int64 {
	if text == "" {
		return usual
	}
	number, percent := strings.CutSuffix(text, "%")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || !percent || n < 0 || n > 100 {
		r.fault(at, "%q is not a part of the whole; write %d%%", text, usual)
	}
	return n
}

// checkFormat refuses what a workbook does not have.
func (r *reader) checkFormat(at string, f feedFile) {
	r.oneOf(at, "format", f.Format, true)
	if f.Format != feed.Workbook {
		if f.Sheet != "" {
			r.fault(at+".sheet", "only a workbook has sheets; say format: xlsx, or leave sheet out")
		}
		return
	}
	for _, has := range []struct {
		key  string
		said bool
	}{
		{"encoding", f.Encoding != ""}, {"encoding_is_meant", f.MeantSo}, {"delimiter", f.Delimiter != ""},
		{"quote", f.Quote != ""}, {"escape", f.Escape != ""},
		{"excel_text", f.ExcelText}, {"final_newline", f.FinalNewline != ""},
		{"max_record_lines", f.MaxLines != 0}, {"max_record_bytes", f.MaxRecord != 0},
	} {
		if has.said {
			r.fault(at+"."+has.key, "a workbook (format: xlsx) has no %s; leave it out", has.key)
		}
	}
}

func (r *reader) checkMarks(at string, f feedFile) {
	single := map[string]string{"delimiter": f.Delimiter, "escape": f.Escape, "decimal": f.Decimal}
	if f.Quote != "none" {
		single["quote"] = f.Quote
	}
	for _, key := range slices.Sorted(maps.Keys(single)) {
		if text := single[key]; text != "" && (len(text) != 1 || text[0] >= 0x80 || text[0] == '\n' || text[0] == '\r') {
			r.fault(at+"."+key, "%q is not one plain character", text)
		}
	}
	if delimiter, decimal := cmp.Or(f.Delimiter, ","), cmp.Or(f.Decimal, "."); delimiter == decimal &&
		f.Format != feed.Workbook {
		r.fault(at+".decimal", "%q cannot be the mark between fields and in decimals", decimal)
	}
	for _, mark := range f.Thousands {
		if mark == "" || mark == f.Decimal || f.Decimal == "" && mark == "." {
			r.fault(at+".thousands", "%q cannot be the mark of thousands and of decimals", mark)
		}
	}
	if _, err := loading.Encoding(f.Encoding); err != nil {
		r.fault(at+".encoding", "%v", err)
	}
	r.checkDates(at, f)
	if _, err := filepath.Match(f.Glob, "x"); err != nil || f.Glob == "" {
		r.fault(at+".glob", "%q is not a pattern for file names", f.Glob)
	}
}

func (r *reader) checkDates(at string, f feedFile) {
	short := false
	for _, pattern := range f.Dates {
		if !feed.ValidDates(pattern) {
			r.fault(at+".dates", "%q is not a date format; write it with dd or d, mm, m or mmm (a name), yyyy or yy, and "+
				"time, as in dd.mm.yyyy or m/d/yyyy time, or write iso8601, excel or excel_1904", pattern)
		}
		short = short || feed.HasShortYear(pattern)
	}
	if first := f.ShortYears; short && first == 0 || first != 0 && (first < 1900 || first > 2099) {
		r.fault(at+".two_digit_years_from", "%d is not the first year that yy can mean; with 1990, 90 is 1990 and 89 is 2089",
			first)
	}
	if f.TimeZone != "" {
		if _, err := time.LoadLocation(f.TimeZone); err != nil || f.TimeZone == "Local" {
			r.fault(at+".time_zone", "%q is not a zone; write one such as UTC, Europe/Berlin or America/New_York", f.TimeZone)
		}
	}
}

func (r *reader) checkChoices(at string, f feedFile) {
	r.oneOf(at, "mode", f.Mode, true)
	for _, style := range f.Negative {
		r.oneOf(at, "negative", style, true)
	}
	if slices.Contains(f.Negative, feed.Credit) && slices.Contains(f.Negative, feed.Debit) {
		r.fault(at+".negative", "either CR or DR is below zero")
	}
	r.oneOf(at, "grouping", f.Grouping, true)
	if f.Grouping == feed.Indian && len(f.Thousands) == 0 {
		r.fault(at+".thousands", "with grouping: indian the mark between groups must be declared")
	}
	for _, language := range f.MonthNames {
		r.oneOf(at, "month_names", language, true)
	}
	r.oneOf(at, "final_newline", f.FinalNewline, true)
	r.oneOf(at, "missing_fields", f.Missing, true)
	r.oneOf(at, "document_numbers", f.Numbers, true)
	r.oneOf(at, "line_numbers", f.Lines, true)
	if f.Kind == feed.Sales {
		r.oneOf(at, "returns", f.Returns, false)
	}
	if f.MaxLines < 0 || f.MaxLines > 100_000 {
		r.fault(at+".max_record_lines", "a row may be allowed 1 to 100000 lines")
	}
	if f.MaxRecord < 0 || f.MaxRecord > 64<<20 {
		r.fault(at+".max_record_bytes", "a row may be allowed 1 to 67108864 bytes (64 MiB)")
	}
	if f.HeaderLine < 0 || f.HeaderLines < 0 || f.HeaderLines > 2 {
		r.fault(at+".header_lines", "a header begins on line 1 or below and has one or two lines")
	}
	if f.NoHeader && f.Width < 1 {
		r.fault(at+".width", "without a header the number of fields must be declared")
	}
}

// oneOf checks a key with a few known words. An optional one may be empty.
func (r *reader) oneOf(at, key, got string, optional bool) {
	if known := words(key); !slices.Contains(known, got) && (got != "" || !optional) {
		r.fault(at+"."+key, "%q is not known here; write one of %s", got, strings.Join(known, ", "))
	}
}

// open is what a proposal writes where a person has to decide.
const open = "ASK"

func (r *reader) checkColumns(at string, f feedFile, out feed.Feed) {
	kind, ok := feed.KindNamed(f.Kind)
	if !ok {
		r.fault(at+".kind", "unknown kind %q; known are %s", f.Kind, strings.Join(words("kind"), ", "))
		return
	}
	known := func(where, name string) {
		if c, ok := kind.Column(name); !ok || c.Derived {
			r.fault(where, "%s have no column %q", kind.Name, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Columns)) {
		known(at+".columns."+name, name)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Constants)) {
		if v := f.Constants[name]; v == "NAME" || v == open {
			r.fault(at+".constants."+name, "%s is to be filled in: with your code for the sender, or with their answer", v)
		} else if name == "currency" {
			r.currency(at+".constants.currency", cmp.Or(f.Values["currency"][v], v))
		}
		known(at+".constants."+name, name)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Values)) {
		known(at+".values."+name, name)
		for _, word := range slices.Sorted(maps.Keys(f.Values[name])) {
			if f.Values[name][word] == open {
				r.fault(at+".values."+name, "ASK is to be filled in: with our word for %q", word)
			} else if wrong := out.Reads(name, f.Values[name][word]); wrong != "" {
				r.fault(at+".values."+name, "%s", wrong)
			}
		}
	}
	for _, word := range slices.Sorted(maps.Keys(f.Values["currency"])) {
		r.currency(at+".values.currency", f.Values["currency"][word])
	}
	if kind.Name != feed.Sales && len(f.Key) > 0 {
		r.fault(at+".key", "only sales can declare a key; that of %s is %s", kind.Name, strings.Join(kind.Key, ", "))
	}
	for _, name := range f.Key {
		known(at+".key", name)
	}
	// Bind finds missing columns, in a header of our own names.
	declared := feed.Feed{Kind: f.Kind, Columns: map[string][]string{}, Constants: f.Constants, Values: f.Values,
		Returns: f.Returns}
	for _, e := range out.Exclude {
		if _, ok := kind.Column(e.Fills); ok {
			declared.Exclude = append(declared.Exclude, feed.Exclusion{Blank: true, Fills: e.Fills})
		}
	}
	var header feed.Names
	for ours, theirs := range f.Columns {
		declared.Columns[ours] = []string{ours}
		header = append(header, ours)
		if len(theirs) == 0 {
			r.fault(at+".columns."+ours, "the sender's name for %s is missing", ours)
		}
		if slices.Contains(theirs, open) {
			r.fault(at+".columns."+ours, "ASK is to be filled in: with one of the sender's columns, or leave out the line")
		}
	}
	_, problems, _ := declared.Bind(header)
	for _, p := range problems {
		r.fault(at+".columns", "%s", p.Detail)
	}
}

// expected is the longest time between two files, in days or hours; zero: any.
func (r *reader) expected(path, text string) time.Duration {
	if text == "" {
		return 0
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 {
			return time.Duration(n) * 24 * time.Hour
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d
	}
	r.fault(path, "%q is not a time span; write 26h, or 35d", text)
	return 0
}
