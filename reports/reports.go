// Package reports reads the marts into plain values, for workbooks, `tranche explain` and
// the journal.
//
// A *statement* is one partner's month. A *register* is finance's view of a month. Amounts are
// in the programme currency unless a currency is given. The JSON names of the fields are the
// columns they are read from. The marts calculate; this package only reads.
package reports

// Letterhead is how the vendor's workbooks look.
type Letterhead struct {
	Vendor   string   `json:"vendor,omitzero"`
	Address  []string `json:"address,omitzero"`   // lines under the name
	Accent   string   `json:"accent,omitzero"`    // RRGGBB of headings; empty: the house blue
	Font     string   `json:"font,omitzero"`      // empty: Arial
	Logo     []byte   `json:"-"`                  // a PNG or JPEG; empty: none
	LogoHash string   `json:"logo_hash,omitzero"` // of those bytes
	Names    Names    `json:"names,omitzero"`
}

// Statement is one partner's month.
type Statement struct {
	Edition
	Letterhead
	Summary
	PasswordHash string           `json:"password_hash,omitzero"` // empty: it has no password
	Modules      []IncentiveTotal `json:"modules"`
	Margin       []Tranche        `json:"margin"`
	Lines        []Line           `json:"lines"`
	Shares       []Share          `json:"shares"`
	Claims       []Claim          `json:"claims"`
	Points       []Posting        `json:"points"`
	Ends         []Ending         `json:"ends"`
	Levels       []Expected       `json:"levels"`
	NextLevel    []NextLevel      `json:"next_level"` // none or one
	Gaps         []Gap            `json:"missing"`
	Shortfalls   []Gap            `json:"lacking"` // of the level it holds
	Certified    []Certified      `json:"certifications"`
	Next         []NextStep       `json:"next_steps"`
	Entries      []MoneyEntry     `json:"money_entries"`
	Adjustments  []Adjustment     `json:"adjustments"`
	NotCounted   []NotCounted     `json:"not_counted"`
	Rules        []Rule           `json:"rules"`
	Changes      []Change         `json:"changes"`
}

// Summary has the totals of a partner's month, and the version of the programme.
type Summary struct {
	Partner   Partner `json:"partner"`
	Pay       Pay     `json:"pay"`
	Balance   Balance `json:"balance"`
	Month     Day     `json:"month"`
	Currency  string  `json:"programme_currency"`
	Programme string  `json:"version_name"` // the version in force on the month's last day
	RulesHash string  `json:"rules_hash"`
}

// Partner is who a statement is for.
type Partner struct {
	ID       string `json:"partner_id"`
	Name     string `json:"name"`
	Country  string `json:"country"`
	Town     string `json:"town"`
	Currency string `json:"currency"`
	Language string `json:"language"`
	Modules  string `json:"modules"`
	Active   bool   `json:"is_active"`
}

// Pay is what a partner is paid for a month, and its level.
type Pay struct {
	Earned        Cents  `json:"earned"`
	Before        Before `json:"before,omitzero"`
	HasBefore     bool   `json:"has_before,omitzero"` // there is a month before
	MoneyEntries  Cents  `json:"money_entries"`
	CarriedIn     Cents  `json:"carried_in"`
	Payable       Cents  `json:"payable"`
	CarriedOut    Cents  `json:"carried_out"`
	Minimum       Cents  `json:"minimum_payable"`
	Currency      string `json:"currency"`                // the partner's own
	OwnRate       FX     `json:"rate,omitzero"`           // zero: unknown
	RateDate      Day    `json:"rate_date,omitzero"`      // of that rate; zero in the programme currency
	PayableOwn    string `json:"payable_own,omitzero"`    // an exact decimal in it
	OwnUnknown    bool   `json:"is_own_unknown,omitzero"` // something is paid, and no rate says how much it is there
	PaidCurrency  string `json:"paid_currency"`           // in which it is paid: the programme's, or the partner's own
	CarriedMonths int64  `json:"carried_months,omitzero"` // that the carried amount has waited
	SettleAfter   int64  `json:"settle_after,omitzero"`   // months after which it is paid; zero: never
	Level         string `json:"level"`
	LevelMet      string `json:"level_met,omitzero"`
	LevelAfter    string `json:"level_next"`            // held from the next month on
	NextLevel     string `json:"next_level,omitzero"`   // the one above
	LevelBefore   string `json:"level_before,omitzero"` // in the month before; empty: none
	FallsOn       Day    `json:"falls_on,omitzero"`     // first day without the level it holds; zero: it keeps it
	FallsTo       string `json:"falls_to,omitzero"`
	KeepFrom      Day    `json:"keep_from,omitzero"` // first day of the month from whose end on it can still be kept
	StatusPoints  int64  `json:"status_points"`
	PointsMissing int64  `json:"points_missing,omitzero"` // for the next level
	Unasked       bool   `json:"is_unasked"`              // the programme asks for no points for the next level
	HasLevelRules bool   `json:"has_level_rules"`         // the programme says what levels ask for
}

// Before is how much was paid for the month before, and how it came about.
type Before struct {
	Earned       Cents `json:"earned_last,omitzero"`
	MoneyEntries Cents `json:"entries_last,omitzero"`
	CarriedIn    Cents `json:"carried_in_last,omitzero"`
	CarriedOut   Cents `json:"carried_out_last,omitzero"`
	Payable      Cents `json:"payable_last,omitzero"`
}

// IncentiveTotal has the totals of one incentive in a month and in the year to date.
type IncentiveTotal struct {
	Incentive  string `json:"incentive"`
	Lines      int64  `json:"lines"`
	Points     int64  `json:"points"`
	Base       Cents  `json:"base"`
	Earned     Cents  `json:"earned"`
	YearBase   Cents  `json:"year_base"`
	YearEarned Cents  `json:"year_earned"`
	YearPoints int64  `json:"year_points"`
}

// Tranche is how far a partner has filled one tranche of one schedule.
type Tranche struct {
	Incentive   string `json:"incentive"`
	Method      string `json:"method"`
	Level       string `json:"level"`
	Family      string `json:"family,omitzero"`
	Year        Day    `json:"year_start"` // the programme year whose tranche it is
	ValidFrom   Day    `json:"valid_from"`
	Number      int64  `json:"tranche"`
	Through     int64  `json:"-"`          // the last tranche that the row stands for, when printed
	Whole       bool   `json:"is_whole"`   // stands for the whole base, without bounds
	Flat        bool   `json:"is_flat"`    // is what was earned for reaching tranches
	Cut         bool   `json:"is_cut"`     // is what limits and caps changed
	Endless     bool   `json:"is_endless"` // has no upper bound
	From        Cents  `json:"from_amount,omitzero"`
	To          Cents  `json:"to_amount,omitzero"`
	Rate        Rate   `json:"rate,omitzero"`
	MonthBase   Cents  `json:"month_base"`
	MonthEarned Cents  `json:"month_earned"`
	YearBase    Cents  `json:"year_base"`
	YearEarned  Cents  `json:"year_earned"`
	YearByRate  bool   `json:"is_year_by_rate"`  // the year's earnings are its base times the rate
	MonthByRate bool   `json:"is_month_by_rate"` // the month's are those of the year less those before
}

// Change is a difference between one version of a statement and the one before.
type Change struct {
	What         string `json:"what"` // line, money_entry or posting, or what the summary says
	Incentive    string `json:"incentive"`
	Distributor  string `json:"distributor"`
	Document     string `json:"document_no"`
	Changed      string `json:"changed"` // columns of a line; what a posting is for; a level or modules before and after
	Date         Day    `json:"document_date"`
	Number       int64  `json:"line_no"`
	BaseBefore   Cents  `json:"base_before"` // of a line
	BaseAfter    Cents  `json:"base_after"`
	Before       Cents  `json:"amount_before"` // earned by a line, or the figure
	After        Cents  `json:"amount_after"`
	PointsBefore int64  `json:"points_before"`
	PointsAfter  int64  `json:"points_after"`
}

// Adjustment changes what a closed month stated: of a line, a manual adjustment or a posting.
type Adjustment struct {
	Kind        string `json:"kind"` // line or money_entry; certification, bonus or redemption, of points
	Incentive   string `json:"incentive,omitzero"`
	SaleID      int64  `json:"sale_id,omitzero"`
	Adjusts     Day    `json:"adjusts_month"`
	Cause       string `json:"cause"`
	CauseFile   string `json:"file_name,omitzero"`
	CauseLine   int64  `json:"file_line,omitzero"`
	StatedFile  string `json:"stated_file,omitzero"` // it was stated from
	StatedLine  int64  `json:"stated_line,omitzero"`
	Date        Day    `json:"posted_on"`
	Distributor string `json:"distributor,omitzero"`
	Document    string `json:"document_no,omitzero"`
	Number      int64  `json:"line_no,omitzero"`
	Source      string `json:"description,omitzero"` // the manual adjustment with its reason, or what points are for
	Base        Cents  `json:"base"`                 // by how much it changes
	Amount      Cents  `json:"amount"`
	AmountWas   Cents  `json:"amount_before,omitzero"` // what closed months stated of it
	Points      int64  `json:"points"`
}

// Sale is a sell-out line and its value.
type Sale struct {
	SaleID          int64    `json:"sale_id,omitzero"`
	Date            Day      `json:"document_date"`
	Distributor     string   `json:"distributor"`
	Document        string   `json:"document_no,omitzero"`
	Number          int64    `json:"line_no,omitzero"`
	Type            string   `json:"document_type,omitzero"`
	Customer        string   `json:"end_customer,omitzero"`
	SKU             string   `json:"sku"`
	Product         string   `json:"product_name,omitzero"`
	Family          string   `json:"family,omitzero"`
	Quantity        Quantity `json:"quantity,omitzero"`
	Net             Net      `json:"net_amount,omitzero"`
	Currency        string   `json:"currency,omitzero"`
	FXRate          FX       `json:"rate,omitzero"`
	RateDate        Day      `json:"rate_date,omitzero"` // zero in the programme currency
	Amount          Cents    `json:"amount,omitzero"`
	Deal            string   `json:"deal_id,omitzero"`
	TermsDate       Day      `json:"terms_date,omitzero"`
	ReturnsDocument string   `json:"returns_document,omitzero"`
	ReturnsLine     int64    `json:"returns_line,omitzero"`
	ReturnFound     bool     `json:"is_return_found"`
	File            string   `json:"file_name"`
	FileLine        int64    `json:"file_line,omitzero"` // zero: the file no longer holds it
}

// Line is one movement.
type Line struct {
	Sale
	CreditID       string  `json:"credit_id"`
	Incentive      string  `json:"incentive"`
	Base           Cents   `json:"base"`
	PeriodStart    Day     `json:"period_start"`
	Sequence       int64   `json:"sequence"`
	PeriodBefore   Cents   `json:"running_lo"` // running position in the period
	PeriodAfter    Cents   `json:"running_hi"`
	PositionBefore Cents   `json:"lo"` // for its tranches; under method document, in the document
	PositionAfter  Cents   `json:"hi"`
	ByRate         Cents   `json:"by_rate"` // before any limit
	Limited        Cents   `json:"limited"` // after the limits of a line or document
	Cut            Cents   `json:"cut"`     // of that, because a line earns no more than it costs
	Flat           Cents   `json:"flat"`    // for reaching tranches
	BeforeCap      Cents   `json:"before_cap"`
	Earned         Cents   `json:"earned"`
	Level          string  `json:"level"`
	Method         string  `json:"method,omitzero"`
	Schedule       string  `json:"schedule,omitzero"`
	RulesHash      string  `json:"rules_hash"`
	Points         int64   `json:"points"`
	Slices         []Slice `json:"slices,omitempty"`
	Ends           []End   `json:"ends,omitempty"`   // only to explain it
	Terms          *Terms  `json:"version,omitzero"` // only to explain it
}

// Slice is the part of a line that falls into one tranche.
type Slice struct {
	Tranche    int64 `json:"tranche"`
	Through    int64 `json:"through_tranche,omitzero"` // the last one, where it is more than one
	From       Cents `json:"from_amount,omitzero"`
	To         Cents `json:"to_amount,omitzero"` // zero: no end
	Rate       Rate  `json:"rate"`
	Base       Cents `json:"base"`
	FillBefore Cents `json:"fill_before"`
	FillAfter  Cents `json:"fill_after"`
	Earned     Cents `json:"earned"`
}

// Share is a partner's share of a line of a registered deal.
type Share struct {
	Partner     string `json:"partner_id"`
	SaleID      int64  `json:"sale_id"`
	Deal        string `json:"deal_id"`
	Roles       string `json:"roles"`
	Date        Day    `json:"document_date"`
	Distributor string `json:"distributor"`
	Numerator   int64  `json:"numerator,omitzero"`
	Denominator int64  `json:"denominator,omitzero"`
	Amount      Cents  `json:"amount,omitzero"` // of the whole line
	Base        Cents  `json:"base"`
	File        string `json:"file_name"`
	FileLine    int64  `json:"file_line"`
}

// Claim is a claim on a deal, with the number of its lines.
type Claim struct {
	Deal       string `json:"deal_id"`
	Role       string `json:"role"`
	Status     string `json:"status"`
	Registered Day    `json:"registered_on"`
	Counted    bool   `json:"is_counted"`
	Reason     string `json:"reason,omitzero"`
	Lines      int64  `json:"lines"`
	First      Day    `json:"first_date"` // of the documents
	Last       Day    `json:"last_date"`
}

// Posting is one entry of the points ledger.
type Posting struct {
	Date     Day    `json:"posted_on"`
	Kind     string `json:"kind"`
	Category string `json:"category,omitzero"`
	Source   string `json:"source,omitzero"`
	Balance  string `json:"balance"`
	Points   int64  `json:"points"`
}

// Balance has a partner's points at the end of a month.
type Balance struct {
	ByAmount       int64 `json:"by_amount"`
	ByCertificate  int64 `json:"by_certificate"`
	ByBonus        int64 `json:"by_bonus"`
	Status         int64 `json:"status_points"`
	Certifications int64 `json:"certifications"`
	Earned         int64 `json:"points_earned"`
	Redeemed       int64 `json:"redeemed"`
	Expired        int64 `json:"expired"`
	Spendable      int64 `json:"spendable"`
	SpendableValue Cents `json:"spendable_value"`
}

// MoneyEntry is a manual adjustment.
type MoneyEntry struct {
	ID       string `json:"entry_id"`
	Date     Day    `json:"posted_on"`
	Amount   Cents  `json:"amount"`
	Reason   string `json:"reason"`
	By       string `json:"entered_by"`
	File     string `json:"file_name"`
	FileLine int64  `json:"file_line"`
}

// NotCounted is a line that does not count.
type NotCounted struct {
	Sale
	Incentive string `json:"incentive,omitzero"`
	Reason    string `json:"reason"`
	Held      bool   `json:"is_held"`       // it waits for something that is missing
	What      string `json:"what,omitzero"` // that something
}

// Rule is one tranche of a schedule that a statement uses.
type Rule struct {
	Incentive  string `json:"incentive"`
	Method     string `json:"method"`
	Period     string `json:"period"`
	Level      string `json:"level"`
	Family     string `json:"family,omitzero"`
	Version    string `json:"version_name"`
	Hash       string `json:"rules_hash"`
	From       Day    `json:"from_date"`
	To         Day    `json:"to_date"`
	Tranche    int64  `json:"tranche"`
	FromAmount Cents  `json:"from_amount"`
	ToAmount   Cents  `json:"to_amount,omitzero"`
	Cap        Cents  `json:"cap,omitzero"`
	Endless    bool   `json:"is_endless"`
	Capped     bool   `json:"is_capped"`
	Rate       Rate   `json:"rate"`
	Flat       Cents  `json:"flat"`
	Schedule   string `json:"schedule"`
	Reached    Cents  `json:"reached_at"` // the lowest position that has reached it; zero has reached the first
	Left       Cents  `json:"left_at"`    // the lowest that has reached the next; if Endless, there is none
	Width      Cents  `json:"width"`      // of each of those in which the last rate goes on
	Through    int64  `json:"-"`          // the last tranche that the row stands for, when printed
}

// Adjusted sums the adjustments of closed months: margin of lines, and manual adjustments.
func (s *Statement) Adjusted() (lines, entries Cents) {
	for _, a := range s.Adjustments {
		switch a.Kind {
		case "line":
			lines += a.Amount
		case "money_entry":
			entries += a.Amount
		}
	}
	return lines, entries
}
