package pipeline

import (
	"context"

	"tranche/pipeline/config"
	"tranche/pipeline/store"
)

// warnings reads what is probably a mistake in the rules or in the data, each in a sentence: base that earned nothing
// first, then names in the data, then names in the rules.
func warnings(ctx context.Context, db *store.Session) ([]string, error) {
	return db.Texts(ctx,
		"select sentence from mart.warnings order by kind <> 'earns_nothing', kind desc, base desc, sentence")
}

// Warnings are those of the last run. isCurrent says that it had this configuration.
func Warnings(ctx context.Context, c *config.Config) (list []string, isCurrent bool, err error) {
	s, err := OpenPublished(ctx, c)
	if err != nil {
		return nil, false, err
	}
	defer s.Close()
	if err := OfThisVersion(ctx, s); err != nil {
		return nil, false, err
	}
	err = s.Row(ctx, "select hash = $1 from mart.as_of where part = 'configuration'", []any{&isCurrent}, c.SourceHash)
	if err != nil {
		return nil, false, err
	}
	list, err = warnings(ctx, s)
	return list, isCurrent, err
}

// check waits until closed months are proved, runs every check, and tells the warnings before anything is stated or
// published.
func (r *run) check(ctx context.Context) error {
	if err := check(ctx, r.session, r.ledger); err != nil || r.Warn == nil {
		return err
	}
	list, err := warnings(ctx, r.session)
	for _, sentence := range list {
		r.Warn(sentence)
	}
	return err
}
