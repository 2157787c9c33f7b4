package programme

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tranche/reports/currency"
)

// Database executes statements.
type Database interface {
	Exec(ctx context.Context, query string, args ...any) error
}

// Span is the first open month, zero when no month is closed, and the month of the run.
type Span struct {
	FirstOpen, Through time.Time
}

// WriteTables makes the schema rules and fills it for the models. Amounts are in the programme currency, rates are
// fractions (0.05 is 5 %), ends are exclusive.
//
// past is the rules of the closed months, oldest first. In rules.in_force a closed month has the rules it was stated
// under, an open month today's.
func (p Programme) WriteTables(ctx context.Context, db Database, span Span, past ...Month) error {
	w := &writer{ctx: ctx, db: db}
	for _, q := range tables() {
		w.exec(q)
	}
	firstOpen := span.FirstOpen
	if firstOpen.IsZero() {
		firstOpen = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	w.exec("insert into rules.programme values (?, ?, ?, ?, nullif(?, 0), ?, ?, ?, ?)",
		p.Currency, p.YearStarts, p.FXMaxAge, p.MinPayable.String(), p.SettleAfter, p.PaysOwn,
		cmp.Or(p.UnnamedReturns, UnnamedReturns()[0]), span.Through, firstOpen)
	for code, decimals := range currency.Unusual() {
		w.exec("insert into rules.currencies values (?, ?)", code, decimals)
	}
	for rank, level := range LevelNames() {
		w.exec("insert into rules.levels values (?, ?)", level, rank+1)
	}
	far := time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	for i, v := range p.Versions {
		to := far
		if i+1 < len(p.Versions) {
			to = p.Versions[i+1].From
		}
		w.version(p.Hash(v), v, v.From, to)
	}
	for _, m := range past {
		for _, old := range m.Rules.Versions {
			w.version(old.Hash, old.Version, nil, nil)
		}
		w.force(m.Rules, m.First, m.First.AddDate(0, 1, 0))
	}
	w.force(p.AsTheyAre(), firstOpen, far)
	w.exec(inForce)
	w.exec("drop table rules.days")
	return w.err
}

// inForce joins neighbouring periods of the same rules.
const inForce = `
	insert into rules.in_force
	with changes as (
		select *, (version, fx_max_age_days) is distinct from
			lag((version, fx_max_age_days)) over (order by from_date) as is_new
		from rules.days
	),
	stretches as (
		select *, count(*) filter (is_new) over (order by from_date) as stretch
		from changes
	)
	select any_value(version), any_value(fx_max_age_days), min(from_date), max(to_date)
	from stretches
	group by stretch
	order by 3`

// force writes the versions in force in a span.
func (w *writer) force(rules Rules, from, to time.Time) {
	for i, v := range rules.Versions {
		begins, ends := v.Version.From, to
		if i+1 < len(rules.Versions) && rules.Versions[i+1].Version.From.Before(ends) {
			ends = rules.Versions[i+1].Version.From
		}
		if begins.Before(from) {
			begins = from
		}
		if begins.Before(ends) {
			w.exec("insert into rules.days values (?, ?, ?, ?)", slices.Index(w.known, v.Hash)+1, rules.FXMaxAge, begins, ends)
		}
	}
}

// AsItWas is a version at the closing of a month.
type AsItWas struct {
	Hash    string
	Version Version
}

// Month is a closed month and the rules it was stated under.
type Month struct {
	First time.Time
	Rules Rules
}

// Rules are the versions a month was stated under.
type Rules struct {
	FXMaxAge int       `json:"fx_max_age_days"`
	Versions []AsItWas `json:"versions"`
}

// AsTheyAre are today's rules, kept with a month that is closed under them.
func (p Programme) AsTheyAre() Rules {
	list := Rules{FXMaxAge: p.FXMaxAge}
	for _, v := range p.Versions {
		list.Versions = append(list.Versions, AsItWas{Hash: p.Hash(v), Version: v})
	}
	return list
}

// String is the amount as a decimal.
func (c Cents) String() string {
	sign := ""
	if c < 0 {
		sign, c = "-", -c
	}
	return fmt.Sprintf("%s%d.%02d", sign, c/100, c%100)
}

func (c Cents) orNull() any {
	if c == 0 {
		return nil
	}
	return c.String()
}

// String is the rate as a fraction.
func (r PPM) String() string { return fmt.Sprintf("%d.%06d", r/wholePPM, r%wholePPM) }

func tables() []string {
	return []string{
		"create schema rules",
		`create table rules.programme (currency varchar, year_starts integer, fx_max_age_days integer,
			minimum_payable decimal(18,2), settle_after integer, pays_own boolean,
			unnamed_returns varchar, through_month date, first_open date)`,
		"create table rules.currencies (currency varchar, decimals integer)", // those with other decimals than two
		"create table rules.levels (level varchar, rank integer)",
		`create table rules.versions (version integer, name varchar, hash varchar, begins date, from_date date, to_date date,
			lead_days integer, window_days integer, own_deals boolean, rescale boolean, points_from date, money_from date,
			status_months integer, expire_months integer, redemption_value decimal(18,2), person_cap bigint,
			levels_computed boolean, review_month integer, grace_months integer)`,
		"create table rules.days (version integer, fx_max_age_days integer, from_date date, to_date date)",
		"create table rules.in_force (version integer, fx_max_age_days integer, from_date date, to_date date)",
		`create table rules.incentives (version integer, incentive varchar, method varchar, period varchar,
			cap decimal(18,2))`,
		`create table rules.schedules (schedule varchar, version integer, incentive varchar, level varchar, family varchar,
			width decimal(18,2))`,
		`create table rules.tranches (schedule varchar, tranche integer, from_amount decimal(18,2), to_amount decimal(18,2),
			rate decimal(7,6))`,
		"create table rules.weights (version integer, role varchar, weight bigint)",
		"create table rules.point_rates (version integer, incentive varchar, points bigint, per decimal(18,2))",
		"create table rules.certifications (version integer, code varchar, category varchar, points bigint)",
		"create table rules.category_caps (version integer, category varchar, points bigint)",
		"create table rules.requirements (version integer, level varchar, points bigint, certifications bigint)",
		"create table rules.minimums (version integer, level varchar, category varchar, points bigint)",
		"create table rules.admissions (version integer, partner_type varchar, from_date date)",
	}
}

type writer struct {
	ctx   context.Context
	db    Database
	known []string // hashes of the written versions, by number
	err   error
}

// exec stops at the first error.
func (w *writer) exec(query string, args ...any) {
	if w.err == nil {
		w.err = w.db.Exec(w.ctx, query, args...)
	}
}

// version writes a version once. from and to are nil for one out of force.
func (w *writer) version(hash string, v Version, from, to any) {
	if slices.Contains(w.known, hash) {
		return
	}
	w.known = append(w.known, hash)
	n := len(w.known)
	for _, m := range v.Modules {
		w.exec("insert into rules.incentives values (?, ?, ?, ?, ?)", n, m.Name, m.Method, m.Period, m.Cap.orNull())
		for _, s := range m.Schedules {
			w.schedule(n, hash, m.Name, s)
		}
	}
	s, p, l := v.SellWith, v.Points, v.Levels
	w.exec("insert into rules.versions values "+
		"(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, 0), ?, nullif(?, 0), ?, ?, ?)",
		n, v.Name, hash, v.From, from, to,
		s.LeadDays, s.WindowDays, s.OwnDeals, s.Rescale, dayOrNull(s.PointsFrom), dayOrNull(s.MoneyFrom),
		p.StatusMonths, p.ExpireMonths, p.RedemptionRate.String(), p.PersonCap,
		l.Computed, l.ReviewMonth, l.GraceMonths)
	for _, x := range s.Weights {
		w.exec("insert into rules.weights values (?, ?, ?)", n, x.Role, x.Weight)
	}
	for _, x := range p.ByAmount {
		w.exec("insert into rules.point_rates values (?, ?, ?, ?)", n, x.Module, x.Points, x.Per.String())
	}
	for _, x := range p.Certifications {
		w.exec("insert into rules.certifications values (?, ?, ?, ?)", n, x.Code, x.Category, x.Points)
	}
	for _, x := range p.CategoryCaps {
		w.exec("insert into rules.category_caps values (?, ?, ?)", n, x.Category, x.Points)
	}
	for _, x := range l.Requirements {
		w.exec("insert into rules.requirements values (?, ?, ?, ?)", n, x.Level, x.Points, x.Certifications)
		for _, m := range x.Minimums {
			w.exec("insert into rules.minimums values (?, ?, ?, ?)", n, x.Level, m.Category, m.Points)
		}
	}
	for _, x := range v.Admissions {
		w.exec("insert into rules.admissions values (?, ?, ?)", n, x.PartnerType, x.From)
	}
}

func dayOrNull(d time.Time) any {
	if d.IsZero() {
		return nil
	}
	return d
}

// schedule writes a schedule and its tranches. With a width, each rate is a tranche, and the last one continues. Its
// name holds its identity, so that it means the same in every month.
func (w *writer) schedule(version int, hash, module string, s Schedule) {
	n := strings.TrimSpace(hash + " " + module + " " + s.Level + " " + s.Family)
	w.exec("insert into rules.schedules values (?, ?, ?, ?, nullif(?, ''), ?)",
		n, version, module, s.Level, s.Family, s.Width.orNull())
	tranches := s.Tranches
	for i, rate := range s.Rates {
		t := Tranche{From: s.Width * Cents(i), To: s.Width * Cents(i+1), Rate: rate}
		if i == len(s.Rates)-1 {
			t.To = 0
		}
		tranches = append(tranches, t)
	}
	for i, t := range tranches {
		w.exec("insert into rules.tranches values (?, ?, ?, ?, ?)",
			n, i+1, t.From.String(), t.To.orNull(), t.Rate.String())
	}
}
