package feed

import (
	"bytes"
	"math"
	"math/big"
	"strconv"
)

// numbers is a sender's number format.
type numbers struct {
	decimal   byte
	thousands [][]byte
	negative  string
	plain     bool // only a point and a leading minus
}

// The styles of negative numbers.
const (
	LeadingMinus  = "leading"
	TrailingMinus = "trailing"
	Parentheses   = "parentheses"
)

func newNumbers(f Feed) numbers {
	n := numbers{decimal: '.', negative: f.Negative}
	if f.DecimalMark != "" {
		n.decimal = f.DecimalMark[0]
	}
	for _, mark := range f.ThousandMarks {
		n.thousands = append(n.thousands, []byte(mark))
	}
	n.plain = n.decimal == '.' && len(n.thousands) == 0 && (n.negative == "" || n.negative == LeadingMinus)
	return n
}

// parsePlain reads the usual format fast. It leaves everything else to parse, which finds the reason.
func parsePlain(text []byte, scale int) (units int64, ok bool) {
	i, minus := 0, len(text) > 1 && text[0] == '-'
	if minus {
		i = 1
	}
	if len(text)-i > 17-scale {
		return 0, false
	}
	point := -1
	for ; i < len(text); i++ {
		c := text[i] - '0'
		switch {
		case c <= 9:
			units = units*10 + int64(c)
		case text[i] == '.' && point < 0 && i > 0 && text[i-1] != '-' && i+1 < len(text):
			point = i
		default:
			return 0, false
		}
	}
	places := 0
	if point >= 0 {
		places = len(text) - point - 1
	}
	if places > scale {
		return 0, false
	}
	for ; places < scale; places++ {
		units *= 10
	}
	if minus {
		units = -units
	}
	return units, len(text) > 0
}

// parse reads text as units of 10^-scale; an empty code is success. It does not round: a digit beyond the scale must
// be zero.
func (n numbers) parse(text []byte, scale int) (units int64, code string) {
	if n.plain {
		if units, ok := parsePlain(text, scale); ok {
			return units, ""
		}
	}
	text, minus := n.sign(text)
	whole, fraction := text, []byte(nil)
	if i := bytes.IndexByte(text, n.decimal); i >= 0 {
		whole, fraction = text[:i], text[i+1:]
		if len(fraction) == 0 || !allDigits(fraction) {
			return 0, BadNumber
		}
	}
	units, code = n.integer(whole)
	if code != "" {
		return 0, code
	}
	for i := range max(scale, len(fraction)) {
		digit := byte('0')
		if i < len(fraction) {
			digit = fraction[i]
		}
		switch {
		case i >= scale && digit != '0':
			return 0, TooFine
		case i >= scale:
			continue
		}
		if units > (maxUnits-int64(digit-'0'))/10 {
			return 0, TooLarge
		}
		units = units*10 + int64(digit-'0')
	}
	if minus {
		units = -units
	}
	return units, ""
}

func allDigits(text []byte) bool {
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// maxUnits is the largest DECIMAL(18).
const maxUnits = 999_999_999_999_999_999

// sign removes the sign in the sender's style. A minus in another style stays, and fails as a digit.
func (n numbers) sign(text []byte) (digits []byte, minus bool) {
	last := len(text) - 1
	switch {
	case last < 1:
		return text, false
	case n.negative == TrailingMinus && text[last] == '-':
		return text[:last], true
	case n.negative == Parentheses && text[0] == '(' && text[last] == ')':
		return text[1:last], true
	case (n.negative == LeadingMinus || n.negative == "") && text[0] == '-':
		return text[1:], true
	}
	return text, false
}

// integer reads the digits before the decimal mark. After a thousands mark every group has three digits, and the
// first group does not begin with 0: 0.500 may be a half.
func (n numbers) integer(text []byte) (units int64, code string) {
	group, marked := 0, false
	for i := 0; i < len(text); {
		if mark := n.markAt(text[i:]); mark > 0 {
			if text[0] == '0' {
				return 0, ZeroGroup
			}
			if group == 0 || group > 3 || marked && group != 3 {
				return 0, BadNumber
			}
			marked, group, i = true, 0, i+mark
			continue
		}
		c := text[i]
		if c < '0' || c > '9' {
			return 0, BadNumber
		}
		if units > (maxUnits-int64(c-'0'))/10 {
			return 0, TooLarge
		}
		units = units*10 + int64(c-'0')
		group++
		i++
	}
	if marked && group != 3 || group == 0 {
		return 0, BadNumber
	}
	return units, ""
}

func (n numbers) markAt(text []byte) int {
	for _, mark := range n.thousands {
		if bytes.HasPrefix(text, mark) {
			return len(mark)
		}
	}
	return 0
}

// appendUnits writes units of 10^-scale as a decimal with a point.
func appendUnits(out []byte, units int64, scale int) []byte {
	if units < 0 {
		out = append(out, '-')
		units = -units
	}
	unit := int64(1)
	for range scale {
		unit *= 10
	}
	out = strconv.AppendInt(out, units/unit, 10)
	if rest := units % unit; rest > 0 {
		out = append(out, '.')
		for unit /= 10; rest > 0; unit /= 10 {
			out = append(out, byte('0'+rest/unit))
			rest %= unit
		}
	}
	return out
}

// times multiplies two decimals exactly into micro-units (10^-6). It fails when the product is finer or larger.
func times(a int64, scaleA int, b int64, scaleB int) (micro int64, code string) {
	product := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
	cut := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scaleA+scaleB-6)), nil)
	product, rest := product.QuoRem(product, cut, new(big.Int))
	switch {
	case rest.Sign() != 0:
		return 0, TooFine
	case !product.IsInt64() || product.CmpAbs(big.NewInt(maxUnits)) > 0:
		return 0, TooLarge
	}
	return product.Int64(), ""
}

// Total adds amounts in micro-units (10^-6 of the document's currency). It cannot overflow.
type Total struct {
	small int64
	large big.Int
}

// Add adds one amount.
func (t *Total) Add(micro int64) {
	if t.small > math.MaxInt64-maxUnits || t.small < math.MinInt64+maxUnits {
		t.flush()
	}
	t.small += micro
}

// Merge adds another total.
func (t *Total) Merge(other *Total) {
	t.flush()
	t.large.Add(&t.large, big.NewInt(other.small))
	t.large.Add(&t.large, &other.large)
}

func (t *Total) flush() {
	t.large.Add(&t.large, big.NewInt(t.small))
	t.small = 0
}

// Equals compares the total with an amount.
func (t *Total) Equals(micro int64) bool {
	t.flush()
	return t.large.Cmp(big.NewInt(micro)) == 0
}

// String is the total as a decimal of six places.
func (t *Total) String() string {
	t.flush()
	whole, rest := new(big.Int).QuoRem(new(big.Int).Abs(&t.large), big.NewInt(1_000_000), new(big.Int))
	sign := ""
	if t.large.Sign() < 0 {
		sign = "-"
	}
	fraction := strconv.FormatInt(1_000_000+rest.Int64(), 10)[1:]
	return sign + whole.String() + "." + fraction
}

// ParseNumber reads a number in the feed's format, in units of 10^-scale; an empty code is success.
func (f Feed) ParseNumber(text string, scale int) (units int64, code string) {
	return newNumbers(f).parse([]byte(text), scale)
}
