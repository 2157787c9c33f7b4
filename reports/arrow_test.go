package reports

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

func decimals(scale int32, values ...decimal128.Num) arrow.Array {
	b := array.NewDecimal128Builder(memory.DefaultAllocator, &arrow.Decimal128Type{Precision: 38, Scale: scale})
	b.AppendValues(values, nil)
	return b.NewArray()
}

func TestAColumnOfAnotherTypeThanItsFieldIsAnError(t *testing.T) {
	line := Line{}
	words := array.NewStringBuilder(memory.DefaultAllocator)
	words.Append("1")
	for name, c := range map[string]struct {
		field  any
		column arrow.Array
	}{
		"text for an amount":           {&line.Earned, words.NewArray()},
		"a rate for an amount":         {&line.Earned, decimals(6, decimal128.FromI64(1))},
		"an amount for a whole number": {&line.Points, decimals(2, decimal128.FromI64(1))},
		"text for a day":               {&line.Date, words.NewArray()},
	} {
		if _, err := filler(reflect.ValueOf(c.field).Elem(), c.column, 0, &texts{}); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

func TestAnAmountIsReadToTheCentOrNotAtAll(t *testing.T) {
	var amount Cents
	column := decimals(2, decimal128.FromI64(-12345), decimal128.FromI64(exact))
	fill, err := filler(reflect.ValueOf(&amount).Elem(), column, 0, &texts{})
	if err != nil {
		t.Fatal(err)
	}
	if err := fill(0); err != nil || amount != -12345 {
		t.Errorf("-123.45 is read as %s (%v)", amount, err)
	}
	if err := fill(1); err == nil {
		t.Error("19 digits are read")
	}
}

func TestTheColumnsAreTheNamesOfTheFields(t *testing.T) {
	var row of[Line]
	names, fields := columns(reflect.ValueOf(&row).Elem())
	got := strings.Join(names, " ")
	for _, name := range []string{`"partner_id"`, `"sale_id"`, `"document_date"`, `"earned"`} {
		if strings.Count(got, name) != 1 {
			t.Errorf("%s is not read once: %s", name, got)
		}
	}
	if strings.Contains(got, "slices") || len(names) != len(fields) {
		t.Errorf("%d fields are read from %s", len(fields), got)
	}
}

func TestExactNumbersAreDecimalsInJSON(t *testing.T) {
	row := struct {
		A Cents
		B Rate
		C Net
		D FX
		E Day
		F Day `json:",omitzero"`
	}{A: -5, B: 50_000, C: 1_500_000, D: 1_084_150_000, E: Day{time.Date(2024, 8, 31, 0, 0, 0, 0, time.UTC)}}
	got, err := json.Marshal(row)
	if want := `{"A":"-0.05","B":"0.050000","C":"1.500000","D":"1.084150000","E":"2024-08-31"}`; string(got) != want ||
		err != nil {
		t.Errorf("%s is not %s (%v)", got, want, err)
	}
	said := strings.Join([]string{row.A.String(), row.B.Percent(), row.C.In("EUR"), row.D.String(),
		FX(1_100_000_000).String(),
		FX(1_000_000_000).String(), Net(20_000_000).In("EUR"), Net(20_000_000).In("JPY"),
		Net(393_154_000).In("KWD"), Net(393_154_100).In("KWD"), Places("188181.0000", "JPY"), Places("-41.1247", "CLF"),
		Net(20_000_000).In("?"), Quantity(15000).String(), Quantity(-20000).String()}, " ")
	if want := "-0.05 5 1.50 1.08415 1.10 1 20.00 20 393.154 393.1541 188181 -41.1247 20.00 1.50 -2"; said != want {
		t.Errorf("%s is not %s", said, want)
	}
}
