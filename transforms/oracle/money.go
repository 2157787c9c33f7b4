package oracle

import (
	"fmt"

	"github.com/cockroachdb/apd/v3"
)

// exact refuses to lose a digit: sums and products of amounts and rates fit in 60
// digits, and one that did not would make every comparison worthless.
var exact = &apd.Context{
	Precision:   60,
	MaxExponent: apd.MaxExponent,
	MinExponent: apd.MinExponent,
	Rounding:    apd.RoundHalfUp,
	Traps:       apd.DefaultTraps | apd.Inexact,
}

// rounding may lose digits, which is what it is for. RoundHalfUp goes by
// magnitude in apd, so a half goes away from zero on both sides.
var rounding = &apd.Context{
	Precision:   60,
	MaxExponent: apd.MaxExponent,
	MinExponent: apd.MinExponent,
	Rounding:    apd.RoundHalfUp,
	Traps:       apd.DefaultTraps,
}

func must(what string, err error) {
	if err != nil {
		panic(fmt.Sprintf("oracle: %s: %v", what, err))
	}
}

func add(a, b apd.Decimal) apd.Decimal {
	var sum apd.Decimal
	_, err := exact.Add(&sum, &a, &b)
	must("add", err)
	return sum
}

func sub(a, b apd.Decimal) apd.Decimal {
	var difference apd.Decimal
	_, err := exact.Sub(&difference, &a, &b)
	must("subtract", err)
	return difference
}

func mul(a, b apd.Decimal) apd.Decimal {
	var product apd.Decimal
	_, err := exact.Mul(&product, &a, &b)
	must("multiply", err)
	return product
}

// cents rounds to two places, half away from zero. A zero loses its sign, so that
// it reads the same however it came about.
func cents(a apd.Decimal) apd.Decimal {
	var rounded apd.Decimal
	_, err := rounding.Quantize(&rounded, &a, -2)
	must("round", err)
	if rounded.IsZero() {
		rounded.Negative = false
	}
	return rounded
}

// floorQuo is a / b cut down toward minus infinity. It goes by whole quotient and
// remainder because a quotient cut to 60 digits could round up to a whole number.
func floorQuo(a, b apd.Decimal) int64 {
	var whole, rest apd.Decimal
	_, err := exact.QuoInteger(&whole, &a, &b)
	must("divide", err)
	_, err = exact.Rem(&rest, &a, &b)
	must("remainder", err)
	n, err := whole.Int64()
	must("whole number", err)
	if !rest.IsZero() && rest.Negative != b.Negative {
		n--
	}
	return n
}

func less(a, b apd.Decimal) bool { return a.Cmp(&b) < 0 }

func lesser(a, b apd.Decimal) apd.Decimal {
	if less(b, a) {
		return b
	}
	return a
}

func greater(a, b apd.Decimal) apd.Decimal {
	if less(a, b) {
		return b
	}
	return a
}

func whole(n int64) apd.Decimal { return *apd.New(n, 0) }
