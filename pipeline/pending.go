package pipeline

import (
	"context"
	"fmt"
	"strings"

	"tranche/pipeline/config"
	"tranche/pipeline/ledger/audit"
	"tranche/pipeline/store"
	"tranche/reports/xlsx"
)

// Change is a change that waits for a person.
type Change struct {
	ID, Kind, Subject, Change string
	Amount                    string // of money that it moves, in the programme currency, added up without signs
	Points                    int64
}

// What is the change in words.
func (c Change) What() string {
	return fmt.Sprintf("%s %s: %s", strings.ReplaceAll(c.Kind, "_", " "), c.Subject, Changed(c.Kind, c.Change))
}

// Changed is what becomes of the subject of a change, in words.
func Changed(kind, change string) string { return xlsx.Changed(kind, change) }

// Short is as much of a change's id as people see and write.
func (c Change) Short() string { return c.ID[:8] }

// pendingChanges reads the changes that wait for a person.
func pendingChanges(ctx context.Context, db *store.Session) ([]Change, error) {
	return store.List(ctx, db, `
		select change_id, any_value(kind), any_value(subject), any_value(change), sum(abs(amount))::varchar,
			sum(abs(points))::bigint
		from mart.pending_changes group by change_id order by min(kind), min(subject), change_id`,
		func(c *Change) []any { return []any{&c.ID, &c.Kind, &c.Subject, &c.Change, &c.Amount, &c.Points} })
}

// PendingChanges lists the changes that waited for a person when the tables were published.
func PendingChanges(ctx context.Context, c *config.Config) ([]Change, error) {
	s, err := OpenPublished(ctx, c)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err := OfThisVersion(ctx, s); err != nil {
		return nil, err
	}
	return pendingChanges(ctx, s)
}

// DecideChanges records that changes are accepted (audit.Accept), or refused (audit.Refuse). It counts from the next
// run on.
func DecideChanges(o Options, changes []Change, act, who, reason string) error {
	var list []audit.Decision
	for _, change := range changes {
		d := o.by(who)
		d.Act, d.Change, d.What, d.Reason = act, change.ID, change.What(), reason
		list = append(list, d)
	}
	return audit.Append(o.Config.Folders.Audit(), list...)
}

// pending compares what waiting changes would move with its limit. Points have no price, so any stand against a limit
// of zero.
func (o *Obstacles) pending(ctx context.Context, s *store.Session, limit string) error {
	var changes int64
	var amount string
	var tooMuch bool
	err := s.Row(ctx, `
		select count(distinct change_id), coalesce(sum(abs(amount)), 0)::decimal(38,2)::varchar,
			coalesce(sum(abs(amount)), 0) > $1::decimal(18,2) or $1::decimal(18,2) = 0 and count(*) > 0
		from mart.pending_changes`, []any{&changes, &amount, &tooMuch}, limit)
	if err == nil && tooMuch {
		o.say("%s, which would move %s, and closing.max_pending is %s: tranche changes list names them; "+
			"accept or refuse them, or say --accept-pending --reason WHY, and they go on waiting",
			waiting(changes), amount, limit)
	}
	return err
}

func waiting(changes int64) string {
	if changes == 1 {
		return "1 change waits for a person"
	}
	return fmt.Sprintf("%d changes wait for a person", changes)
}
