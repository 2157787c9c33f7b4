package main

import (
	"fmt"
	"text/tabwriter"

	"tranche/pipeline"
	"tranche/reports"
)

// month tells how a partner's month came about.
func (t teller) month(e reports.Explanation, partner string) error {
	if len(e["month"]) == 0 {
		return usageError{fmt.Errorf("nothing is stated of %s in that month; `tranche query \"select partner_id, month from mart.statement_index\"` lists what is", partner)}
	}
	m := e["month"][0]
	own := m.Text("programme_currency")
	t.say("%s %s, %s: %s %s payable", m.Text("partner_id"), m.Text("name"), m.Text("month")[:7], m.Text("payable"), own)
	t.say("  Rules     %q, fingerprint %s", m.Text("version_name"), m.Text("rules_hash"))
	t.say("  Money     earned %s + adjustments %s + carried in %s - carried out %s = %s (less than %s is carried on)", m.Text("earned"), m.Text("money_entries"),
		m.Text("carried_in"), m.Text("carried_out"), m.Text("payable"), m.Text("minimum_payable"))
	for _, a := range e["adjustments"] {
		t.say("  Adjusted  %s on %s: %s (%s, by %s; %s, line %s)", a.Text("amount"), a.Text("posted_on"), a.Text("reason"), a.Text("entry_id"), a.Text("entered_by"), a.Text("file_name"), a.Text("file_line"))
	}
	t.level(m, e)
	for _, s := range e["modules"] {
		t.module(s, e)
	}
	if left := e["not_counted"]; len(left) > 0 {
		t.say("\nDoes not count")
		t.table([]string{"document", "on", "module", "amount", "why"}, left, func(r reports.Row) []string {
			return []string{document(r), r.Text("document_date"), pipeline.Word(r.Text("module")), r.Text("base"), pipeline.Word(r.Text("reason"))}
		})
	}
	if held := e["held"]; len(held) > 0 {
		t.say("\nHeld, and counts when this has been mended")
		t.table([]string{"document", "file", "line", "what", "why"}, held, func(r reports.Row) []string {
			return []string{document(r), r.Text("file_name"), r.Text("file_line"), r.Text("what"), pipeline.Word(r.Text("held_reason"))}
		})
	}
	t.say("\nOne line in full: tranche explain --partner %s --line DOCUMENT/LINE", partner)
	return nil
}

func (t teller) level(m reports.Row, e reports.Explanation) {
	met := "none"
	if m["level_met"] != nil {
		met = pipeline.Word(m.Text("level_met"))
	}
	t.say("  Level     %s; its requirements at the month's end are those of %s; from the next month %s", pipeline.Word(m.Text("level")), met, pipeline.Word(m.Text("level_next")))
	t.say("  Status    %s points = %s by amount + %s by %s valid certifications + %s bonus", m.Text("status_points"), m.Text("by_amount"), m.Text("by_certificate"), m.Text("certifications"), m.Text("by_bonus"))
	t.say("  To spend  %s points, after %s earned, %s spent and %s lapsed in the month", m.Text("spendable"), m.Text("points_earned"), m.Text("redeemed"), m.Text("expired"))
	for _, g := range e["missing"] {
		what := pipeline.Word(g.Text("requirement"))
		if g.Text("category") != "" {
			what += " " + g.Text("category")
		}
		t.say("  Missing   for %s: %s, %s of %s", pipeline.Word(g.Text("next_level")), what, g.Text("has"), g.Text("needs"))
	}
	for _, p := range e["points"] {
		t.say("  Posted    %s points on %s: %s %s", p.Text("points"), p.Text("posted_on"), pipeline.Word(p.Text("kind")), p.Text("source"))
	}
}

func (t teller) module(s reports.Row, e reports.Explanation) {
	t.say("\n%s: %s lines, base %s, earned %s, %s points; in the year so far base %s, earned %s", pipeline.Word(s.Text("module")), s.Text("lines"), s.Text("base"), s.Text("earned"),
		s.Text("points"), s.Text("year_base"), s.Text("year_earned"))
	mine := func(rows []reports.Row) (list []reports.Row) {
		for _, r := range rows {
			if r.Text("module") == s.Text("module") {
				list = append(list, r)
			}
		}
		return list
	}
	if margin := mine(e["margin"]); len(margin) > 0 {
		t.table([]string{"  since", "level", "method", "tranche", "rate", "base", "earned", "base this year", "earned this year"}, margin, func(r reports.Row) []string {
			tranche, rate := between(r), ""
			if r["rate"] != nil {
				rate = percent(r.Text("rate")) + " %"
			} else {
				tranche = "all"
			}
			return []string{"  " + r.Text("valid_from"), pipeline.Word(r.Text("level")), r.Text("method"), tranche, rate, r.Text("month_base"), r.Text("month_earned"), r.Text("year_base"), r.Text("year_earned")}
		})
	}
	t.table([]string{"  document", "on", "base", "from", "to", "earned", "points", "file", "line"}, mine(e["lines"]), func(r reports.Row) []string {
		return []string{"  " + document(r), r.Text("document_date"), r.Text("base"), r.Text("lo"), r.Text("hi"), r.Text("earned"), r.Text("points"), r.Text("file_name"), r.Text("file_line")}
	})
}

func document(r reports.Row) string {
	if r.Text("distributor") == "" {
		return r.Text("document_no")
	}
	return r.Text("distributor") + " " + r.Text("document_no") + "/" + r.Text("line_no")
}

func (t teller) table(head []string, rows []reports.Row, cells func(reports.Row) []string) {
	if len(rows) == 0 {
		return
	}
	w := tabwriter.NewWriter(t.stdout, 0, 0, 2, ' ', 0)
	line := func(cells []string) {
		for _, c := range cells {
			fmt.Fprint(w, c, "\t")
		}
		fmt.Fprintln(w)
	}
	line(head)
	for _, r := range rows {
		line(cells(r))
	}
	_ = w.Flush()
}
