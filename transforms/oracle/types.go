// Package oracle works the programme out a second time, slowly and plainly, so
// that the models can be held against it. Only tests use it.
//
// It shares nothing with the SQL: it walks line by line over exact decimals, from
// the written rules. Where it and the models differ, one of them is wrong.
package oracle

import (
	"time"

	"github.com/cockroachdb/apd/v3"
)

// Facts are the records as they stand: newest versions, nothing that waits for a person.
type Facts struct {
	Partners       []Partner
	Codes          []Code
	Products       []Product
	Rates          []Rate
	Claims         []Claim
	Links          []Link
	Certifications []Certification
	Entries        []Entry
	Budgets        []Budget
	Targets        []Target
	Activities     []Activity
	Sales          []Sale
	Through        time.Time // first day of the month the run is for
	FirstOpen      time.Time // first day of the first month that is open; zero: none is closed
}

// Days are the days on which a row of the directory holds, both included. Zero is
// without end.
type Days struct{ Since, Until time.Time }

// Partner is a partner of the directory. One with several rows has them in the
// order of their days.
type Partner struct {
	Days
	ID      string
	Type    string // "csp" or the like, often empty
	Country string
	Parent  string // the partner whose group it is in; empty: none
	Active  bool
	Left    time.Time // the day it left; zero: it has not
	Modules []Holding
	Levels  []Given // the first is where it starts
	// Agreements are the versions it keeps, by the day they begin, with the days of each agreement.
	Agreements []Holding
	Currency   string
}

// Code is what a distributor calls a partner besides its id.
type Code struct {
	Days
	Distributor, Name, Partner string
}

// Holding is a module held from one day to another, both included. A zero To
// means without end.
type Holding struct {
	Module   string
	From, To time.Time
}

// Given is a level the directory gives from a day on.
type Given struct {
	Level string
	From  time.Time
}

// Product is a stock-keeping unit.
type Product struct {
	Days
	SKU, Family string
	Basis       string // licence, subscription, service
}

// Rate is a published exchange rate: one unit of Currency in the programme
// currency.
type Rate struct {
	Currency string
	Date     time.Time
	Value    apd.Decimal
}

// Claim is a partner's claim on a registered deal. A zero Expires never does.
type Claim struct {
	Days
	Deal, Partner, Role string
	Registered, Expires time.Time
	Approved            bool
}

// Link is a person's decision that a sell-out line belongs to a deal.
type Link struct {
	Distributor, Document string
	Line                  int64
	Deal                  string
}

// Certification is an award. A zero Expires never lapses; otherwise it is the
// last valid day.
type Certification struct {
	Days
	Partner, Person, Code string
	Awarded, Expires      time.Time
}

// Activity is what a partner has done besides selling.
type Activity struct {
	ID, Partner, Code string
	Date              time.Time
	Count             int64
}

// Target is what a partner is measured by in a period.
type Target struct {
	Partner, Incentive string
	Period             time.Time // its first day
	Amount             apd.Decimal
	Days               // that it is the target
}

// Budget is a request to pay for a proof of concept with points.
type Budget struct {
	ID, Partner, Status         string // requested, approved or refused
	Points                      int64
	Approved, Expires, ProvedOn time.Time // zero: nobody says it
}

// Entry is a manual posting: redemption, bonus_points or money_adjustment.
type Entry struct {
	ID, Partner, Kind string
	Date              time.Time
	Points            int64
	Amount            apd.Decimal
}

// Sale is a sell-out line or a return. Net is negative on a return.
type Sale struct {
	Distributor, Document string
	Line                  int64
	Return                bool
	Date                  time.Time
	Yearly                bool   // the distributor's document numbers begin anew each year
	Buyer                 string // a code, or a partner's id
	DistributorPartner    string // the distributor as a partner, empty when it is none
	SKU, Currency, Deal   string
	Quantity              int64        // without sign
	Contract              string       // new, renewal, expansion; often empty
	Term                  int64        // in months; 0: it does not say
	Annual                *apd.Decimal // without sign; nil: it does not say
	Net                   apd.Decimal
	ReturnsDocument       string // empty: names no line
	ReturnsLine           int64
	Rate                  *apd.Decimal // that it was stated with; nil: it was not
	StatedOn              time.Time    // its day when a closed month stated it first; zero: none has
	StatedIn              time.Time    // the first month that has stated it; zero: none has
	Stated                []Match      // what a return that names no line was stated to take back
}

// Match is what a return that names no line takes of a sale of its distributor.
type Match struct {
	Document string
	Line     int64
	Year     int // where document numbers begin anew each year
	Quantity int64
	Net      *apd.Decimal // nil: for another version of the return
}

// Programme is all its versions.
type Programme struct {
	Currency   string
	YearStarts int // month, 1 for January
	FXMaxAge   int // days
	MinPayable apd.Decimal
	// SettleAfter is for how many months a balance is carried at most; 0: for ever.
	SettleAfter int
	// UnnamedReturns is own_day or hold; empty: a return that names no line takes back the newest sales.
	UnnamedReturns string
	Levels         []string  // names from the lowest; empty: those of the example
	Modules        []string  // likewise
	Versions       []Version // in the order of their dates
}

// Version is the programme from a day on.
type Version struct {
	From       time.Time
	Incentives []Incentive // in the order of the programme
	Points     Points
	Levels     Levels
	Admissions map[string]time.Time // partner type -> first day
}

// incentive is one of a version by its name, nil when the version has none of that name.
func (v *Version) incentive(name string) *Incentive {
	for i := range v.Incentives {
		if v.Incentives[i].Name == name {
			return &v.Incentives[i]
		}
	}
	return nil
}

// Incentive is one thing that a version pays for.
type Incentive struct {
	Name, Credits string       // Credits is buyer, distributor or claims
	Module        string       // that the partner holds; empty: none is needed
	Basis         []string     // of the products that count; empty: of any
	Families      []string     // likewise
	SKUs          []string     // likewise
	Types         []string     // of documents: sale, return; empty: both
	PartnerTypes  []string     // of the partners that earn; empty: of any
	Countries     []string     // likewise
	LeastLine     *apd.Decimal // value of the line, or of the sale it returns; nil: any
	LeastDocument *apd.Decimal // value of the document's sales
	LeastDeal     *apd.Decimal // value of the deal's sales until the day
	Contracts     []string     // of the lines that count; empty: of any
	Base          string       // quantity or recurring; empty: amount
	Method        string       // marginal, block, document, volume
	Period        string       // year, half, quarter, month
	Target        string       // own or last_year: bounds are percents of it; empty: they are amounts
	UpperBounds   bool         // a bound belongs to the lower tranche
	From, To      time.Time    // the first and the last day that count; zero: without end
	ByAgreement   bool         // a partner keeps the version that it signed
	NotWith       []string     // incentives that do not count a line together with it
	LimitEach     string       // line or document; empty: no limits
	Least, Most   *apd.Decimal // of what one earns; nil: no limit
	Cap           *apd.Decimal // nil: none
	CapEach       string       // period; empty: the programme year
	Guaranteed    *apd.Decimal // least that a partner earns in a period; nil: nothing
	Deals         Deals        // of one that credits claims
	MoneyFrom     time.Time    // zero: every day
	Schedules     []Schedule   // none: it pays nothing
}

// Schedule is a width with rates, the last of which goes on in further tranches
// of the same width, or explicit tranches. Family empty: every family without a
// schedule of its own in this module and version.
type Schedule struct {
	Level, Family string
	Width         *apd.Decimal
	Rates         []apd.Decimal // fractions, 0.05 is 5 %; of units, the amount for each
	Flats         []apd.Decimal // with a width: for reaching each tranche; none for further ones
	Tranches      []Tranche
}

// Tranche is [From, To); To nil has no end.
type Tranche struct {
	From apd.Decimal
	To   *apd.Decimal
	Rate apd.Decimal // of units, the amount for each
	Flat apd.Decimal // for reaching it
}

// Deals is how claims on a deal become credits.
type Deals struct {
	LeadDays, WindowDays int
	OwnDeals, Rescale    bool
	Weights              map[string]int64
}

// Points is how points are earned.
type Points struct {
	StatusMonths   int
	ExpireMonths   int                  // 0: never
	ByAmount       map[string]PointRate // by incentive
	Certifications map[string]CertificationPoints
	PersonCap      int64 // 0: none
	CategoryCaps   map[string]int64
}

// PointRate is so many points per so much.
type PointRate struct {
	Points int64
	Per    apd.Decimal
	From   time.Time // zero: every day
	Times  []Times
	Most   int64 // that a period's base brings; zero: no limit
}

// Times is a span whose lines earn a multiple of the points.
type Times struct {
	From, To time.Time // both included
	By       int64
}

// CertificationPoints is what a code is worth and in which category.
type CertificationPoints struct {
	Category string
	Points   int64
}

// Levels is how partners rise and fall.
type Levels struct {
	Computed                 bool
	ReviewMonth, GraceMonths int
	Requirements             []Requirement // from the lowest level
	Measures                 []Measure
}

// Measure is a number that a level can ask for.
type Measure struct {
	Name, Counts        string // Counts is certifications, points, base, ratio or score
	Category, Incentive string
	Months, Ago         int
	Of, To              string
	Times               int64
	Score               []ScorePart
}

// ScorePart gives points of a score for each Per of a measure, cut down to whole ones.
type ScorePart struct {
	Measure      string
	Points, Most int64 // Most 0: no limit
	Per          apd.Decimal
}

// Condition asks for so much of a measure: all those of way 0, and all of one other way.
type Condition struct {
	Way     int
	Measure string
	Least   apd.Decimal
}

// Requirement is what a level asks for.
type Requirement struct {
	Level                  string
	Points, Certifications int64
	Minimums               map[string]int64 // category -> points
	Conditions             []Condition
}

// Result is everything worked out, each list in an order of its own choosing.
type Result struct {
	Credits  []Credit
	Levels   []LevelHeld
	Balances []Balance
	Pays     []Pay
}

// Credit is one line x one partner x one incentive that counts.
type Credit struct {
	Distributor, Document string
	Line                  int64
	Partner, Incentive    string
	Base, Low, High       apd.Decimal // Low and High: position in the period (not of the document)
	Earned                apd.Decimal // after any cap
	Points                int64       // by amount
}

// LevelHeld is the level a partner holds in a month, by the rule of the version
// in force on its last day.
type LevelHeld struct {
	Partner, Level string
	Month          time.Time
}

// Balance is where a partner's points stand on the last day of a month.
type Balance struct {
	Partner                         string
	Month                           time.Time
	Status, Spendable, Certificates int64 // Certificates: the part of Status that valid certifications give
	Expiring                        int64 // of Spendable, within 90 days
}

// Pay is what a partner is paid for a month.
type Pay struct {
	Partner             string
	Month               time.Time
	Payable, CarriedOut apd.Decimal
	Currency            string       // the partner's own
	Own                 *apd.Decimal // Payable in it; nil: no rate says
}
