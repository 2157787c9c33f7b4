package reports

import (
	"context"
	"fmt"
	"slices"
)

// LineStory is what became of one line of a document, for one partner. Several
// distributors may have a document of that number, and then each has its own sale.
type LineStory struct {
	Sales       []SaleStory `json:"sales"`
	Held        []HeldLine  `json:"held"`
	OtherMonths []string    `json:"other_months"` // in which the line stands too, and which were not asked for
}

// SaleStory is one sell-out line in one month. What is another partner's is left
// out of it unless it was asked for.
type SaleStory struct {
	Sale
	Credits    []Credit      `json:"credits"`
	Slices     []CreditSlice `json:"slices"`
	Ends       []CreditEnd   `json:"ends"`
	Shares     []DealShare   `json:"shares"`
	Claims     []DealClaim   `json:"claims"`
	NotCounted []Uncounted   `json:"not_counted"`
}

// Sale names a sell-out line.
type Sale struct {
	SaleID      int64  `json:"sale_id"`
	Month       string `json:"month"`
	Distributor string `json:"distributor"`
	Document    string `json:"document_no"`
	Line        int64  `json:"line_no"`
	Date        string `json:"document_date"`
	Deal        string `json:"deal_id,omitempty"`
	File        string `json:"file_name"`
	FileLine    int64  `json:"file_line"`
}

// Origin is what a sell-out line is and what it is worth. Quantity and price are
// empty where the purchase is another partner's.
type Origin struct {
	Sale
	Type            string `json:"document_type"`
	Customer        string `json:"end_customer,omitempty"`
	SKU             string `json:"sku"`
	Product         string `json:"product_name"`
	Family          string `json:"family"`
	Quantity        string `json:"quantity,omitempty"`
	NetAmount       string `json:"net_amount,omitempty"`
	Currency        string `json:"currency,omitempty"`
	Rate            string `json:"rate,omitempty"`
	RateDate        string `json:"rate_date,omitempty"`
	Amount          string `json:"amount,omitempty"`
	Own             string `json:"programme_currency"`
	TermsDate       string `json:"terms_date"`
	ReturnsDocument string `json:"returns_document,omitempty"`
	ReturnsLine     int64  `json:"returns_line,omitempty"`
	ReturnFound     bool   `json:"is_return_found"`
}

// Credit is what a line came to through one module.
type Credit struct {
	Origin
	Module      string `json:"module"`
	Partner     string `json:"partner_id"`
	Name        string `json:"partner_name"`
	Base        string `json:"base"`
	PeriodStart string `json:"period_start"`
	Place       int64  `json:"place"`
	WalkLo      string `json:"walk_lo"`
	WalkHi      string `json:"walk_hi"`
	Lo          string `json:"lo"`
	Hi          string `json:"hi"`
	Level       string `json:"level"`
	Method      string `json:"method,omitempty"`
	Schedule    string `json:"schedule,omitempty"`
	BeforeCap   string `json:"before_cap"`
	Earned      string `json:"earned"`
	Points      int64  `json:"points"`
	RulesHash   string `json:"rules_hash"`
	Version     string `json:"version_name"`
	VersionFrom string `json:"version_from"`
	Mends       string `json:"mends_month,omitempty"`
	Cause       string `json:"cause,omitempty"`
	StatedFile  string `json:"stated_file,omitempty"`
	StatedLine  int64  `json:"stated_line,omitempty"`
	PointsRule  int64  `json:"points_rule,omitempty"`
	PointsPer   string `json:"points_per,omitempty"`
	LevelAtEnd  string `json:"level_at_end"`
	LevelNext   string `json:"level_next"`
}

// CreditSlice is the part of a credit in one tranche, with both ends of its
// rounding, which the marts hold only the difference of.
type CreditSlice struct {
	Module     string `json:"module"`
	Tranche    int64  `json:"tranche"`
	From       string `json:"from_amount,omitempty"`
	To         string `json:"to_amount,omitempty"`
	Rate       string `json:"rate"`
	Base       string `json:"base"`
	FillBefore string `json:"fill_before"`
	FillAfter  string `json:"fill_after"`
	PaidBefore string `json:"paid_before"`
	PaidAfter  string `json:"paid_after"`
	Earned     string `json:"earned"`
}

// CreditEnd is what one end of a credit's move pays under the methods that look
// at the whole base, and the tranche it lies in.
type CreditEnd struct {
	Module    string `json:"module"`
	Method    string `json:"method"`
	Side      string `json:"side"` // hi, lo
	X         string `json:"x"`
	BelowZero bool   `json:"is_below_zero"`
	Tranche   int64  `json:"tranche"`
	Rate      string `json:"rate"`
	From      string `json:"from_amount"`
	To        string `json:"to_amount,omitempty"`
	Filled    string `json:"filled"`
	Left      string `json:"left,omitempty"`
	Paid      string `json:"paid"`
}

// DealShare is a part of a line of a deal. The fraction is empty unless everyone's
// parts were asked for, because the whole could be worked out from it.
type DealShare struct {
	Partner     string `json:"partner_id"`
	Roles       string `json:"roles"`
	Base        string `json:"base"`
	Numerator   int64  `json:"numerator,omitempty"`
	Denominator int64  `json:"denominator,omitempty"`
	Amount      string `json:"amount,omitempty"`
}

// DealClaim is a claim on the deal of a line.
type DealClaim struct {
	Code       string `json:"partner_code"`
	Partner    string `json:"partner_id,omitempty"`
	Role       string `json:"role"`
	Registered string `json:"registered_on"`
	Counted    bool   `json:"is_counted"`
	Reason     string `json:"reason,omitempty"`
}

// Uncounted is a line that does not count through one module. Without a partner it
// names a deal that nobody has registered.
type Uncounted struct {
	Origin
	Module  string `json:"module"`
	Partner string `json:"partner_id,omitempty"`
	Reason  string `json:"reason"`
}

// ExplainLine gathers what became of one line of a document for a partner, in the
// month asked for.
func ExplainLine(ctx context.Context, m Marts, q Question) (*LineStory, error) {
	a := asking{ctx: ctx, marts: m}
	named := []any{q.Partner, q.Document, q.Line, q.Distributor}
	story := &LineStory{Sales: []SaleStory{}, Held: []HeldLine{}, OtherMonths: []string{}}
	asksFor := func(month string) bool {
		if q.Month.IsZero() || month == q.Month.Format("2006-01-02") {
			return true
		}
		if month = month[:7]; !slices.Contains(story.OtherMonths, month) {
			story.OtherMonths = append(story.OtherMonths, month)
		}
		return false
	}
	for _, sale := range asked[Sale](&a, lineSales, named) {
		if asksFor(sale.Month) {
			story.Sales = append(story.Sales, a.sale(sale, q))
		}
	}
	for _, h := range asked[HeldLine](&a, lineHeld, named) {
		if asksFor(h.Month) {
			story.Held = append(story.Held, h)
		}
	}
	if a.err != nil {
		return nil, fmt.Errorf("explain %s/%d of %s: %w", q.Document, q.Line, q.Partner, a.err)
	}
	slices.Sort(story.OtherMonths)
	return story, nil
}

func (a *asking) sale(sale Sale, q Question) SaleStory {
	theirs := []any{q.Partner, sale.SaleID, sale.Month}
	everyones := append(slices.Clone(theirs), q.Everyone)
	return SaleStory{
		Sale:       sale,
		Credits:    asked[Credit](a, saleCredits, everyones),
		Slices:     asked[CreditSlice](a, saleSlices, theirs),
		Ends:       asked[CreditEnd](a, saleEnds, theirs),
		Shares:     asked[DealShare](a, saleShares, everyones),
		Claims:     asked[DealClaim](a, saleClaims, everyones),
		NotCounted: asked[Uncounted](a, saleNotCounted, theirs),
	}
}
