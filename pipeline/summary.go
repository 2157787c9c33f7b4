package pipeline

import (
	"context"
	"errors"
	"slices"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/fetch"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/ingest/loading"
	"tranche/pipeline/publish"
	"tranche/pipeline/store"
	"tranche/reports/xlsx"
)

// Summary is the result of a run.
type Summary struct {
	RunID    string
	Month    time.Time
	Currency string
	Folders  config.Folders

	Looks    []fetch.Look // what came of each source
	Arrivals []landing.Arrival
	Loaded   []loading.Outcome

	Feeds             []FeedTally
	FeedsWithoutFiles []string
	Refused           []Refusal
	Withheld          []publish.Withheld
	Held              []Held
	Changes           []Change // that wait for a person
	Warnings          []string // mistakes, probably, for which nothing waits
	Modules           []IncentiveTotal
	Partners          int

	OpenIDs  []string // with a password, but of no partner
	Wordless []string // partners' languages without a translation

	Covered []Covered // months of sell-out
	Absent  []string  // distributors with lines of the month before, and none of the closed one

	Waiting []Amount // held or rejected, by currency
	Unrated []Unrated

	Lake *Lake // nil: there is none

	Unremembered string // why the history lacks this run; empty: it does not

	ClosedThrough  string // the last closed month, as 2024-08; empty: none is
	AwaitsApproval bool   // that month waits for a second person

	Written   int // workbooks
	Unchanged int
	Removed   int
}

// FeedTally counts the rows of all files of a feed, by outcome.
type FeedTally struct {
	Feed                                            string
	Files                                           int64
	Records, Loaded, Duplicate, Superseded, Refused int64
	Rejected, Waived, Waiting                       int64 // the rejected rows, and those of them that were waived or wait
	Excluded                                        int64 // rows that the feed declares to be no sales
	Held                                            int64
	Unlisted                                        int64 // of the rejected rows that wait: they are only counted
}

// Refusal is a refused file.
type Refusal struct{ File, Detail string }

// Covered is the months of a distributor's lines.
type Covered struct {
	Distributor string
	Months      []time.Time // oldest first
}

// Held is how many rows wait for the same thing.
type Held struct {
	Reason, What string
	Rows         int64
}

// Unrated is what is paid for an open month that is over to partners whose currency has no rate at its end.
type Unrated struct {
	Month              time.Time
	Currency, Partners string
	Amount             string // in the programme currency
}

// IncentiveTotal is the sum of an incentive over all partners, in decimals.
type IncentiveTotal struct {
	Incentive            string
	Partners, Lines      int64
	Base, Earned, Points string // of the month
	YearBase, YearEarned string // of the programme year so far
}

// Waits says whether anything waits for a person.
func (s *Summary) Waits() bool {
	if len(s.Refused)+len(s.Withheld)+len(s.Unrated)+len(s.Changes)+len(s.OpenIDs) > 0 || s.AwaitsApproval {
		return true
	}
	if s.Lake != nil && s.Lake.Down != "" {
		return true
	}
	for _, f := range s.Feeds {
		if f.Waiting > 0 || f.Held > 0 {
			return true
		}
	}
	if slices.ContainsFunc(s.Looks, fetch.Look.Waits) {
		return true
	}
	for _, a := range s.Arrivals {
		if a.Fate.Waits() {
			return true
		}
	}
	return false
}

// missingFeeds lists the feeds without any file. Links are optional.
func (s *Summary) missingFeeds(feeds []feed.Feed) {
	for _, f := range feeds {
		if f.Kind == feed.Links {
			continue
		}
		s.FeedsWithoutFiles = append(s.FeedsWithoutFiles, f.Name)
	}
}

// read fills the summary from the marts. A month is over when now lies behind it.
func (s *Summary) read(ctx context.Context, db *store.Session, now time.Time) (err error) {
	s.Feeds, err = store.List(ctx, db, `
		select coalesce(feed, '(no feed)'), count(*), sum(records)::bigint, sum(loaded)::bigint, sum(duplicate)::bigint,
			sum(superseded)::bigint, sum(rejected)::bigint, sum(excluded)::bigint, sum(waived)::bigint, sum(held)::bigint,
			count(*) filter (where not is_loaded), coalesce(sum(waiting) filter (where is_loaded), 0)::bigint,
			coalesce(sum(unlisted) filter (where is_loaded and waiting >= unlisted), 0)::bigint
		from mart.reconciliation group by feed order by feed`, func(f *FeedTally) []any {
		return []any{&f.Feed, &f.Files, &f.Records, &f.Loaded, &f.Duplicate,
			&f.Superseded, &f.Rejected, &f.Excluded, &f.Waived, &f.Held, &f.Refused, &f.Waiting, &f.Unlisted}
	})
	if err != nil {
		return err
	}
	s.FeedsWithoutFiles = slices.DeleteFunc(s.FeedsWithoutFiles, func(name string) bool {
		return slices.ContainsFunc(s.Feeds, func(f FeedTally) bool { return f.Feed == name })
	})
	s.Modules, err = store.List(ctx, db, `
		select incentive, count(distinct partner_id), sum(lines)::bigint, sum(base)::varchar, sum(earned)::varchar,
			sum(points)::varchar, sum(year_base)::varchar, sum(year_earned)::varchar
		from mart.statements where month = (select through_month from mart.as_of where part = 'run')
		group by incentive order by incentive`, func(m *IncentiveTotal) []any {
		return []any{&m.Incentive, &m.Partners, &m.Lines, &m.Base, &m.Earned, &m.Points, &m.YearBase, &m.YearEarned}
	})
	if err != nil {
		return err
	}
	if err := errors.Join(s.readWaiting(ctx, db), s.readCovered(ctx, db)); err != nil {
		return err
	}
	if s.Unrated, err = unrated(ctx, db, monthOf(now)); err != nil {
		return err
	}
	if s.Warnings, err = warnings(ctx, db); err != nil {
		return err
	}
	languages, err := db.Texts(ctx,
		"select distinct language from mart.partners where language is not null order by language")
	if err != nil {
		return err
	}
	s.Wordless = slices.DeleteFunc(languages, xlsx.Speaks)
	return db.Row(ctx, `
		select (select count(*) from mart.partners),
			coalesce((select strftime(max(month), '%Y-%m') from mart.months where status <> 'open'), ''),
			(select count(*) > 0 from mart.months where status = 'closed')`,
		[]any{&s.Partners, &s.ClosedThrough, &s.AwaitsApproval})
}

// unrated reads what has no rate in the open months before one.
func unrated(ctx context.Context, db *store.Session, before time.Time) ([]Unrated, error) {
	return store.List(ctx, db, `
		select p.month, p.currency, string_agg(p.partner_id, ', ' order by p.partner_id), sum(p.payable)::varchar
		from mart.payables as p
		join mart.months as m on m.month = p.month
		where p.payable <> 0 and p.payable_own is null and m.status = 'open' and p.month < ?
		group by p.month, p.currency
		order by p.month, p.currency`, func(u *Unrated) []any {
		return []any{&u.Month, &u.Currency, &u.Partners, &u.Amount}
	}, before)
}

// readWaiting reads refused files, held rows and rejected rows.
func (s *Summary) readWaiting(ctx context.Context, db *store.Session) (err error) {
	s.Refused, err = store.List(ctx, db, `
		select file_name, detail from mart.reconciliation where not is_loaded and waiting > 0 order by file_id`,
		func(x *Refusal) []any { return []any{&x.File, &x.Detail} })
	if err != nil {
		return err
	}
	s.Held, err = store.List(ctx, db, `
		select held_reason, what, count(*) from mart.held_lines where change_id is null group by all order by all`,
		func(x *Held) []any { return []any{&x.Reason, &x.What, &x.Rows} })
	if err != nil {
		return err
	}
	if s.Changes, err = pendingChanges(ctx, db); err != nil {
		return err
	}
	s.Waiting, err = store.List(ctx, db, `
		select
			'held' as what,
			case when currency is null then '' when regexp_full_match(currency, '[A-Z]{3}') then currency else 'other' end
				as code,
			coalesce(sum(abs(net_amount))::decimal(38,6)::varchar, ''),
			count(*)
		from mart.held_lines where kind = 'sales' group by code
		union all
		select 'rejected', '', coalesce(sum(abs(rejected_amount))::decimal(38,6)::varchar, ''), sum(waiting)::bigint
		from mart.reconciliation where kind = 'sales' and is_loaded and waiting > 0 having sum(waiting) > 0
		order by all`, func(x *Amount) []any { return []any{&x.What, &x.Currency, &x.Amount, &x.Rows} })
	return err
}

// readCovered reads months by distributor, because a feed can hold several.
func (s *Summary) readCovered(ctx context.Context, db *store.Session) error {
	type covered struct {
		name  string
		month time.Time
	}
	all, err := store.List(ctx, db, "select distinct distributor, month from mart.distributor_months order by all",
		func(c *covered) []any { return []any{&c.name, &c.month} })
	for _, c := range all {
		if n := len(s.Covered); n == 0 || s.Covered[n-1].Distributor != c.name {
			s.Covered = append(s.Covered, Covered{Distributor: c.name})
		}
		last := &s.Covered[len(s.Covered)-1]
		last.Months = append(last.Months, c.month)
	}
	return err
}
