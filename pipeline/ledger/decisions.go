package ledger

import (
	"context"
	"maps"
	"slices"

	"tranche/pipeline/ledger/audit"
	"tranche/pipeline/store"
)

// Decisions counts the decisions on months.
func Decisions(log []audit.Decision) (n int) {
	for _, d := range log {
		if d.Act == audit.Close || d.Act == audit.Approve || d.Act == audit.Reopen {
			n++
		}
	}
	return n
}

// WriteChanges writes the last decision about each change as the table rules.changes.
func WriteChanges(ctx context.Context, s *store.Session, log []audit.Decision) error {
	last := map[string]bool{}
	for _, d := range log {
		if d.Act == audit.Accept || d.Act == audit.Refuse {
			last[d.Change] = d.Act == audit.Accept
		}
	}
	err := s.Exec(ctx, "create table rules.changes (change_id varchar, is_accepted boolean)")
	for _, id := range slices.Sorted(maps.Keys(last)) {
		if err == nil {
			err = s.Exec(ctx, "insert into rules.changes values (?, ?)", id, last[id])
		}
	}
	return err
}

// Code is what a sender calls a partner.
type Code struct{ Sender, Code string }

// Aliases are the codes that people have matched with partners, by the last decision about each. Aliases that came in a
// partner file are in that file.
func Aliases(log []audit.Decision) map[Code]audit.Decision {
	last := map[Code]audit.Decision{}
	for _, d := range log {
		switch code := (Code{d.Sender, d.Code}); {
		case d.Act == audit.Alias && d.Partner != "":
			last[code] = d
		case d.Act == audit.Unalias:
			delete(last, code)
		}
	}
	return last
}

// WriteAliases writes the codes that people have matched as the table rules.aliases.
func WriteAliases(ctx context.Context, s *store.Session, log []audit.Decision) error {
	err := s.Exec(ctx, "create table rules.aliases (sender varchar, code varchar, partner_id varchar)")
	for code, d := range Aliases(log) {
		if err == nil {
			err = s.Exec(ctx, "insert into rules.aliases values (?, ?, ?)", code.Sender, code.Code, d.Partner)
		}
	}
	return err
}

// Dropped are the files that were dropped and not restored, by their SHA-256.
func Dropped(log []audit.Decision) map[string]audit.Decision {
	dropped := map[string]audit.Decision{}
	for _, d := range log {
		switch d.Act {
		case audit.Drop:
			dropped[d.File] = d
		case audit.Restore:
			delete(dropped, d.File)
		}
	}
	return dropped
}

// WriteWaived writes the waived rows as the table rules.waived.
func WriteWaived(ctx context.Context, s *store.Session, log []audit.Decision) error {
	err := s.Exec(ctx, `create table rules.waived
		(sha256 varchar, line bigint, reasons_hash varchar, who varchar, reason varchar, codes varchar)`)
	for _, d := range log {
		if err == nil && d.Act == audit.Waive {
			err = s.Exec(ctx, "insert into rules.waived values (?, ?, ?, ?, ?, nullif(?, ''))",
				d.File, d.Line, d.Seen, d.Who, d.Reason, d.Codes)
		}
	}
	return err
}

// FileDecisions reads the decisions in loaded files that the log lacks.
func FileDecisions(ctx context.Context, s *store.Session, log []audit.Decision) ([]audit.Decision, error) {
	key := func(d audit.Decision) audit.Decision {
		return audit.Decision{Act: d.Act, What: d.What, File: d.File, Line: d.Line}
	}
	written := map[audit.Decision]bool{}
	for _, d := range log {
		written[key(d)] = true
	}
	all, err := store.List(ctx, s, `select landed_at, who, act, what, sha256, file_line, reason from mart.file_decisions
		order by file_id, file_line, act, what`, func(d *audit.Decision) []any {
		return []any{&d.At, &d.Who, &d.Act, &d.What, &d.File, &d.Line, &d.Reason}
	})
	return slices.DeleteFunc(all, func(d audit.Decision) bool { return written[key(d)] }), err
}
