package reports

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Question is what somebody wants explained: a partner's month, or one line of a
// document.
type Question struct {
	Partner     string
	Month       time.Time // zero, of a line: any
	Distributor string    // of the document; empty: any
	Document    string    // empty: the whole month
	Line        int64
	Everyone    bool // says what is another partner's too: whole lines of deals, everybody's shares and claims
}

// MonthStory is what made a partner's month what it is. Its amounts are exact
// decimals, and its names in JSON are the marts' columns.
type MonthStory struct {
	Month       []MonthPay     `json:"month"`
	Modules     []MonthModule  `json:"modules"`
	Margin      []MonthTranche `json:"margin"`
	Lines       []MonthLine    `json:"lines"`
	Started     []MonthStarted `json:"started"`
	Shares      []MonthShare   `json:"shares_of_nothing"`
	Claims      []MonthClaim   `json:"claims_not_counted"`
	Adjustments []MonthEntry   `json:"adjustments"`
	Points      []MonthPosting `json:"points"`
	Missing     []MonthGap     `json:"missing"`
	NotCounted  []Uncounted    `json:"not_counted"`
	Held        []HeldLine     `json:"held"`
	Instead     *Stated        `json:"-"` // where nothing is stated of the partner in the month
}

// Stated is of whom something is stated, and from when to when: of the partner that was
// asked for, or else of the one whose id is most like it. Nobody's is like it: empty.
type Stated struct {
	Partner string `json:"partner_id"`
	First   string `json:"first_month"`
	Last    string `json:"last_month"`
}

// MonthPay is what a partner is paid and where that leaves its level and points.
type MonthPay struct {
	Partner        string `json:"partner_id"`
	Name           string `json:"name"`
	Active         bool   `json:"is_active"`
	Month          string `json:"month"`
	Own            string `json:"programme_currency"`
	Version        string `json:"version_name"`
	RulesHash      string `json:"rules_hash"`
	Minimum        string `json:"minimum_payable"`
	Earned         string `json:"earned"`
	Adjusted       string `json:"adjusted,omitempty"` // of what was earned, what mends earlier months; empty: nothing does
	Entries        string `json:"money_entries"`
	CarriedIn      string `json:"carried_in"`
	CarriedOut     string `json:"carried_out"`
	Payable        string `json:"payable"`
	Currency       string `json:"currency"`
	Rate           string `json:"rate,omitempty"`
	PayableOwn     string `json:"payable_own,omitempty"`
	Level          string `json:"level"`
	LevelMet       string `json:"level_met,omitempty"`
	LevelNext      string `json:"level_next"`
	HasLevelRules  bool   `json:"has_level_rules"` // the programme says what levels ask for
	ByAmount       int64  `json:"by_amount"`
	ByCertificate  int64  `json:"by_certificate"`
	ByBonus        int64  `json:"by_bonus"`
	StatusPoints   int64  `json:"status_points"`
	Certifications int64  `json:"certifications"`
	PointsEarned   int64  `json:"points_earned"`
	Redeemed       int64  `json:"redeemed"`
	Expired        int64  `json:"expired"`
	Spendable      int64  `json:"spendable"`
}

// MonthModule is what one module came to.
type MonthModule struct {
	Module     string `json:"module"`
	Lines      int64  `json:"lines"`
	Base       string `json:"base"`
	Earned     string `json:"earned"`
	Points     int64  `json:"points"`
	YearBase   string `json:"year_base"`
	YearEarned string `json:"year_earned"`
}

// MonthTranche is how far a tranche was filled. The whole base has no rate.
type MonthTranche struct {
	Module      string `json:"module"`
	ValidFrom   string `json:"valid_from"`
	Level       string `json:"level"`
	Family      string `json:"family,omitempty"`
	Method      string `json:"method"`
	Tranche     int64  `json:"tranche"`
	From        string `json:"from_amount,omitempty"`
	To          string `json:"to_amount,omitempty"`
	Rate        string `json:"rate,omitempty"`
	MonthBase   string `json:"month_base"`
	MonthEarned string `json:"month_earned"`
	YearBase    string `json:"year_base"`
	YearEarned  string `json:"year_earned"`
}

// MonthLine is one movement. Document and line are left out of Sell With: the
// purchase is another partner's.
type MonthLine struct {
	SaleID      int64  `json:"sale_id"`
	Module      string `json:"module"`
	Place       int64  `json:"place"`
	Date        string `json:"document_date"`
	Distributor string `json:"distributor"`
	Document    string `json:"document_no,omitempty"`
	Line        int64  `json:"line_no,omitempty"`
	Deal        string `json:"deal_id,omitempty"`
	Method      string `json:"method,omitempty"`
	Schedule    string `json:"schedule,omitempty"`
	Base        string `json:"base"`
	WalkLo      string `json:"walk_lo"`
	WalkHi      string `json:"walk_hi"`
	Lo          string `json:"lo"`
	Hi          string `json:"hi"`
	Earned      string `json:"earned"`
	Points      int64  `json:"points"`
	File        string `json:"file_name"`
	FileLine    int64  `json:"file_line"`
}

// MonthStarted is the last movement of the month under a schedule that pays full
// tranches only, and the tranche it left started.
type MonthStarted struct {
	MonthLine
	End CreditEnd `json:"end"`
}

// MonthShare is a share of a deal's line that came to 0.00.
type MonthShare struct {
	Deal        string `json:"deal_id"`
	Roles       string `json:"roles"`
	Date        string `json:"document_date"`
	Distributor string `json:"distributor"`
	File        string `json:"file_name"`
	FileLine    int64  `json:"file_line"`
}

// MonthClaim is a claim that did not count, for so many lines.
type MonthClaim struct {
	Deal       string `json:"deal_id"`
	Role       string `json:"role"`
	Registered string `json:"registered_on"`
	Reason     string `json:"reason"`
	Lines      int64  `json:"lines"`
	First      string `json:"first_date"`
	Last       string `json:"last_date"`
}

// MonthEntry is a manual adjustment of money.
type MonthEntry struct {
	Entry    string `json:"entry_id"`
	PostedOn string `json:"posted_on"`
	Amount   string `json:"amount"`
	Reason   string `json:"reason"`
	By       string `json:"entered_by"`
	File     string `json:"file_name"`
	FileLine int64  `json:"file_line"`
}

// MonthPosting is a posting of points that no purchase made.
type MonthPosting struct {
	PostedOn string `json:"posted_on"`
	Kind     string `json:"kind"`
	Category string `json:"category,omitempty"`
	Source   string `json:"source,omitempty"`
	Points   int64  `json:"points"`
	Balance  string `json:"balance"`
}

// MonthGap is a requirement of the next level that is not met.
type MonthGap struct {
	NextLevel   string `json:"next_level"`
	Requirement string `json:"requirement"`
	Category    string `json:"category,omitempty"`
	Has         int64  `json:"has"`
	Needs       int64  `json:"needs"`
}

// HeldLine is something loaded that waits for what is missing. Theirs are the lines
// that the partner bought or distributed. Of the others, whose buyer is not known,
// only the place and the unknown code are told: they are nobody's yet and may turn
// out to be anybody's.
type HeldLine struct {
	Kind        string `json:"kind"`
	Theirs      bool   `json:"is_theirs"`
	Month       string `json:"month"`
	Reason      string `json:"held_reason"`
	What        string `json:"what,omitempty"`
	Distributor string `json:"distributor,omitempty"`
	Document    string `json:"document_no,omitempty"`
	Line        int64  `json:"line_no,omitempty"`
	Customer    string `json:"end_customer,omitempty"`
	SKU         string `json:"sku,omitempty"`
	NetAmount   string `json:"net_amount,omitempty"`
	Currency    string `json:"currency,omitempty"`
	File        string `json:"file_name"`
	FileLine    int64  `json:"file_line"`
}

// ExplainMonth gathers what made a partner's month what it is.
func ExplainMonth(ctx context.Context, m Marts, q Question) (*MonthStory, error) {
	a := asking{ctx: ctx, marts: m}
	theirs, everyones := []any{q.Partner, q.Month}, []any{q.Partner, q.Month, q.Everyone}
	story := &MonthStory{
		Month:       asked[MonthPay](&a, monthPay, theirs),
		Modules:     asked[MonthModule](&a, monthModules, theirs),
		Margin:      asked[MonthTranche](&a, monthMargin, theirs),
		Lines:       asked[MonthLine](&a, monthLines, everyones),
		Shares:      asked[MonthShare](&a, monthShares, theirs),
		Claims:      asked[MonthClaim](&a, monthClaims, theirs),
		Adjustments: asked[MonthEntry](&a, monthEntries, theirs),
		Points:      asked[MonthPosting](&a, monthPoints, theirs),
		Missing:     asked[MonthGap](&a, monthGaps, theirs),
		NotCounted:  asked[Uncounted](&a, monthNotCounted, theirs),
		Held:        asked[HeldLine](&a, monthHeld, theirs),
	}
	story.Started = a.started(q, story.Lines)
	if len(story.Month) == 0 {
		story.Instead = new(Stated)
		if found := asked[Stated](&a, monthInstead, []any{q.Partner}); len(found) > 0 {
			story.Instead = &found[0]
		}
	}
	if a.err != nil {
		return nil, fmt.Errorf("explain %s %s: %w", q.Partner, q.Month.Format("2006-01"), a.err)
	}
	return story, nil
}

// started asks where the last movement under each block schedule has led.
func (a *asking) started(q Question, lines []MonthLine) []MonthStarted {
	list := []MonthStarted{}
	for i, l := range lines {
		isSame := func(x MonthLine) bool { return x.Module == l.Module && x.Schedule == l.Schedule }
		if l.Method != "block" || slices.ContainsFunc(lines[i+1:], isSame) {
			continue
		}
		for _, end := range asked[CreditEnd](a, saleEnds, []any{q.Partner, l.SaleID, q.Month}) {
			if end.Module == l.Module && end.Side == "hi" {
				list = append(list, MonthStarted{l, end})
			}
		}
	}
	return list
}

// asking asks one question after another and keeps the first error.
type asking struct {
	ctx   context.Context
	marts Marts
	err   error
}

func asked[T any](a *asking, query string, args []any) []T {
	if a.err != nil {
		return nil
	}
	list, err := answers[T](a.ctx, a.marts, query, args...)
	a.err = err
	return list
}
