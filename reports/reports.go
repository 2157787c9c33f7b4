// Package reports reads the marts into plain values for whoever writes them
// down.
//
// A *statement* is everything one partner is told about one month. A *register*
// is everything finance is told about it. Amounts are whole cents of the
// programme currency unless a currency stands beside them; rates are parts per
// million. The package works out nothing that a mart does not already say.
package reports

import "time"

// Cents is an amount in hundredths.
type Cents int64

// Rate is a fraction in parts per million: 50,000 is 5 %.
type Rate int64

// Edition says how far a month's workbooks may be relied upon.
type Edition struct {
	Final    bool // the month is closed and nothing in it will change
	Approval bool // the month is closed and waits for a second person
	Version  int  // from 1; 2 is what replaces a month that was taken back
	Replaces int  // the version that was final before it; 0: none was
}

// Letterhead is whose paper a workbook is on.
type Letterhead struct {
	Vendor   string
	Address  []string // lines under the name
	Accent   string   // RRGGBB of headings; empty: the house blue
	Font     string   // empty: Arial
	Logo     []byte   `json:"-"` // a PNG or JPEG; empty: none
	LogoHash string   // of those bytes
}

// Statement is one partner's month.
type Statement struct {
	Edition
	Letterhead
	PasswordHash string // hash of the password it opens with; empty: it opens without
	Currency     string // the programme's
	Programme    string // name of the version in force on the month's last day
	RulesHash    string // of that version
	Month        time.Time
	Partner      Partner
	Pay          Pay
	Modules      []ModuleTotal
	Margin       []Tranche
	Lines        []Line
	Shares       []Share
	Claims       []Claim
	Points       []Posting
	Balance      Balance
	Expiring     []Expiring
	Gaps         []Gap
	Entries      []MoneyEntry
	NotCounted   []NotCounted
	Rules        []Rule
	Changes      []Change
}

// Partner is who a statement is for.
type Partner struct {
	ID, Name, Country, Town, Currency, Language, Modules string
}

// Pay is what a partner is paid for a month and where that leaves it.
type Pay struct {
	Earned, MoneyEntries, CarriedIn, Payable, CarriedOut Cents
	Currency                                             string // the partner's own
	OwnRate                                              int64  // one unit of it in the programme currency, in units of 10^-9; 0: unknown
	PayableOwn                                           Cents
	Level, NextLevel                                     string
	StatusPoints, PointsMissing                          int64 // missing for the next level
	Unasked                                              bool  // the programme says nothing of what the next level asks for
}

// ModuleTotal is what one module came to in a month and in the year so far.
type ModuleTotal struct {
	Module               string
	Lines, Points        int64
	Base, Earned         Cents
	YearBase, YearEarned Cents
	YearPoints           int64
}

// Tranche is how far a partner has filled one tranche of one schedule.
type Tranche struct {
	Module, Method, Level, Family string
	Year                          time.Time // first day of the programme year whose tranche it is
	ValidFrom                     time.Time
	Number                        int64
	Whole                         bool // stands for the whole base, without bounds
	Cut                           bool // is what the cap of the programme year took away
	Endless                       bool // has no upper bound
	From, To                      Cents
	Rate                          Rate
	MonthBase, MonthEarned        Cents
	YearBase, YearEarned          Cents
}

// Change is what one version of a statement says differently from the one before.
type Change struct {
	What, Module, Distributor, Document string // What: line, money_entry or posting, or what the summary says
	Changed                             string // what else of a line; what a posting is for; a level or modules before and after
	Date                                time.Time
	Number                              int64
	BaseBefore, BaseAfter               Cents // of a line
	Before, After                       Cents // earned by a line, or the figure
	PointsBefore, PointsAfter           int64
}

// Mending says which closed month a movement mends and why.
type Mending struct {
	Mends                 time.Time // zero: none
	Cause                 string
	CauseFile, StatedFile string // what moves it, and what it was stated from
	CauseLine, StatedLine int64
}

// Line is one movement.
type Line struct {
	Mending

	FXRate                                                         int64 // one unit of the document's currency in the programme currency, in units of 10^-9
	SaleID                                                         int64
	Module                                                         string
	Date                                                           time.Time
	Distributor, Document                                          string
	Number                                                         int64
	Type, Customer, SKU, Product, Currency                         string
	Quantity                                                       int64 // thousandths
	Net                                                            int64 // in the document's currency, in units of 10^-6
	Amount, Base, PositionBefore, PositionAfter, BeforeCap, Earned Cents
	Level, Method                                                  string
	Points                                                         int64
	Deal, File                                                     string
	FileLine                                                       int64
	Slices                                                         []Slice
}

// Slice is the part of a line in one tranche.
type Slice struct {
	Tranche      int64
	Rate         Rate
	Base, Earned Cents
}

// Share is the partner's part of a line of a registered deal.
type Share struct {
	Deal, Roles, Distributor, File string
	Date                           time.Time
	Base                           Cents
	FileLine                       int64
}

// Claim is the partner's claim on a deal against its lines of the month.
type Claim struct {
	Deal, Role, Status, Reason string
	Registered                 time.Time
	Lines                      int64
	Counted                    bool
}

// Posting is one entry of the points ledger.
type Posting struct {
	Mending
	Date                   time.Time
	Kind, Category, Source string
	Balance                string
	Points                 int64
}

// Balance is where a partner's points stand at the end of a month.
type Balance struct {
	ByAmount, ByCertificate, ByBonus, Status, Certifications int64
	Earned, Redeemed, Expired, Spendable                     int64
	SpendableValue                                           Cents
}

// Expiring is what lapses on a day within 90 days of the month's end.
type Expiring struct {
	On     time.Time
	Points int64
}

// Gap is a requirement of the next level that is not met.
type Gap struct {
	Requirement, Category string
	Has, Needs            int64
}

// MoneyEntry is a manual adjustment.
type MoneyEntry struct {
	Mending
	ID, Reason, By, File string
	Date                 time.Time
	Amount               Cents
	FileLine             int64
}

// NotCounted is a line of the partner's that does not count, and why.
type NotCounted struct {
	Module, Reason, Distributor, Document, Product, File string
	Date                                                 time.Time
	Number, FileLine                                     int64
	Amount                                               Cents  // of what is known in full, in the programme currency
	Held                                                 bool   // it waits for something that is missing
	Net                                                  int64  // of what is held, in millionths of its currency
	Currency                                             string // of that
}

// Rule is one tranche of a schedule that a statement's figures were made under.
type Rule struct {
	Module, Method, Period, Level, Family, Version, Hash string
	From, To                                             time.Time
	Tranche                                              int64
	FromAmount, ToAmount, Cap                            Cents
	Endless, Capped                                      bool
	Rate                                                 Rate
}
