package feed

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestNumbersAreReadAsDeclaredOrNotAtAll(t *testing.T) {
	german := Feed{DecimalMark: ",", ThousandMarks: []string{"."}, Negative: []string{TrailingMinus}}
	french := Feed{DecimalMark: ",", ThousandMarks: []string{"\u00a0", "\u202f"}}
	swiss := Feed{ThousandMarks: []string{"'", "’"}, Negative: []string{Parentheses}}
	dollars := Feed{ThousandMarks: []string{","}, CurrencySigns: []string{"$", "USD"}, Zero: "-",
		Negative: []string{LeadingMinus, Parentheses}}
	indian := Feed{ThousandMarks: []string{","}, Grouping: Indian, CurrencySigns: []string{"₹"}}
	ledger := Feed{Negative: []string{Credit}}
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
		{german, "-155,22", "-15522"},
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
		{swiss, "-5", "-500"},
		{Feed{}, "\u221212.50", "-1250"}, {german, "12,50\u2212", "-1250"}, {swiss, "\u22125", "-500"},
		{dollars, "$1,234.50", "123450"}, {dollars, "$ 1,234.50", "123450"}, {dollars, "($20.00)", "-2000"},
		{dollars, "$(20.00)", "-2000"}, {dollars, "-$20", "-2000"}, {dollars, "$-20", "-2000"}, {dollars, "20 USD", "2000"},
		{dollars, "$20 USD", BadNumber}, {dollars, "(-20)", BadNumber}, {dollars, "$-", "0"}, {dollars, "-", "0"},
		{dollars, "$", BadNumber}, {dollars, "$--", BadNumber}, {dollars, "(-)", BadNumber}, {dollars, "€5", BadNumber},
		{indian, "1,23,456.00", "12345600"}, {indian, "₹ 12,34,567.5", "123456750"}, {indian, "1,234.00", "123400"},
		{indian, "123,456.00", BadNumber}, {indian, "1,23,45.00", BadNumber}, {indian, "1,2,345.00", BadNumber},
		{ledger, "20.00 CR", "-2000"}, {ledger, "20.00cr", "-2000"}, {ledger, "20.00 DR", "2000"}, {ledger, "20.00", "2000"},
		{ledger, "-20.00", "-2000"}, {ledger, "-20.00 CR", BadNumber}, {Feed{}, "(5)", BadNumber},
		{Feed{}, "5-", BadNumber}, {ledger, "20.00 XR", BadNumber}, {ledger, "CR", BadNumber},
		{Feed{Negative: []string{Debit}}, "20.00 DR", "-2000"}, {Feed{Negative: []string{Debit}}, "20.00 CR", "2000"},
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

// TestThreeDigitsBehindALoneMarkAreNoAmountUntilTheFeedSaysHowManyDecimalsThereAre reads 1.234 of a German sender under
// an English feed.
func TestThreeDigitsBehindALoneMarkAreNoAmountUntilTheFeedSaysHowManyDecimalsThereAre(t *testing.T) {
	english, german := Feed{ThousandMarks: []string{","}}, Feed{DecimalMark: ",", ThousandMarks: []string{"."}}
	for _, c := range []struct {
		feed       Feed
		text, want string // the reason, or empty
	}{
		{Feed{}, "1.234", MaybeThousands}, {Feed{}, "-12.345", MaybeThousands}, {Feed{}, "100.000", MaybeThousands},
		{Feed{}, "0.234", ""}, {Feed{}, "1234.567", ""}, {Feed{}, "1.2345", ""}, {Feed{}, "1.23", ""}, {Feed{}, "1234", ""},
		{english, "1.234", MaybeThousands}, {english, "1,234", ""}, {english, "1,234.567", ""},
		{german, "1,234", MaybeThousands}, {german, "1.234", ""}, {german, "1.234,567", ""},
		{Feed{CurrencySigns: []string{"$"}}, "$1.234", MaybeThousands},
		{Feed{Negative: []string{Parentheses}}, "(1.234)", MaybeThousands},
		{Feed{Decimals: "2"}, "1.234", MoreDecimals}, {Feed{Decimals: "2"}, "1.230", ""}, {Feed{Decimals: "3"}, "1.234", ""},
		{Feed{Decimals: "0"}, "1.5", MoreDecimals}, {Feed{Decimals: "0"}, "15", ""},
	} {
		c.feed.Returns = ByAmount
		_, problems := sale(t, c.feed, map[string]string{"net_amount": c.text})
		got := ""
		if len(problems) > 0 {
			got = problems[0].Code
		}
		if got != c.want {
			t.Errorf("%+v reads %s with %q, it should be %q", c.feed, c.text, got, c.want)
		}
	}
	two := Feed{Returns: ByAmount, Decimals: "2"}
	_, problems := sale(t, two, map[string]string{"net_amount": "5", "quantity": "1.000"})
	if len(problems) > 0 {
		t.Errorf("a quantity of 1.000 is rejected although the amounts have two decimals: %v", problems)
	}
}

func TestNobodySeesInvisibleMarksSoTheyAreNoPartOfCodesAndNumbers(t *testing.T) {
	plain, _ := sale(t, Feed{Returns: ByAmount}, map[string]string{"net_amount": "5", "sku": "AB-1"})
	for _, mark := range []string{"\u200b", "\ufeff", "\u00ad", "\u200e", "\u202c", "\u2060"} {
		got, problems := sale(t, Feed{Returns: ByAmount}, map[string]string{
			"net_amount": "5" + mark, "sku": mark + "AB" + mark + "-1", "document_date": "2024-05" + mark + "-01"})
		if got != plain {
			t.Errorf("%+q in a code comes out as %q %v, not as %q", mark, got, problems, plain)
		}
	}
	for _, mark := range []string{"\u2028", "\u0085"} {
		_, problems := sale(t, Feed{Returns: ByAmount}, map[string]string{"net_amount": "5", "sku": "AB" + mark + "1"})
		if len(problems) != 1 || problems[0].Code != ControlMark {
			t.Errorf("%+q in a code gives %v", mark, problems)
		}
	}
}

func TestNullWordsAreNoValueOfAnyType(t *testing.T) {
	f := Feed{Returns: ByAmount, NullWords: []string{"NULL", "-"},
		Values: map[string]map[string]string{"quantity": {"none": ""}, "net_amount": {"free": "0.00"}}}
	got, problems := sale(t, f, map[string]string{"net_amount": "free", "quantity": "none", "deal_id": "-",
		"returns_document": "NULL", "returns_line": "NULL", "end_customer": " NULL "})
	if want, _ := sale(t, Feed{Returns: ByAmount}, map[string]string{"net_amount": "0", "quantity": "", "deal_id": "",
		"returns_document": "", "returns_line": "", "end_customer": ""}); got != want {
		t.Errorf("null words come out as %q %v, not as %q", got, problems, want)
	}
	_, problems = sale(t, f, map[string]string{"net_amount": "5", "document_no": "-"})
	if len(problems) != 1 || problems[0].Code != Missing {
		t.Errorf("a needed column without a value gives %v", problems)
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
		{"m/d/yyyy time", "12/1/2010 8:26", "2010-12-01"}, {"m/d/yyyy time", "12/1/2010 12:00:00 AM", "2010-12-01"},
		{"m/d/yyyy time", "12/1/2010 8:26PM", "2010-12-01"}, {"m/d/yyyy time", "12/1/2010", BadDate},
		{"m/d/yyyy time", "12/1/2010 25:00", BadDate}, {"m/d/yyyy time", "12/1/2010 13:00 PM", BadDate},
		{"m/d/yyyy time", "12/1/2010 8:61", BadDate}, {"m/d/yyyy time", "12/1/2010 8", BadDate},
		{"m/d/yyyy time|m/d/yyyy", "12/1/2010", "2010-12-01"}, {"dd.mm.yyyy time", "31.12.2024 23.59.59,999", "2024-12-31"},
		{"dd.mm.yyyy time", "31.12.2024 10:00 EST", BadDate}, {"m/d/yy", "1/15/24", "2024-01-15"},
		{"m/d/yy", "1/15/89", "2089-01-15"}, {"m/d/yy", "1/15/90", "1990-01-15"}, {"m/d/yy", "1/15/2024", BadDate},
		{"dd-mmm-yyyy", "15-Jan-2024", "2024-01-15"}, {"dd-mmm-yy", "15-JAN-24", "2024-01-15"},
		{"dd-mmm-yyyy", "15-Foo-2024", BadDate}, {"mmm d, yyyy", "September 3, 2024", "2024-09-03"},
		{"d. mmmm yyyy", "3. März 2024", "2024-03-03"}, {"d. mmm yyyy", "3. Dez. 2024", "2024-12-03"},
		{"d mmm yyyy", "3 févr. 2024", "2024-02-03"}, {"d mmm yyyy", "3 août 2024", "2024-08-03"},
		{"d mmm yyyy", "1 Juli 2024", "2024-07-01"}, {"d mmm. yyyy", "1 Okt. 2024", "2024-10-01"},
		{"iso8601", "2024-01-15", "2024-01-15"}, {"iso8601", "2024-01-15T09:12:33Z", "2024-01-15"},
		{"iso8601", "2024-01-15T23:12:33Z", "2024-01-16"}, {"iso8601", "2024-01-15T00:30:00+09:00", "2024-01-14"},
		{"iso8601", "20240115T231233Z", "2024-01-16"}, {"iso8601", "2024-07-15 22:30:00.123+0000", "2024-07-16"},
		{"iso8601", "2024-02-30T00:00:00Z", BadDate}, {"iso8601", "2024-01-15T09:12:33+25:00", BadDate},
		{"excel", "45306", "2024-01-15"}, {"excel", "45306.99", "2024-01-15"}, {"excel", "61", "1900-03-01"},
		{"excel", "60", BadDate}, {"excel", "-5", BadDate}, {"excel", "453066", BadDate}, {"excel", "4.5E4", BadDate},
		{"excel_1904", "43844", "2024-01-15"}, {"yyyy年mm月dd日", "2024年01月15日", "2024-01-15"},
	} {
		ds := newDates(Feed{Dates: strings.Split(c.layouts, "|"), TwoDigitYearsFrom: 1990, TimeZone: "Europe/Berlin",
			MonthNames: MonthLanguages()})
		d, code := ds.read([]byte(c.text))
		got := code
		if code == "" {
			got = string(appendDay(nil, d))
		}
		if got != c.want {
			t.Errorf("%s as %s reads as %s, it should be %s", c.text, c.layouts, got, c.want)
		}
	}
	for _, bad := range []string{"dd.dd.yyyy", "yyyy", "ddd.mm.yyyy", "", "m/d/yyyy *", "m/d/yyyy 0:00", "mm.mmm.yyyy",
		"yy.yyyy.mm.dd", "dd.mm.yyyy hh:mm", "dd.mm", "time"} {
		if ValidDates(bad) {
			t.Errorf("%q is taken for a date format", bad)
		}
	}
}

func TestATimeWithAZoneHasNoDayUntilTheFeedSaysWhere(t *testing.T) {
	ds := newDates(Feed{Dates: []string{ISO8601}})
	if _, code := ds.read([]byte("2024-01-15T09:12:33Z")); code != ZonedTime {
		t.Errorf("the time reads with %q", code)
	}
	if d, code := ds.read([]byte("2024-01-15T23:59:59")); code != "" || d != (day{2024, 1, 15}) {
		t.Errorf("a time without a zone reads as %v %s", d, code)
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
		{ByQuantity, map[string]string{"quantity": "-2", "unit_price": "25.0000"}},
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
		EndsTooMany, Changed, NoFeed, CellError, NoValue, LongNumber, NoDay, CellIsDate, CellIsNumber,
		CellIsBoolean, OtherContent, NoSheet, BadWorkbook, MaybeThousands, MoreDecimals, ZonedTime,
		MarkedRecord, OtherHeader, "unclosed_quote",
		"stray_quote", "field_count", "bad_text",
	} {
		if (Problem{Code: code}).Sentence() == code {
			t.Errorf("%s has no sentence", code)
		}
	}
}
