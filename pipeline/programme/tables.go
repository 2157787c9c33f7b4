package programme

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
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
		firstOpen = firstDay
	}
	w.exec("insert into rules.programme values (?, ?, ?, ?, nullif(?, 0), ?, ?, ?, ?)",
		p.Currency, p.YearStarts, p.FXMaxAge, p.MinPayable.String(), p.SettleAfter, p.PaysOwn,
		cmp.Or(p.UnnamedReturns, UnnamedReturns()[0]), span.Through, firstOpen)
	for code, decimals := range currency.Unusual() {
		w.exec("insert into rules.currencies values (?, ?)", code, decimals)
	}
	p.Names.write(w)
	for i, v := range p.Versions {
		to := lastDay
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
	w.force(p.AsTheyAre(), firstOpen, lastDay)
	w.exec(inForce)
	w.exec("drop table rules.days")
	w.exec(oneOfAName)
	w.exec(usualLabels)
	return w.err
}

// write writes the names and their labels.
func (n Names) write(w *writer) {
	for rank, level := range n.Levels {
		w.exec("insert into rules.levels values (?, ?)", level, rank+1)
	}
	for i, module := range n.Modules {
		w.exec("insert into rules.modules values (?, ?)", module, i+1)
	}
	for _, word := range slices.Sorted(maps.Keys(n.Labels)) {
		for _, language := range slices.Sorted(maps.Keys(n.Labels[word])) {
			w.exec("insert into rules.labels values (?, ?, ?)", word, language, n.Labels[word][language])
		}
	}
}

// usualLabels writes a name without a label in words: sell_with as Sell With.
const usualLabels = `
	insert into rules.labels
	with names as (
		select level as word from rules.levels
		union
		select module from rules.modules
		union
		select incentive from rules.incentive_names
	)
	select word, '', list_aggregate([upper(part[1]) || part[2:] for part in string_split(word, '_')], 'string_agg', ' ')
	from names`

// oneOfAName takes each incentive's name as the newest version has it. Validate makes sure that all versions agree.
const oneOfAName = `
	insert into rules.incentive_names
	select incentive, arg_max(credits, row(begins, version)), arg_max(base, row(begins, version)),
		arg_max(place, row(begins, version))
	from rules.incentives
	join rules.versions using (version)
	group by incentive
	order by incentive`

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
		"create table rules.modules (module varchar, place integer)",
		"create table rules.labels (word varchar, language varchar, label varchar)",
		`create table rules.versions (version integer, name varchar, hash varchar, begins date, from_date date, to_date date,
			status_months integer, expire_months integer, redemption_value decimal(18,2), person_cap bigint,
			levels_computed boolean, review_month integer, grace_months integer)`,
		"create table rules.days (version integer, fx_max_age_days integer, from_date date, to_date date)",
		"create table rules.in_force (version integer, fx_max_age_days integer, from_date date, to_date date)",
		`create table rules.incentives (version integer, incentive varchar, place integer, credits varchar, module varchar,
			who integer, basis varchar[], families varchar[], skus varchar[],
			contracts varchar[], document_types varchar[],
			partner_types varchar[], countries varchar[], least_line decimal(18,2), least_document decimal(18,2),
			least_deal decimal(18,2), base varchar, method varchar, period varchar, from_date date, to_date date,
			excludes bigint, limit_each varchar, least decimal(18,2), most decimal(18,2),
			cap decimal(18,2), cap_each varchar, target varchar, guaranteed decimal(18,2),
			pays_nothing boolean, money_from date,
			lead_days integer, window_days integer, own_deals boolean, rescale boolean,
			by_agreement boolean)`,
		"create table rules.incentive_names (incentive varchar, credits varchar, base_of varchar, place integer)",
		`create table rules.schedules (schedule varchar, version integer, incentive varchar, level varchar, family varchar,
			width decimal(18,2))`,
		// reached_at is the lowest position that has reached the tranche, left_at that of the next one, step what F
		// gains there
		`create table rules.tranches (schedule varchar, tranche integer, from_amount decimal(18,2), to_amount decimal(18,2),
			rate decimal(18,6), flat decimal(18,2), reached_at decimal(18,2),
			left_at decimal(18,2), step decimal(18,2))`,
		"create table rules.weights (version integer, incentive varchar, role varchar, weight bigint)",
		`create table rules.point_rates (version integer, incentive varchar, points bigint, per decimal(18,2),
			from_date date, to_date date, most bigint)`,
		"create table rules.certifications (version integer, code varchar, category varchar, points bigint)",
		"create table rules.category_caps (version integer, category varchar, points bigint)",
		"create table rules.requirements (version integer, level varchar, points bigint, certifications bigint)",
		"create table rules.conditions (version integer, level varchar, way integer, measure varchar, least decimal(18,2))",
		`create table rules.measures (version integer, measure varchar, counts varchar, category varchar, incentive varchar,
			months integer, ago integer, of_measure varchar, to_measure varchar, times decimal(18,2))`,
		`create table rules.score_parts (version integer, measure varchar, part varchar, points bigint, per decimal(18,2),
			most bigint)`,
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
	for place, in := range v.Incentives {
		w.incentive(n, place, v)
		for _, s := range in.Schedules {
			w.schedule(n, hash, in, s)
		}
	}
	p, l := v.Points, v.Levels
	w.exec("insert into rules.versions values (?, ?, ?, ?, ?, ?, ?, nullif(?, 0), ?, nullif(?, 0), ?, ?, ?)",
		n, v.Name, hash, v.From, from, to,
		p.StatusMonths, p.ExpireMonths, p.RedemptionRate.String(), p.PersonCap,
		l.Computed, l.ReviewMonth, l.GraceMonths)
	for _, x := range p.ByAmount {
		w.pointRate(n, x)
	}
	for _, x := range p.Certifications {
		w.exec("insert into rules.certifications values (?, ?, ?, ?)", n, x.Code, x.Category, x.Points)
	}
	for _, x := range p.CategoryCaps {
		w.exec("insert into rules.category_caps values (?, ?, ?)", n, x.Category, x.Points)
	}
	for _, x := range l.Requirements {
		w.exec("insert into rules.requirements values (?, ?, ?, ?)", n, x.Level, x.Points, x.Certifications)
		for _, c := range x.Conditions {
			w.exec("insert into rules.conditions values (?, ?, ?, ?, ?)", n, x.Level, c.Way, c.Measure, c.Least.String())
		}
		for _, m := range x.Minimums {
			w.exec("insert into rules.minimums values (?, ?, ?, ?)", n, x.Level, m.Category, m.Points)
		}
	}
	w.measures(n, l.Measures)
	for _, x := range v.Admissions {
		w.exec("insert into rules.admissions values (?, ?, ?)", n, x.PartnerType, x.From)
	}
}

func (w *writer) measures(version int, list []Measure) {
	for _, m := range list {
		w.exec("insert into rules.measures values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", version, m.Name, m.Counts, m.Category,
			m.Incentive, m.Months, m.Ago, m.Of, m.To, m.Times.String())
		for _, p := range m.Score {
			w.exec("insert into rules.score_parts values (?, ?, ?, ?, ?, nullif(?, 0))", version, m.Name, p.Measure, p.Points,
				p.Per.String(), p.Most)
		}
	}
}

// pointRate writes a rule as spans of days that do not overlap.
func (w *writer) pointRate(version int, r PointRate) {
	span := func(points int64, from, to time.Time) {
		if !to.Before(from) {
			w.exec("insert into rules.point_rates values (?, ?, ?, ?, ?, ?, nullif(?, 0))", version, r.Incentive, points,
				r.Per.String(), from, to, r.Most)
		}
	}
	from := orFirst(r.From)
	for _, t := range r.Times {
		span(r.Points, from, t.From.AddDate(0, 0, -1))
		span(r.Points*int64(t.By)/100, t.From, t.To)
		from = t.To.AddDate(0, 0, 1)
	}
	span(r.Points, from, lastDay)
}

// The first and the last day that there is.
var (
	firstDay = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	lastDay  = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
)

func textOrNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func orFirst(d time.Time) time.Time {
	if d.IsZero() {
		return firstDay
	}
	return d
}

func orLast(d time.Time) time.Time {
	if d.IsZero() {
		return lastDay
	}
	return d
}
