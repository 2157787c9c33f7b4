package transforms_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"tranche/pipeline/store"
	"tranche/transforms/oracle"
)

// closeSection begins the name of a section that closes months: close 2024-01.
const closeSection = "close "

// stage is what a case says up to a closing, or up to its end.
type stage struct {
	namedCase
	months []txtar.File // the sales.csv and complete.csv that come in it
	closes string       // the last month that is closed then; empty at the end
}

// stages are the parts of a case between its closings. Each has the tables of those before it,
// unless it replaces them.
func (c namedCase) stages() []stage {
	var list []stage
	last := stage{namedCase: namedCase{c.path, &txtar.Archive{}}}
	for _, f := range c.text.Files {
		if month, ok := strings.CutPrefix(f.Name, closeSection); ok {
			last.closes = month
			list = append(list, last)
			last = stage{namedCase: namedCase{c.path, &txtar.Archive{Files: slices.Clone(last.text.Files)}}}
			continue
		}
		if f.Name == "sales.csv" || f.Name == "complete.csv" {
			last.months = append(last.months, f)
		}
		last.text.Files = slices.DeleteFunc(last.text.Files, func(old txtar.File) bool { return old.Name == f.Name })
		last.text.Files = append(last.text.Files, f)
	}
	return append(list, last)
}

// workOut is what the marts say of a case in the end. Without a closing all of it is held
// against the oracle; with one, the bases that all months together state.
func (c namedCase) workOut(t *testing.T, s *store.Session) []string {
	t.Helper()
	stages := c.stages()
	if len(stages) == 1 {
		f, p := readFacts(t, c), readProgramme(t, c)
		f.Through = readThrough(t, c, f)
		must(t, s, "drop table if exists memory.main.decided") // of another case
		workOut(t, s, f, p)
		got := said(t, s)
		compare(t, got, oracle.Work(f, p).Say())
		return got
	}
	h, b := begin(t, s, oracle.Programme{}), &inbox{}
	var f oracle.Facts
	var all []oracle.Sale
	for _, g := range stages {
		f, h.p = readFacts(t, g.namedCase), readProgramme(t, g.namedCase)
		f.Sales = nil
		for _, table := range g.months {
			file := sent{isComplete: table.Name == "complete.csv"}
			for _, sale := range readSales(t, namedCase{c.path, &txtar.Archive{Files: append([]txtar.File{{Name: "sales.csv",
				Data: table.Data}}, g.text.Files...)}}) {
				file.lines = append(file.lines, sale)
			}
			b.files = append(b.files, file)
		}
		all = b.standing(refusals{})
		h.besides = b.store()
		if g.closes == "" {
			break
		}
		for last := dayIn(t, g.closes, g.closes+"-01"); !h.open().After(last); {
			h.close(f, h.open())
		}
	}
	f.Sales = all
	f.Through = readThrough(t, stages[len(stages)-1].namedCase, f)
	final := f
	f.Sales = nil
	h.workOut(f, f.Through)
	for line := range strings.Lines(c.part("decide")) {
		words := strings.SplitN(strings.TrimSpace(line), " ", 3)
		if len(words) != 3 || h.decide(f, f.Through, words[0], words[1], words[2]) == 0 {
			t.Fatalf("decide: %q is no change that waits: %v", line, ask(t, s, "select concat_ws(' ', kind, subject) as said "+
				"from mart.pending_changes"))
		}
	}
	// What waits or is refused is not as the final facts say.
	if final := h.dated(final); len(ask(t, s, "select change_id as said from mart.pending_changes union all "+
		"select change_id from memory.main.decided where not is_accepted")) == 0 {
		compare(t, bases(t, s), worked(oracle.Work(final, h.p)))
	}
	return ask(t, s, "select said from ("+oracle.Question()+") "+adjusted)
}

// adjusted asks for the adjustments in the form of a case.
const adjusted = `union all
	select concat_ws(' ', 'adjustment', partner_id, strftime(month, '%Y-%m'), 'of', strftime(adjusts_month, '%Y-%m'), kind,
		coalesce(document_no, replace(reference, ' ', '_')), 'cause', cause, 'base', coalesce(base, 0), 'amount',
		coalesce(amount, 0), 'points', coalesce(points, 0),
		'by', coalesce(file_name, '-'), 'stated', coalesce(stated_file, '-'))
	from mart.adjustments
	union all
	select concat_ws(' ', 'pending', kind, subject, '-', change, partner_id, strftime(month, '%Y-%m'), 'base', base,
		'amount', amount, 'points', points) from mart.pending_changes
	union all
	select concat_ws(' ', 'held', document_no || '/' || line_no, held_reason, net_amount::decimal(18,2))
		from mart.held_lines where kind = 'sales'
	union all
	select concat_ws(' ', 'warning', sentence) from mart.warnings
	union all
	select concat_ws(' ', 'lacks', partner_id, strftime(month, '%Y-%m'), 'for', next_level, requirement,
		nullif(category, ''), 'has', has, 'needs', needs)
		from mart.level_gaps
	union all
	select concat_ws(' ', 'lacks', partner_id, strftime(month, '%Y-%m'), 'to keep', level, requirement,
		nullif(category, ''), 'has', has, 'needs', needs)
		from mart.level_shortfalls
	union all
	select concat_ws(' ', 'loses', partner_id, strftime(month, '%Y-%m'), level, 'on', falls_on, 'to', falls_to,
		'keeps it from', keep_from)
		from mart.partner_levels where falls_on is not null
	union all
	select concat_ws(' ', 'alike', distributor, document_no || '/' || line_no, other_distributor,
		other_document_no || '/' || other_line_no, if(waits, 'waits', 'counts'), 'accepted', coalesce(is_accepted, false))
		from mart.possible_duplicates
	union all
	select concat_ws(' ', 'registered', deal_id, partner_code, role, status, window_from || '..' || window_to, 'lines',
		deal_lines, counted_lines, 'amount', deal_amount, 'base', partner_base)
		from mart.deals
	union all
	select concat_ws(' ', 'certificate', person_id, certification_code, partner_id, awarded_on || '..' || expires_on,
		'points', counted_points, if(is_held, 'held', 'not held'), reason)
		from mart.certifications
	order by said`
