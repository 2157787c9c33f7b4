package pipeline

import (
	"context"
	"errors"
	"slices"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/ingest/loading"
	"tranche/pipeline/store"
	"tranche/reports/xlsx"
)

// Summary is what a run came to.
type Summary struct {
	RunID    string
	Month    time.Time
	Currency string
	Folders  config.Folders

	Arrivals []landing.Arrival
	Loaded   []loading.Outcome

	Feeds             []FeedTally
	FeedsWithoutFiles []string
	Refused           []Refusal
	Held              []Held
	Modules           []ModuleTotal
	Partners          int

	OpenIDs  []string // in the file of passwords, but of no partner
	Wordless []string // languages of partners that no catalogue of words is for

	Covered []Covered // months of sell-out
	Absent  []string  // distributors that sent lines of the month before, and none of the one that was closed

	Waiting []Amount // that is held or was rejected, by currency

	Unremembered string // why the history does not have this run; empty: it has

	ClosedThrough  string // the last closed month, as 2024-08; empty: none is
	AwaitsApproval bool   // that month waits for a second person

	Written   int // workbooks
	Unchanged int
	Removed   int
}

// FeedTally is what became of the rows of all of a feed's files.
type FeedTally struct {
	Feed                                                                             string
	Files                                                                            int64
	Records, Loaded, Duplicate, Superseded, Rejected, Waived, Held, Refused, Waiting int64 // Waived: of the rejected, and so is Waiting
}

// Refusal is a file refused whole.
type Refusal struct{ File, Detail string }

// Covered is which months the lines that a distributor has sent are of.
type Covered struct {
	Distributor string
	Months      []time.Time // oldest first
}

// Held is how many rows wait for the same thing.
type Held struct {
	Reason, What string
	Rows         int64
}

// ModuleTotal is what a module earned all partners, as decimals.
type ModuleTotal struct {
	Module               string
	Partners, Lines      int64
	Base, Earned, Points string // of the month
	YearBase, YearEarned string // of the programme year so far
}

// Waits says whether something in the run waits for a person.
func (s *Summary) Waits() bool {
	if len(s.Refused) > 0 || s.AwaitsApproval || len(s.OpenIDs) > 0 {
		return true
	}
	for _, f := range s.Feeds {
		if f.Waiting > 0 || f.Held > 0 {
			return true
		}
	}
	for _, a := range s.Arrivals {
		if a.Fate.Waits() {
			return true
		}
	}
	return false
}

// missingFeeds names the feeds none of whose files have come. Nobody has to join
// a sale to a deal.
func (s *Summary) missingFeeds(feeds []feed.Feed) {
	for _, f := range feeds {
		if f.Kind == feed.Links {
			continue
		}
		s.FeedsWithoutFiles = append(s.FeedsWithoutFiles, f.Name)
	}
}

// read fills the summary from the marts.
func (s *Summary) read(ctx context.Context, db *store.Session) error {
	err := each(ctx, db, `select coalesce(feed, '(no feed)'), count(*), sum(records)::bigint, sum(loaded)::bigint, sum(duplicate)::bigint,
			sum(superseded)::bigint, sum(rejected)::bigint, sum(waived)::bigint, sum(held)::bigint, count(*) filter (where not is_loaded), coalesce(sum(waiting) filter (where is_loaded), 0)::bigint
		from mart.reconciliation group by feed order by feed`, func(scan func(...any) error) error {
		var f FeedTally
		err := scan(&f.Feed, &f.Files, &f.Records, &f.Loaded, &f.Duplicate, &f.Superseded, &f.Rejected, &f.Waived, &f.Held, &f.Refused, &f.Waiting)
		s.Feeds = append(s.Feeds, f)
		return err
	})
	if err != nil {
		return err
	}
	s.FeedsWithoutFiles = slices.DeleteFunc(s.FeedsWithoutFiles, func(name string) bool {
		return slices.ContainsFunc(s.Feeds, func(f FeedTally) bool { return f.Feed == name })
	})
	err = each(ctx, db, "select file_name, detail from mart.reconciliation where not is_loaded and waiting > 0 order by file_id", func(scan func(...any) error) error {
		var x Refusal
		err := scan(&x.File, &x.Detail)
		s.Refused = append(s.Refused, x)
		return err
	})
	if err != nil {
		return err
	}
	err = each(ctx, db, "select held_reason, what, count(*) from mart.held_lines group by all order by all", func(scan func(...any) error) error {
		var x Held
		err := scan(&x.Reason, &x.What, &x.Rows)
		s.Held = append(s.Held, x)
		return err
	})
	if err != nil {
		return err
	}
	err = each(ctx, db, `select module, count(distinct partner_id), sum(lines)::bigint, sum(base)::varchar, sum(earned)::varchar, sum(points)::varchar,
			sum(year_base)::varchar, sum(year_earned)::varchar
		from mart.statements where month = (select through_month from mart.as_of where part = 'run') group by module order by module`, func(scan func(...any) error) error {
		var x ModuleTotal
		err := scan(&x.Module, &x.Partners, &x.Lines, &x.Base, &x.Earned, &x.Points, &x.YearBase, &x.YearEarned)
		s.Modules = append(s.Modules, x)
		return err
	})
	if err != nil {
		return err
	}
	if err := errors.Join(s.readWaiting(ctx, db), s.readCovered(ctx, db), s.readLanguages(ctx, db)); err != nil {
		return err
	}
	return db.Row(ctx, `select (select count(*) from mart.partners), coalesce((select strftime(max(month), '%Y-%m') from mart.months where status <> 'open'), ''),
		(select count(*) > 0 from mart.months where status = 'closed')`, []any{&s.Partners, &s.ClosedThrough, &s.AwaitsApproval})
}

// each scans every row of a query.
func each(ctx context.Context, db *store.Session, query string, row func(scan func(...any) error) error) error {
	rows, err := db.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// readWaiting is what is held or was rejected, by currency.
func (s *Summary) readWaiting(ctx context.Context, db *store.Session) error {
	return each(ctx, db, `select 'held' as what, case when currency is null then '' when regexp_full_match(currency, '[A-Z]{3}') then currency else 'other' end as code, sum(abs(net_amount))::decimal(38,2)::varchar, count(*) from mart.held_lines where kind = 'sales' group by code
		union all
		select 'rejected', '', sum(abs(rejected_amount))::decimal(38,2)::varchar, sum(waiting)::bigint from mart.reconciliation where kind = 'sales' and is_loaded and waiting > 0 having sum(waiting) > 0
		order by all`, func(scan func(...any) error) error {
		var x Amount
		var amount *string
		err := scan(&x.What, &x.Currency, &amount, &x.Rows)
		if amount != nil {
			x.Amount = *amount
		}
		s.Waiting = append(s.Waiting, x)
		return err
	})
}

// readCovered asks by distributor and not by feed, because a feed can carry several.
func (s *Summary) readCovered(ctx context.Context, db *store.Session) error {
	return each(ctx, db, "select distinct distributor, month from mart.distributor_months order by all", func(scan func(...any) error) error {
		var name string
		var month time.Time
		err := scan(&name, &month)
		if n := len(s.Covered); n == 0 || s.Covered[n-1].Distributor != name {
			s.Covered = append(s.Covered, Covered{Distributor: name})
		}
		last := &s.Covered[len(s.Covered)-1]
		last.Months = append(last.Months, month)
		return err
	})
}

// readLanguages names the languages that no catalogue of words is for.
func (s *Summary) readLanguages(ctx context.Context, db *store.Session) error {
	return each(ctx, db, "select distinct language from mart.partners where language is not null order by language", func(scan func(...any) error) error {
		var language string
		err := scan(&language)
		if !xlsx.Speaks(language) {
			s.Wordless = append(s.Wordless, language)
		}
		return err
	})
}
