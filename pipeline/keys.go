package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/ledger"
	"tranche/pipeline/store"
)

// ErrKey says that stated lines would get other keys: they would count as withdrawn, and the same sales as new.
var ErrKey = errors.New("its key is declared otherwise")

// statedKeys are the keys of the sales feeds with lines up to a month.
func statedKeys(ctx context.Context, s *store.Session, feeds []feed.Feed, month time.Time) ([]ledger.Key, error) {
	var list []ledger.Key
	for _, f := range feeds {
		var sent bool
		err := s.Row(ctx, `select count(*) > 0 from store.raw.sales as s join store.raw.files as f using (file_id)
			where f.feed = ? and s.document_date <= last_day(?::date)`, []any{&sent}, f.Name, month)
		if err != nil {
			return nil, err
		}
		if sent {
			list = append(list, ledger.Key{Feed: f.Name, Glob: f.Glob, Columns: f.LineKey(), Yearly: f.Yearly})
		}
	}
	return list, nil
}

// lastLanded is the number of the last file that has landed.
func lastLanded(landed []landing.File) int64 {
	if len(landed) == 0 {
		return 0
	}
	return landed[len(landed)-1].Sequence
}

// yearlyFeeds names the feeds whose document numbers begin anew each year.
func yearlyFeeds(feeds []feed.Feed) (names []string) {
	for _, f := range feeds {
		if f.Yearly {
			names = append(names, f.Name)
		}
	}
	return names
}

// keysStand refuses a feed that changes the keys of lines of a closed month. It checks each landed file, so that a
// renamed feed or another glob cannot hide a new key.
func keysStand(last *ledger.Closed, feeds []feed.Feed, landed []landing.File) error {
	if last == nil {
		return nil
	}
	for _, then := range last.Keys {
		for _, file := range landed {
			if file.Sequence > last.Landed || !(feed.Feed{Glob: then.Glob}).Matches(file.Name) {
				continue
			}
			for _, f := range feed.Of(feeds, file.Name, file.From) {
				if f.Name != then.Feed && ofItsOwn(last.Keys, f.Name, file.Name) {
					continue // the names of another source's files are the same
				}
				now := f.LineKey()
				renamed := f.Name != then.Feed && f.Yearly != then.Yearly
				if renamed || !feed.SameKey(then.Columns, now) {
					return fmt.Errorf("feed %s: %w than when %s was closed (then: %s; now: %s; %s is one of its files); "+
						"give the files from now on to a new feed, or declare the key as it was",
						f.Name, ErrKey, last.Month, feed.ShowKey(then.Columns), feed.ShowKey(now), file.Name)
				}
			}
		}
	}
	return nil
}

// ofItsOwn says whether the closed month had a key of the feed for a file.
func ofItsOwn(keys []ledger.Key, feedName, file string) bool {
	return slices.ContainsFunc(keys, func(k ledger.Key) bool {
		return k.Feed == feedName && (feed.Feed{Glob: k.Glob}).Matches(file)
	})
}
