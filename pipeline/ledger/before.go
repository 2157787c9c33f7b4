package ledger

import (
	"slices"

	"tranche/pipeline/ledger/audit"
)

// Before is the ledger as it was when a month was being closed: the months before it, and what had been decided.
func (l *Ledger) Before(c Closed) *Ledger {
	later := func(o Closed) bool { return o.First.After(c.First) }
	decided := slices.IndexFunc(l.Log, func(d audit.Decision) bool { return d.Act == audit.Close && d.Manifest == c.Hash })
	return &Ledger{
		Root:     l.Root,
		Months:   slices.DeleteFunc(slices.Clone(l.Months), func(o Closed) bool { return !o.First.Before(c.First) }),
		Reopened: slices.DeleteFunc(slices.Clone(l.Reopened), later),
		Replaced: slices.DeleteFunc(slices.Clone(l.Replaced), later),
		Log:      l.Log[:max(0, decided)],
		proven:   l.proven,
	}
}
