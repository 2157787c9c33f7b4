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
	negative  negative
	indian    bool     // groups of two before the last three
	signs     [][]byte // of currencies
	zero      []byte   // stands for 0
	decimals  int      // of amounts; -1: the feed does not say
	plain     bool     // only a point and a leading minus
}

// negative is how numbers below zero are written: one or several of the styles. A minus before a number means the same
// everywhere, and is always read.
type negative struct{ trailing, parentheses, credit, debit bool }

// The styles of negative numbers.
const (
	LeadingMinus  = "leading"
	TrailingMinus = "trailing"
	Parentheses   = "parentheses"
	Credit        = "cr" // 20.00 CR is below zero, 20.00 DR above
	Debit         = "dr" // the contrary
)

// Indian is the grouping 1,23,456.
const Indian = "indian"

func newNumbers(f Feed) numbers {
	n := numbers{decimal: '.', indian: f.Grouping == Indian, zero: []byte(f.Zero), decimals: -1}
	if f.DecimalMark != "" {
		n.decimal = f.DecimalMark[0]
	}
	for _, mark := range f.ThousandMarks {
		n.thousands = append(n.thousands, []byte(mark))
	}
	for _, sign := range f.CurrencySigns {
		n.signs = append(n.signs, []byte(sign))
	}
	if known, err := strconv.Atoi(f.Decimals); err == nil {
		n.decimals = known
	}
	for _, style := range f.Negative {
		switch style {
		case TrailingMinus:
			n.negative.trailing = true
		case Parentheses:
			n.negative.parentheses = true
		case Credit:
			n.negative.credit = true
		case Debit:
			n.negative.debit = true
		}
	}
	n.plain = n.decimal == '.' && len(n.thousands) == 0 && len(n.signs) == 0 && len(n.zero) == 0 &&
		n.negative == negative{}
	return n
}

// amount reads a number of which the sender may have written the thousands with the mark of decimals: 1.234. Where the
// feed does not say how many decimals its amounts have, such a number is refused.
func (n *numbers) amount(text []byte, c *Column) (units int64, code string) {
	units, code = n.parse(text, c.Scale)
	switch {
	case code != "":
		return units, code
	case n.decimals < 0 && n.maybeThousands(text):
		return 0, MaybeThousands
	case n.isTooFine(units, c):
		return 0, MoreDecimals
	}
	return units, ""
}

// isTooFine says that an amount has more decimals than the feed says.
func (n *numbers) isTooFine(units int64, c *Column) bool {
	return n.decimals >= 0 && c.Money && c.Scale > n.decimals && units%tenTo(c.Scale-n.decimals) != 0
}

// whole reads a whole number.
func (n *numbers) whole(text []byte) (units int64, code string) {
	units, code = n.parse(text, 0)
	if code == "" && (units > math.MaxInt32 || units < math.MinInt32) {
		code = TooLarge
	}
	return units, code
}

// maybeThousands finds exactly three digits behind the only mark of a number that does not begin with 0.
func (n *numbers) maybeThousands(text []byte) bool {
	if len(text) < 5 {
		return false
	}
	text = bytes.TrimLeft(text, "-+(") // a number with other signs is looked at below
	at := bytes.IndexByte(text, n.decimal)
	if at < 1 {
		return false
	}
	first, digits := 0, 0
	for first < at && (text[first] < '0' || text[first] > '9') {
		first++
	}
	for at+1+digits < len(text) && text[at+1+digits] >= '0' && text[at+1+digits] <= '9' {
		digits++
	}
	whole := text[first:at]
	return digits == 3 && len(whole) > 0 && len(whole) <= 3 && whole[0] != '0' && allDigits(whole)
}

func tenTo(n int) int64 {
	unit := int64(1)
	for range n {
		unit *= 10
	}
	return unit
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
func (n *numbers) parse(text []byte, scale int) (units int64, code string) {
	if n.plain {
		if units, ok := parsePlain(text, scale); ok {
			return units, ""
		}
	}
	text, minus, isZero := n.bare(text)
	if isZero {
		return 0, ""
	}
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

// bare is a number without its currency and its sign. A sign in a style that the feed does not declare stays, and fails
// as a digit.
func (n *numbers) bare(text []byte) (digits []byte, minus, isZero bool) {
	text, hadCurrency := n.cutCurrency(text)
	text, minus, isZero = n.cutSign(text)
	if !hadCurrency {
		text, _ = n.cutCurrency(text)
	}
	isZero = isZero || len(n.zero) > 0 && !minus && bytes.Equal(text, n.zero)
	return text, minus, isZero
}

// cutCurrency removes one sign of a currency, before or behind the number.
func (n *numbers) cutCurrency(text []byte) ([]byte, bool) {
	for _, sign := range n.signs {
		if rest, ok := bytes.CutPrefix(text, sign); ok {
			return bytes.TrimSpace(rest), true
		}
		if rest, ok := bytes.CutSuffix(text, sign); ok {
			return bytes.TrimSpace(rest), true
		}
	}
	return text, false
}

// cutSign removes the sign. U+2212 is a minus as - is.
func (n *numbers) cutSign(text []byte) (rest []byte, minus, isZero bool) {
	if len(n.zero) > 0 && bytes.Equal(text, n.zero) {
		return text, false, true
	}
	style := n.negative
	if last := len(text) - 1; style.parentheses && last > 1 && text[0] == '(' && text[last] == ')' {
		return bytes.TrimSpace(text[1:last]), true, false
	}
	for _, mark := range []string{"-", "\u2212"} {
		if rest, ok := bytes.CutPrefix(text, []byte(mark)); ok && len(rest) > 0 {
			return bytes.TrimSpace(rest), true, false
		}
		if rest, ok := bytes.CutSuffix(text, []byte(mark)); ok && style.trailing && len(rest) > 0 {
			return bytes.TrimSpace(rest), true, false
		}
	}
	if style.credit || style.debit {
		if last := len(text) - 2; last > 0 {
			switch word := string(bytes.ToUpper(text[last:])); word {
			case "CR", "DR":
				return bytes.TrimSpace(text[:last]), (word == "CR") == style.credit, false
			}
		}
	}
	return text, false, false
}

// integer reads the digits before the decimal mark. After a thousands mark every group has three digits, or two before
// the last, and the first group does not begin with 0: 0.500 may be a half.
func (n *numbers) integer(text []byte) (units int64, code string) {
	group, groups := 0, 0 // digits of this group, and marks before it
	usual := 3
	if n.indian {
		usual = 2
	}
	for i := 0; i < len(text); {
		if mark := n.markAt(text[i:]); mark > 0 {
			if text[0] == '0' {
				return 0, ZeroGroup
			}
			if group == 0 || group > usual || groups > 0 && group != usual {
				return 0, BadNumber
			}
			group, groups, i = 0, groups+1, i+mark
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
	if groups > 0 && group != 3 || group == 0 {
		return 0, BadNumber
	}
	return units, ""
}

func (n *numbers) markAt(text []byte) int {
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
	unit := tenTo(scale)
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
	n := newNumbers(f)
	return n.parse([]byte(text), scale)
}
