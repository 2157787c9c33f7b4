package reports

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"tranche/reports/currency"
)

// Exact numbers of the marts: whole units of their last place. In JSON they are decimals.
type (
	// Cents is an amount in hundredths.
	Cents int64
	// Rate is a fraction in parts per million: 50,000 is 5 %.
	Rate int64
	// Quantity is in ten-thousandths.
	Quantity int64
	// Net is an amount of a document, in millionths of its currency.
	Net int64
	// FX is what one unit of a currency is worth in another, in units of 10^-9.
	FX int64
)

func (Cents) places() int    { return 2 }
func (Rate) places() int     { return 6 }
func (Quantity) places() int { return 4 }
func (Net) places() int      { return 6 }
func (FX) places() int       { return 9 }

// MarshalText writes every place.
func (n Cents) MarshalText() ([]byte, error) { return decimal(int64(n), n.places()), nil }

// MarshalText writes every place.
func (n Rate) MarshalText() ([]byte, error) { return decimal(int64(n), n.places()), nil }

// MarshalText writes every place.
func (n Quantity) MarshalText() ([]byte, error) { return decimal(int64(n), n.places()), nil }

// MarshalText writes every place.
func (n Net) MarshalText() ([]byte, error) { return decimal(int64(n), n.places()), nil }

// MarshalText writes every place.
func (n FX) MarshalText() ([]byte, error) { return decimal(int64(n), n.places()), nil }

// String is the amount with two places.
func (n Cents) String() string { return string(decimal(int64(n), 2)) }

// In has the decimals of its currency, and more where it has more.
func (n Net) In(code string) string { return Places(string(decimal(int64(n), n.places())), code) }

// Places writes a decimal with the decimals of a currency, and more where it has more.
func Places(number, code string) string {
	whole, places, _ := strings.Cut(number, ".")
	places = strings.TrimRight(places, "0")
	if places += strings.Repeat("0", max(0, currency.Decimals(code)-len(places))); places == "" {
		return whole
	}
	return whole + "." + places
}

// String leaves out trailing zeros, but never only one of two places.
func (n Quantity) String() string { return strings.TrimSuffix(short(int64(n), n.places()), ".00") }

// String is as of a Quantity.
func (n FX) String() string { return strings.TrimSuffix(short(int64(n), n.places()), ".00") }

// PerUnit is the rate as the amount for each unit, which has no more than two places.
func (n Rate) PerUnit() Cents { return Cents(n / 10_000) }

// Of is the rate times an amount, rounded half away from zero.
func (n Rate) Of(c Cents) Cents {
	const one = 1_000_000
	if c < 0 {
		return -n.Of(-c)
	}
	whole, rest := c/one, c%one
	return whole*Cents(n) + (rest*Cents(n)+one/2)/one
}

// Percent is the rate in percent, without trailing zeros.
func (n Rate) Percent() string {
	return strings.TrimRight(strings.TrimRight(string(decimal(int64(n), 4)), "0"), ".")
}

// short leaves out trailing zeros after the second place.
func short(units int64, scale int) string {
	text := string(decimal(units, scale))
	end := len(text) - scale + 2
	return text[:end] + strings.TrimRight(text[end:], "0")
}

// decimal writes units of 10^-scale, as Decimal does.
func decimal(units int64, scale int) []byte {
	text := make([]byte, 0, 24)
	if units < 0 {
		text, units = append(text, '-'), -units
	}
	unit := int64(1)
	for range scale {
		unit *= 10
	}
	text = strconv.AppendInt(text, units/unit, 10)
	point := len(text)
	text = strconv.AppendInt(text, unit+units%unit, 10) // one more digit in front keeps the zeros
	text[point] = '.'
	return text
}

// Decimal writes units of 10^-scale with every place: 0 cents are 0.00.
func Decimal(units *big.Int, scale int) string {
	text := fmt.Sprintf("%0*d", scale+1, new(big.Int).Abs(units))
	if scale > 0 {
		text = text[:len(text)-scale] + "." + text[len(text)-scale:]
	}
	if units.Sign() < 0 {
		return "-" + text
	}
	return text
}

// AddCents adds two amounts with two places, of any size, as texts; empty is nothing.
func AddCents(a, b string) string {
	var x, y big.Int
	x.SetString(strings.Replace(a, ".", "", 1), 10) // what is no number stays 0
	y.SetString(strings.Replace(b, ".", "", 1), 10)
	return Decimal(x.Add(&x, &y), 2)
}

// ParseCents reads what String writes.
func ParseCents(text string) (Cents, error) {
	whole, places, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole+places, 10, 64)
	if err != nil || len(places) != 2 {
		return 0, fmt.Errorf("%q is no amount with two places", text)
	}
	return Cents(n), nil
}

// Day is a date. Zero means none.
type Day struct{ time.Time }

// String is the day as 2024-08-31.
func (d Day) String() string { return d.Format(time.DateOnly) }

// MarshalJSON writes a day as String does.
func (d Day) MarshalJSON() ([]byte, error) { return []byte(`"` + d.String() + `"`), nil }
