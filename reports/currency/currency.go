// Package currency knows the currencies of ISO 4217 and their decimals.
//
// A currency's *decimals* are the digits after the point of its amounts: none of JPY, three of KWD. The library knows
// the codes, former ones too; its decimals are those that people use, which differ for some currencies.
package currency

import (
	"strings"

	"golang.org/x/text/currency"
)

// Most is the largest number of decimals that a currency has.
const Most = 4

// Usual is the number of decimals of most currencies.
const Usual = 2

// unusual are the currencies with other decimals, and those that the library does not know yet.
var unusual = func() map[string]int {
	list := map[string]int{}
	for decimals, codes := range map[int]string{
		0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
		2: "MRU SLE VED VES XCG ZWG", // newer than the library
		3: "BHD IQD JOD KWD LYD OMR TND",
		4: "CLF UYW",
	} {
		for code := range strings.FieldsSeq(codes) {
			list[code] = decimals
		}
	}
	return list
}()

// Known says whether a code is one of ISO 4217, in capitals.
func Known(code string) bool {
	if _, ok := unusual[code]; ok {
		return true
	}
	_, err := currency.ParseISO(code)
	return err == nil && len(code) == 3 && strings.ToUpper(code) == code
}

// Decimals is the number of decimals of a currency; of an unknown one the usual number.
func Decimals(code string) int {
	if n, ok := unusual[code]; ok {
		return n
	}
	return Usual
}

// Unusual lists the decimals of the currencies that do not have the usual number.
func Unusual() map[string]int {
	list := map[string]int{}
	for code, n := range unusual {
		if n != Usual {
			list[code] = n
		}
	}
	return list
}
