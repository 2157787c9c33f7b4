// Package programme holds the rules of the partner programme as plain values,
// proves that they make sense, and writes them as tables.
//
// A *version* is the whole programme from its date until the next version's.
// A *schedule* is what one module pays at one level for one product family:
// tranches of a width with a list of rates, or explicit bounds. A *rate* is
// kept in parts per million. Every version has a *hash*, so that each figure
// can say under which rules it was made.
//
// The package refuses rules that overlap, leave gaps, are out of order or pay
// more than all of a purchase.
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

// Programme is every version there is, with what does not change between them.
type Programme struct {
	Currency   string
	YearStarts int // month in which the programme year begins, 1 for January
	FXMaxAge   int // days a published rate may be used for
	MinPayable Cents
	Versions   []Version
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

// ModuleNames lists the modules in the order in which they are shown.
func ModuleNames() []string { return []string{Distribution, Resell, SellWithName} }

// LevelNames lists the levels from the lowest.
func LevelNames() []string { return []string{"ready", "advanced", "premier"} }

// Methods lists the ways a schedule turns a running base into money.
func Methods() []string { return []string{"marginal", "block", "document", "volume"} }

// Periods lists how long a module accumulates before it starts at zero again.
func Periods() []string { return []string{"year", "half", "quarter", "month"} }

// Module is how one module pays.
type Module struct {
	Name      string
	Method    string
	Period    string
	Cap       Cents // most that is earned in a programme year; zero: no cap
	Schedules []Schedule
}

// Schedule is what a module pays at a level, for one product family or for all
// that have no schedule of their own.
type Schedule struct {
	Level    string
	Family   string // empty: every other family
	Width    Cents  // of each tranche; zero when Bounds are given
	Rates    []PPM  // with a width: of each tranche, the last goes on
	Tranches []Tranche
}

// Tranche is one explicit part of a schedule, [From, To); To is zero for the
// last, which has no end.
type Tranche struct {
	From, To Cents
	Rate     PPM
}

// SellWith is how influence on a deal becomes a credit.
type SellWith struct {
	LeadDays   int
	WindowDays int
	OwnDeals   bool // a partner may be credited for what it bought itself
	Rescale    bool // the parts of unclaimed roles go to the others
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

// PointRate gives so many points for every so much of a module's base.
type PointRate struct {
	Module string
	Points int64
	Per    Cents
}

// Certification is what one certification is worth while it is valid.
type Certification struct {
	Code     string
	Category string
	Points   int64
}

// CategoryPoints is a number of points in one category of certification.
type CategoryPoints struct {
	Category string
	Points   int64
}

// Levels is how a partner rises and falls.
type Levels struct {
	Computed     bool // false: the partner file decides
	ReviewMonth  int
	GraceMonths  int
	Requirements []Requirement
}

// Requirement is what a level asks for.
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

// HashOn names the version in force on a day; empty before the first.
func (p Programme) HashOn(day time.Time) (hash string) {
	for _, v := range p.Versions {
		if !v.From.After(day) {
			hash = p.Hash(v)
		}
	}
	return hash
}

// Hash names a version by everything that decides a figure under it.
func (p Programme) Hash(v Version) string {
	data, err := json.Marshal(struct {
		Currency             string
		YearStarts, FXMaxAge int
		MinPayable           Cents
		Version              Version
	}{p.Currency, p.YearStarts, p.FXMaxAge, p.MinPayable, v})
	if err != nil {
		panic(err) // plain values always encode
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:6])
}
