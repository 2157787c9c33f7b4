// Package programme holds the rules of the partner programme as plain values, checks them and writes them as tables.
//
// A *version* is the complete programme from its date until the next version's. An *incentive* is one thing that a
// version pays for: whom it credits, which lines count, and how a running base becomes money. Its name is data, as
// are the names of levels and modules. A *schedule* is the rates of one incentive at one level for one product family:
// tranches of one width with a list of rates, or tranches with explicit bounds. A *rate* is in parts per million. The
// *hash* of a version identifies the rules behind a figure.
//
// The package refuses tranches that overlap, leave gaps or are out of order, and rates above 100 %.
package programme

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// Cents is an amount in hundredths of the programme currency, or a number of units in hundredths.
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
	Names          Names
	Versions       []Version
}

// Names are the words that a programme has of its own.
type Names struct {
	Levels  []string                     // from the lowest
	Modules []string                     // what a partner can hold
	Labels  map[string]map[string]string // word -> language -> how statements write it
}

// Version is the programme from one day on.
type Version struct {
	Name       string
	From       time.Time
	Incentives []Incentive
	Points     Points
	Levels     Levels
	Admissions []Admission
}

// Whom an incentive credits.
const (
	Buyer       = "buyer"
	Distributor = "distributor"
	Claims      = "claims" // partners with a claim on the deal of the line
)

// Credited lists whom an incentive can credit.
func Credited() []string { return []string{Buyer, Distributor, Claims} }

// UnnamedReturns lists what a return that names no line can take back: the newest sales, whatever was bought on its own
// day, or nothing until a person decides.
func UnnamedReturns() []string { return []string{"newest_sale", "own_day", "hold"} }

// Methods lists how a schedule turns a running base into money.
func Methods() []string { return []string{"marginal", "block", "document", "volume"} }

// Periods lists how long a running base accumulates before it starts at zero.
func Periods() []string { return []string{"year", "half", "quarter", "month"} }

// Bases lists what of a line an incentive counts.
func Bases() []string { return []string{Amount, Quantity, Recurring, Activities} }

// What of a line an incentive counts: its value, its units, what a year of it costs, or what a partner has done.
const (
	Amount     = "amount"
	Quantity   = "quantity"
	Recurring  = "recurring"
	Activities = "activities"
)

// Targets lists what bounds can be percents of: a target of the partner's own, or its base in the same period of last
// year.
func Targets() []string { return []string{"own", "last_year"} }

// UpperInclusive says that a bound belongs to the lower tranche.
const UpperInclusive = "upper_inclusive"

// Agreement says that a partner keeps the version it signed, on the days of its agreement.
const Agreement = "agreement"

// Incentive is one thing that a version pays for.
type Incentive struct {
	Name     string
	Credits  string
	Module   string `json:",omitzero"` // that the partner holds; empty: none is needed
	Counts   Counts `json:",omitzero"`
	Base     string `json:",omitzero"` // empty: the amount
	Method   string
	Period   string
	Bounds   string    `json:",omitzero"` // UpperInclusive; empty: a bound belongs to the upper tranche
	Target   string    `json:",omitzero"` // what bounds are percents of; empty: they are amounts
	From, To time.Time `json:",omitzero"` // a promotion: its first and last day; zero: those of the version
	Terms    string    `json:",omitzero"` // Agreement: a partner keeps the version it signed; empty: that of the day
	NotWith  []string  `json:",omitzero"` // incentives that do not count a line together with this one
	Line     Limits    `json:",omitzero"` // of what a line earns
	Document Limits    `json:",omitzero"` // of what the lines of a document earn
	Cap      Cents     `json:",omitzero"` // the most a partner earns in a programme year; zero: no cap
	CapEach  string    `json:",omitzero"` // period: the cap is for each period
	// Guaranteed is what a partner that may earn by it on a period's last day earns in the period at least.
	Guaranteed Cents     `json:",omitzero"`
	Deals      Deals     `json:",omitzero"` // of one that credits claims
	Money      time.Time `json:",omitzero"` // the first day that earns money; zero: every day does
	// PaysNothing says that zero is meant: it has no schedules, and earns points at most.
	PaysNothing bool `json:",omitzero"`
	Schedules   []Schedule
}

// Counts is which lines and partners an incentive counts. An empty list and a zero amount ask for nothing.
type Counts struct {
	Basis        []string `json:",omitzero"` // licence, subscription, service
	Families     []string `json:",omitzero"`
	SKUs         []string `json:",omitzero"`
	Contracts    []string `json:",omitzero"` // new, renewal, expansion
	Types        []string `json:",omitzero"` // sale, return
	PartnerTypes []string `json:",omitzero"`
	Countries    []string `json:",omitzero"`
	// The least value of the line, of the document's sales and of the deal's sales.
	Line, Document, Deal Cents `json:",omitzero"`
}

// Limits are the least and the most that something earns; zero: no limit.
type Limits struct {
	Minimum, Maximum Cents `json:",omitzero"`
}

// Schedule is what an incentive pays at a level, for one product family or for all without their own.
type Schedule struct {
	Level    string
	Family   string `json:",omitzero"` // empty: every other family
	Width    Cents  `json:",omitzero"` // the last tranche goes on in tranches of this width; zero: it has no end
	Tranches []Tranche
}

// Tranche is a part of a schedule, [From, To). The last one has no end: its To is zero.
type Tranche struct {
	From, To Cents
	Rate     PPM   `json:",omitzero"` // of the base
	PerUnit  Cents `json:",omitzero"` // for each unit of the base
	Flat     Cents `json:",omitzero"` // for reaching it
}

// Wide lays out tranches of one width. The last one goes on.
func Wide(level, family string, width Cents, each ...Tranche) Schedule {
	for i := range each {
		each[i].From, each[i].To = width*Cents(i), width*Cents(i+1)
	}
	if len(each) > 0 {
		each[len(each)-1].To = 0
	}
	return Schedule{Level: level, Family: family, Width: width, Tranches: each}
}

// Deals is how claims on a deal become credits.
type Deals struct {
	LeadDays   int
	WindowDays int
	OwnDeals   bool // a partner is credited for its own purchases, too
	Rescale    bool // the parts of unclaimed roles go to the claimed ones
	Weights    []Weight
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

// PointRate gives points for each amount of Per in an incentive's base.
type PointRate struct {
	Incentive string
	Points    int64
	Per       Cents
	From      time.Time `json:",omitzero"` // the first day that earns them; zero: every day does
	Times     []Times   `json:",omitzero"` // spans that earn a multiple
	Most      int64     `json:",omitzero"` // the most that the base of a period brings; zero: no limit
}

// Times is a span whose lines earn a multiple of the points. By is in hundredths: 150 is one and a half times.
type Times struct {
	From, To time.Time // the first and the last day
	By       Cents
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
	Measures     []Measure `json:",omitzero"` // that requirements name
}

// Measure is a number that a level can ask for.
type Measure struct {
	Name      string
	Counts    string      // certifications, points, base, ratio or score
	Category  string      `json:",omitzero"` // of certifications or points; empty: of any
	Incentive string      `json:",omitzero"` // of the base
	Months    int         `json:",omitzero"` // so many of them, up to the month that is judged
	Ago       int         `json:",omitzero"` // and so many months before that
	Of, To    string      `json:",omitzero"` // of a ratio: what is divided by what
	Times     Cents       `json:",omitzero"` // and multiplied by, in hundredths
	Score     []ScorePart `json:",omitzero"`
}

// ScorePart gives points of a score for each Per of a measure.
type ScorePart struct {
	Measure string
	Points  int64
	Per     Cents
	Most    int64 `json:",omitzero"` // zero: no limit
}

// Measures lists what a measure can count.
func Measures() []string { return []string{"certifications", "points", "base", "ratio", "score"} }

// Condition asks for so much of a measure. Those of way 0 are asked for together; of the others one way is enough.
type Condition struct {
	Way     int `json:",omitzero"`
	Measure string
	Least   Cents
}

// Requirement is the condition of a level.
type Requirement struct {
	Level          string
	Points         int64
	Certifications int64
	Minimums       []CategoryPoints
	Conditions     []Condition `json:",omitzero"`
}

// Admission is the day from which partners of a type may earn anything.
type Admission struct {
	PartnerType string
	From        time.Time
}

// Incentives are those of all versions by name, as the newest version has each.
func (p Programme) Incentives() (list []Incentive) {
	at := map[string]int{}
	for _, v := range p.Versions {
		for _, in := range v.Incentives {
			if i, known := at[in.Name]; known {
				list[i] = in
				continue
			}
			at[in.Name] = len(list)
			list = append(list, in)
		}
	}
	return list
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
		Levels               []string
		Version              Version
	}{p.Currency, p.YearStarts, p.FXMaxAge, p.MinPayable, p.SettleAfter, p.PaysOwn,
		p.UnnamedReturns, p.Names.Levels, v})
	if err != nil {
		panic(err) // plain values always encode
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:6])
}
