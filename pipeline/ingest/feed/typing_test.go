package feed

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestNumbersAreReadAsDeclaredOrNotAtAll(t *testing.T) {
	german := Feed{DecimalMark: ",", ThousandMarks: []string{"."}, Negative: TrailingMinus}
	french := Feed{DecimalMark: ",", ThousandMarks: []string{"\u00a0", "\u202f"}}
	swiss := Feed{ThousandMarks: []string{"'", "’"}, Negative: Parentheses}
	for _, c := range []struct {
		feed Feed
		text string
		want string // units of 10^-2, or the reason
	}{
		{Feed{}, "1234.50", "123450"}, {Feed{}, "-0.01", "-1"}, {Feed{}, "7", "700"}, {Feed{}, "1.500", "150"},
		{Feed{}, "1.005", TooFine}, {Feed{}, "1e3", BadNumber}, {Feed{}, "1_000", BadNumber}, {Feed{}, "0x10", BadNumber},
		{Feed{}, " 12.5", BadNumber}, {Feed{}, "+5", BadNumber}, {Feed{}, "1.", BadNumber}, {Feed{}, ".5", BadNumber},
		{Feed{}, "", BadNumber},
		{Feed{}, "--5", BadNumber}, {Feed{}, "-", BadNumber}, {Feed{}, "NaN", BadNumber}, {Feed{}, "infinity", BadNumber},
		{Feed{}, "1,234.5", BadNumber},
		{Feed{}, "12O", BadNumber}, {Feed{}, "99999999999999999999", TooLarge},
		{Feed{}, "9999999999999999.99", "999999999999999999"},
		{german, "1.234.567,89-", "-123456789"}, {german, "1234,5", "123450"}, {german, "155,22-", "-15522"},
		{german, "-155,22", BadNumber},
		{german, "1.23,4", BadNumber}, {german, "1234.567,8", BadNumber}, {german, "1.234.5", BadNumber},
		{german, "1,234.5", BadNumber}, {german, ".123", BadNumber},
		{german, "0.500", ZeroGroup}, {german, "0.250", ZeroGroup}, {german, "00.125", ZeroGroup},
		{german, "0.500,25-", ZeroGroup}, {german, "000.000.100,00", ZeroGroup},
		{german, "0", "0"}, {german, "0,50", "50"}, {german, "00,50", "50"}, {german, "0050", "5000"},
		{german, "10.500", "1050000"}, {german, "0.50", ZeroGroup},
		{Feed{ThousandMarks: []string{","}}, "0,500", ZeroGroup},
		{french, "1\u00a0234,50", "123450"}, {french, "12\u202f345\u202f678,9", "1234567890"},
		{french, "1 234,50", BadNumber},
		{swiss, "(1'234.50)", "-123450"}, {swiss, "1’234", "123400"}, {swiss, "(1'234.50", BadNumber},
		{swiss, "-5", BadNumber},
	} {
		units, code := c.feed.ParseNumber(c.text, 2)
		got := code
		if code == "" {
			got = strings.TrimSuffix(string(appendUnits(nil, units, 0)), " ")
		}
		if got != c.want {
			t.Errorf("%q reads as %s, it should be %s", c.text, got, c.want)
		}
	}
}

func TestWhatIsWrittenAsANumberReadsAsThatNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units := rapid.Int64Range(-maxUnits, maxUnits).Draw(t, "units")
		scale := rapid.SampledFrom([]int{0, 2, 3, 6, 9}).Draw(t, "scale")
		text := string(appendUnits(nil, units, scale))
		if got, code := (Feed{}).ParseNumber(text, scale); got != units || code != "" {
			t.Fatalf("%d at scale %d is written %s and reads as %d %s", units, scale, text, got, code)
		}
	})
}

func TestDatesAreReadAsDeclaredOrNotAtAll(t *testing.T) {
	for _, c := range []struct{ layouts, text, want string }{
		{"dd.mm.yyyy", "31.12.2024", "2024-12-31"}, {"dd.mm.yyyy", "31.11.2024", BadDate},
		{"dd.mm.yyyy", "1.2.2024", BadDate},
		{"d.m.yyyy", "1.2.2024", "2024-02-01"}, {"mm/dd/yyyy", "02/29/2024", "2024-02-29"},
		{"mm/dd/yyyy", "02/29/2023", BadDate},
		{"yyyymmdd", "20240701", "2024-07-01"}, {"yyyy-mm-dd", "2024-07-01T00:00", BadDate},
		{"yyyy-mm-dd", "25-07-01", BadDate},
		{"dd/mm/yyyy|mm/dd/yyyy", "03/04/2024", AmbiguousDate}, {"dd/mm/yyyy|mm/dd/yyyy", "13/04/2024", "2024-04-13"},
		{"dd/mm/yyyy|mm/dd/yyyy", "04/04/2024", "2024-04-04"}, {"yyyy-mm-dd", "infinity", BadDate},
	} {
		var layouts []layout
		for text := range strings.SplitSeq(c.layouts, "|") {
			layouts = append(layouts, parseLayout(text))
		}
		d, code := parseDate(layouts, []byte(c.text))
		got := code
		if code == "" {
			got = string(appendDay(nil, d))
		}
		if got != c.want {
			t.Errorf("%s as %s reads as %s, it should be %s", c.text, c.layouts, got, c.want)
		}
	}
	for _, bad := range []string{"dd.mm.yy", "dd.dd.yyyy", "yyyy", "ddd.mm.yyyy", ""} {
		if ValidLayout(bad) {
			t.Errorf("%q is taken for a date format", bad)
		}
	}
}

func TestEveryDayIsCountedAsTheCalendarDoes(t *testing.T) {
	for at := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2500; at = at.AddDate(0, 0, 1) {
		d := day{year: int16(at.Year()), month: uint8(at.Month()), day: uint8(at.Day())}
		if got := d.sinceEpoch(); got != at.Unix()/(24*60*60) {
			t.Fatalf("%s is day %d, it should be %d", at.Format(time.DateOnly), got, at.Unix()/(24*60*60))
		}
	}
}

// sale types one sales record under a feed whose columns are named as ours.
func sale(t *testing.T, f Feed, fields map[string]string) (string, []Problem) {
	t.Helper()
	f.Kind = Sales
	f.Columns = map[string][]string{}
	var header Names
	var values [][]byte
	all := map[string]string{"distributor": "D", "document_no": "1", "line_no": "1", "document_date": "2024-05-01",
		"partner_code": "P", "sku": "S", "currency": "USD"}
	for k, v := range fields {
		all[k] = v
	}
	for k, v := range all {
		f.Columns[k] = []string{k}
		header = append(header, k)
		values = append(values, []byte(v))
	}
	typer, problems, _ := f.Bind(header)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if !typer.Type(7, values) {
		return "", typer.Problems
	}
	b := typer.Batch()
	defer b.Release()
	var shown []string
	for i, c := range typer.Columns() {
		shown = append(shown, c.Show(b.Column(i), 0))
	}
	return strings.Join(shown, ","), typer.Problems
}

func TestReturnsComeOutNegativeHoweverTheyAreWritten(t *testing.T) {
	want := "7,D,1,1,yes,2024-05-01,P,S,-2,-50.00,USD" // what no record can change is left out
	for _, c := range []struct {
		returns string
		fields  map[string]string
	}{
		{Negative, map[string]string{"document_type": "return", "quantity": "-2", "net_amount": "-50.00"}},
		{Negative, map[string]string{"document_type": "return", "quantity": "2", "net_amount": "-50.00"}},
		{Positive, map[string]string{"document_type": "return", "quantity": "2", "net_amount": "50.00"}},
		{Positive, map[string]string{"document_type": "return", "quantity": "2", "unit_price": "25"}},
		{ByAmount, map[string]string{"quantity": "2", "net_amount": "-50"}},
		{ByQuantity, map[string]string{"quantity": "-2", "net_amount": "50"}},
		{ByQuantity, map[string]string{"quantity": "-2", "unit_price": "25.000"}},
	} {
		if got, problems := sale(t, Feed{Returns: c.returns}, c.fields); got != want {
			t.Errorf("%s %v came out as %q %v", c.returns, c.fields, got, problems)
		}
	}
}

func TestALineThatMakesNoSenseIsRejectedWithItsReason(t *testing.T) {
	for _, c := range []struct {
		returns string
		fields  map[string]string
		want    string
	}{
		{Negative, map[string]string{"document_type": "return", "net_amount": "50"}, WrongSign},
		{Negative, map[string]string{"document_type": "sale", "net_amount": "-50"}, WrongSign},
		{Negative, map[string]string{"document_type": "sale", "net_amount": ""}, Missing},
		{Negative, map[string]string{"document_type": "swap", "net_amount": "5"}, UnknownWord},
		{Negative, map[string]string{"document_type": "sale", "net_amount": "5", "sku": "1.23E+12"}, Mangled},
		{Negative, map[string]string{"document_type": "sale", "net_amount": "5", "end_customer": "a\x01b"}, ControlMark},
		{Negative, map[string]string{"document_type": "sale", "net_amount": "5", "end_customer": "\u0080uro"}, ControlMark},
		{Negative, map[string]string{"document_type": "sale", "net_amount": "5", "end_customer": "a\uFFFEb"}, ControlMark},
		{Negative, map[string]string{"document_type": "sale", "net_amount": "5", "end_customer": "a\uFFFFb"}, ControlMark},
		{Negative, map[string]string{"document_type": "sale", "net_amount": "5", "end_customer": strings.Repeat("x", 2001)},
			TooLong},
		{Negative, map[string]string{"document_type": "sale", "net_amount": "5", "returns_document": "9"}, NotAReturn},
		{Negative, map[string]string{"document_type": "sale", "net_amount": "5", "document_date": "2124-01-01"}, FarDate},
		{Negative, map[string]string{"document_type": "sale", "quantity": "0.333", "unit_price": "0.333333"}, TooFine},
		{Negative, map[string]string{"document_type": "sale", "quantity": "999999", "unit_price": "999999999.99"}, TooLarge},
	} {
		_, problems := sale(t, Feed{Returns: c.returns}, c.fields)
		if len(problems) != 1 || problems[0].Code != c.want || problems[0].Line != 7 {
			t.Errorf("%v gives %v, it should be %s", c.fields, problems, c.want)
		}
	}
}

func TestEveryReasonHasASentence(t *testing.T) {
	for _, code := range []string{
		BadNumber, ZeroGroup, TooFine, TooLarge, BadDate, AmbiguousDate, FarDate, Missing, UnknownWord, BadList,
		Mangled, ControlMark, TooLong, WrongSign, Incomplete, KeyConflict, NotAReturn, EndsTooEarly, NoHeader, MissingColumn,
		RepeatedColumn, CutShort, OffCount, OffTotal, NoTrailer, AfterTrailer, TooManyRejects, BadEncoding, BadArchive,
		EndsTooMany, LineTooLong, Changed, NoFeed, "unclosed_quote", "stray_quote", "field_count", "bad_text",
	} {
		if (Problem{Code: code}).Sentence() == code {
			t.Errorf("%s has no sentence", code)
		}
	}
}
