// Package programme holds the rules of the partner programme as plain values, checks them and writes them as tables.
//
// A *version* is the complete programme from its date until the next version's. A *schedule* is the rates of one
// module at one level for one product family: tranches of one width with a list of rates, or tranches with explicit
// bounds. A *rate* is in parts per million. The *hash* of a version identifies the rules behind a figure.
//
// The package refuses tranches that overlap, leave gaps or are out of order, and rates above 100 %.
package programme

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// Cents is an amount in hundredths of the programme currency.
type Cents int64

// PPM is a rate in parts per million: 5 % is 50,000.
type PPM int64

// Programme is all versions, and the rules they share.
type Programme struct {
	Currency   string
	YearStarts int // month in which the programme year begins, 1 for January
	FXMaxAge   int // days a published rate may be used for
	MinPayable Cents
	// SettleAfter is for how many months a balance below the minimum is carried; zero: for ever.
	SettleAfter int
	PaysOwn     bool // partners are paid in their own currency
	// UnnamedReturns is what a return that names no line takes back; empty is the first of UnnamedReturns.
	UnnamedReturns string
	Versions       []Version
}

// Version is the programme from one day on.
type Version struct {
	Name       string
	From       time.Time
	Modules    []Module
	SellWith   SellWith
	Points     Points
	Levels     Levels
	Admissions []Admission
}

// The modules a partner can hold.
const (
	Distribution = "distribution"
	Resell       = "resell"
	SellWithName = "sell_with"
)

// ModuleNames lists the modules in the order of reports.
func ModuleNames() []string { return []string{Distribution, Resell, SellWithName} }

// LevelNames lists the levels from the lowest.
func LevelNames() []string { return []string{"ready", "advanced", "premier"} }

// UnnamedReturns lists what a return that names no line can take back: the newest sales, whatever was bought on its own
// day, or nothing until a person decides.
func UnnamedReturns() []string { return []string{"newest_sale", "own_day", "hold"} }

// Methods lists how a schedule turns a running base into money.
func Methods() []string { return []string{"marginal", "block", "document", "volume"} }

// Periods lists how long a running base accumulates before it starts at zero.
func Periods() []string { return []string{"year", "half", "quarter", "month"} }

// Module is how one module pays.
type Module struct {
	Name      string
	Method    string
	Period    string
	Cap       Cents // the most a partner earns in a programme year; zero: no cap
	Schedules []Schedule
}

// Schedule is the rates of a module at a level, for one product family or for all without their own.
type Schedule struct {
	Level    string
	Family   string // empty: every other family
	Width    Cents  // of each tranche; zero with explicit tranches
	Rates    []PPM  // with a width: of each tranche; the last one continues
	Tranches []Tranche
}

// Tranche is an explicit part of a schedule, [From, To). The last one has no end: its To is zero.
type Tranche struct {
	From, To Cents
	Rate     PPM
}

// SellWith is how influence on a deal becomes a credit.
type SellWith struct {
	LeadDays   int
	WindowDays int
	OwnDeals   bool // a partner is credited for its own purchases, too
	Rescale    bool // the parts of unclaimed roles go to the claimed ones
	Weights    []Weight
	PointsFrom time.Time // zero: no points
	MoneyFrom  time.Time // zero: no money
}

// Weight is a role's part of a deal.
type Weight struct {
	Role   string
	Weight int64
}

// Points is how points are earned and how long they count.
type Points struct {
	StatusMonths   int
	ExpireMonths   int // zero: spendable points never expire
	RedemptionRate Cents
	ByAmount       []PointRate
	Certifications []Certification
	PersonCap      int64 // zero: none
	CategoryCaps   []CategoryPoints
}

// PointRate gives points for each amount of Per in a module's base.
type PointRate struct {
	Module string
	Points int64
	Per    Cents
}

// Certification is the points of a valid certification.
type Certification struct {
	Code     string
	Category string
	Points   int64
}

// CategoryPoints is points in a category of certifications.
type CategoryPoints struct {
	Category string
	Points   int64
}

// Levels is how levels are reached and lost.
type Levels struct {
	Computed     bool // false: the partner file decides
	ReviewMonth  int
	GraceMonths  int
	Requirements []Requirement
}

// Requirement is the condition of a level.
type Requirement struct {
	Level          string
	Points         int64
	Certifications int64
	Minimums       []CategoryPoints
}

// Admission is the day from which partners of a type may earn anything.
type Admission struct {
	PartnerType string
	From        time.Time
}

// HashOn is the hash of the version in force on a day; empty before the first.
func (p Programme) HashOn(day time.Time) (hash string) {
	for _, v := range p.Versions {
		if !v.From.After(day) {
			hash = p.Hash(v)
		}
	}
	return hash
}

// Hash identifies a version by all that decides a figure.
func (p Programme) Hash(v Version) string {
	data, err := json.Marshal(struct {
		Currency             string
		YearStarts, FXMaxAge int
		MinPayable           Cents
		SettleAfter          int    `json:",omitzero"`
		PaysOwn              bool   `json:",omitzero"`
		UnnamedReturns       string `json:",omitzero"`
		Version              Version
	}{p.Currency, p.YearStarts, p.FXMaxAge, p.MinPayable, p.SettleAfter, p.PaysOwn,
		p.UnnamedReturns, v})
	if err != nil {
		panic(err) // plain values always encode
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:6])
}
