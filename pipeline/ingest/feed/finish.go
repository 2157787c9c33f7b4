package feed

import (
	"bytes"
	"strconv"
)

// How senders write the amounts of returns.
const (
	Negative   = "negative"    // with a minus, and a document type
	Positive   = "positive"    // without, and a document type
	ByAmount   = "by_amount"   // the amount's sign alone tells a return
	ByQuantity = "by_quantity" // the quantity's sign alone tells a return
)

// finishSale applies our convention: a sale's quantity and amount are not negative, a return's are not positive.
func (t *Typer) finishSale() {
	s := t.sales
	amount, quantity, docType := &t.values[s.amount], &t.values[s.quantity], &t.values[s.docType]
	t.composeLineKey()
	if line := &t.values[s.returnsLine]; line.isPart {
		t.values[s.returnsKey] = value{text: line.text, set: true}
	}
	if price := &t.values[s.price]; price.set && !amount.set && quantity.set {
		micro, code := times(quantity.units, 4, price.units, 6)
		if code != "" {
			t.problem(s.price, code, "quantity times price")
			return
		}
		amount.units, amount.set, amount.raw = micro, true, price.raw
	}
	t.Amount, t.HasAmount = t.signed(amount, quantity, docType) // should the record be rejected
	if len(t.Problems) > 0 {
		return
	}
	if !amount.set {
		t.problem(s.amount, Missing, "")
		return
	}
	isReturn := bytes.Equal(docType.text, returnWord)
	switch t.returns {
	case ByAmount:
		isReturn = amount.units < 0
	case ByQuantity:
		isReturn = quantity.units < 0
		amount.turn(isReturn && amount.units >= 0)
	default:
		if !docType.set {
			t.problem(s.docType, Missing, "")
			return
		}
		amount.turn(isReturn && t.returns == Positive)
	}
	if isReturn && amount.units > 0 || !isReturn && amount.units < 0 {
		t.problem(s.amount, WrongSign, "")
		return
	}
	quantity.turn(isReturn && quantity.units > 0)
	if !isReturn && quantity.units < 0 {
		t.problem(s.quantity, WrongSign, "")
		return
	}
	if t.values[s.returnsDoc].set && !isReturn {
		t.problem(s.returnsDoc, NotAReturn, "")
		return
	}
	flag := &t.values[s.isReturn]
	flag.units, flag.set = 0, true
	if isReturn {
		flag.units = 1
	}
	t.Amount, t.HasAmount = amount.units, true
}

// signed is the amount for a rejected record, negative for a return. It is false when the amount or the sign cannot
// be read.
func (t *Typer) signed(amount, quantity, docType *value) (micro int64, readable bool) {
	isReturn, ok := false, true
	switch t.returns {
	case Positive:
		isReturn, ok = bytes.Equal(docType.text, returnWord), docType.set
	case ByQuantity:
		isReturn, ok = quantity.units < 0, quantity.set || len(quantity.text) == 0
	}
	if isReturn {
		return min(amount.units, -amount.units), ok && amount.set
	}
	return amount.units, ok && amount.set
}

var returnWord = []byte("return")

// turn changes the sign if it must.
func (v *value) turn(must bool) {
	if must {
		v.units = -v.units
	}
}

// composeLineKey writes the declared key, and gives a line without number the number 1. After the file is read, that
// becomes the occurrence within the key.
func (t *Typer) composeLineKey() {
	key := &t.values[t.sales.lineKey]
	for _, name := range t.feed.key() {
		if name == "distributor" || name == "document_no" || name == "line_no" {
			continue
		}
		if key.set {
			key.text = append(key.text, " / "...)
		}
		if date := t.values[t.index("document_date")]; name != documentYear {
			key.text = t.appendValue(key.text, t.index(name))
		} else if date.set {
			key.text = strconv.AppendInt(key.text, int64(date.day.year), 10)
		}
		key.set = true
	}
	number := &t.values[t.sales.lineNo]
	if number.isPart {
		if key.set {
			key.text = append(key.text, " / "...)
		}
		key.text, key.set = append(key.text, number.text...), true
	}
	switch {
	case number.set, len(number.text) > 0: // it may be wrong
	case t.Counts():
		number.units, number.set = 1, true
	default:
		t.problem(t.sales.lineNo, Missing, "")
	}
}

// finishEntry checks what a manual entry's kind needs.
func (t *Typer) finishEntry() {
	amount, points := &t.values[t.index("amount")], &t.values[t.index("points")]
	kind := string(t.values[t.index("kind")].text)
	switch {
	case kind == "money_adjustment" && (!amount.set || points.set):
		t.problem(t.index("amount"), Incomplete, "a money adjustment has an amount and no points")
	case kind == "bonus_points" && (!points.set || amount.set):
		t.problem(t.index("points"), Incomplete, "bonus points have points and no amount")
	case kind == "redemption" && (!points.set || amount.set || points.units <= 0):
		t.problem(t.index("points"), Incomplete, "a redemption has points above zero and no amount")
	}
}

// finishTerm refuses a term that ends before it begins.
func (t *Typer) finishTerm() {
	begins := t.index("registered_on")
	if begins < 0 {
		begins = t.index("awarded_on")
	}
	ends := t.index("expires_on")
	if t.values[begins].set && t.values[ends].set && t.values[ends].day.before(t.values[begins].day) {
		t.problem(ends, EndsTooEarly, "")
	}
}

// finishRate refuses a rate that makes nothing, or the contrary, of an amount.
func (t *Typer) finishRate() {
	if rate := &t.values[t.index("rate")]; rate.set && rate.units <= 0 {
		t.problem(t.index("rate"), NotAboveZero, "")
	}
}
