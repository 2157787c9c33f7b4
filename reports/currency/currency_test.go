package currency

import "testing"

func TestACurrencyHasTheDecimalsOfTheStandardAndNotThoseOfTheLibrary(t *testing.T) {
	for code, want := range map[string]int{"USD": 2, "JPY": 0, "KWD": 3, "CLF": 4, "UYW": 4, "HUF": 2, "CHF": 2,
		"IQD": 3, "ALL": 2, "RSD": 2, "COP": 2, "IRR": 2, "LBP": 2, "MGA": 2, "ISK": 0, "XOF": 0, "CLP": 0} {
		if got := Decimals(code); got != want || !Known(code) {
			t.Errorf("%s has %d decimals, it should have %d (known: %t)", code, got, want, Known(code))
		}
	}
}

func TestOnlyCodesOfTheStandardAreKnown(t *testing.T) {
	for _, code := range []string{"", "US", "usd", "Usd", "USDX", "QQQ", "US$", "DOL", "€", "£££"} {
		if Known(code) {
			t.Errorf("%q is known", code)
		}
	}
	for _, code := range []string{"SLE", "VES", "XCG", "ZWG", "EUR", "GBP"} {
		if !Known(code) {
			t.Errorf("%q is not known", code)
		}
	}
}
