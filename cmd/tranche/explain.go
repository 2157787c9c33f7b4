package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tranche/pipeline"
	"tranche/reports"
)

func (a *app) explainCommand() *cobra.Command {
	var partner, month, line string
	var asJSON bool
	c := &cobra.Command{
		Use:   "explain --partner P [--month M] [--line DOCUMENT/LINE]",
		Short: "Tell where a figure comes from",
		Long: `Tell how a partner's month came about: money, tranches, points, level and every
line. With --line, tell the story of one line of a document: where it stands in its
file, what it is worth, why it counts or does not, who shared it, which tranches it
filled at which rate, what was rounded, and which points it earned.`,
		Example: `  tranche explain --partner P1001 --month 2024-08
  tranche explain --partner P1001 --line 880184/1`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if partner == "" {
				return usageError{fmt.Errorf("say which partner: --partner P1001")}
			}
			when, err := parseMonth(month)
			if err != nil {
				return err
			}
			document, number, err := parseLine(line)
			if err != nil {
				return err
			}
			conf, err := a.config()
			if err != nil {
				return err
			}
			e, err := pipeline.Explain(cmd.Context(), conf, partner, when, document, number)
			if err != nil {
				return err
			}
			if asJSON {
				out := json.NewEncoder(a.stdout)
				out.SetIndent("", "  ")
				return out.Encode(e)
			}
			t := teller{app: a}
			if document != "" {
				return t.line(e, partner, line)
			}
			return t.month(e, partner)
		},
	}
	c.Flags().StringVar(&partner, "partner", "", "the partner's id")
	c.Flags().StringVar(&month, "month", "", "the month, as 2024-08 (default: the newest)")
	c.Flags().StringVar(&line, "line", "", "one line: the document and the line in it, as 880184/1")
	c.Flags().BoolVar(&asJSON, "json", false, "for programs: the marts' rows, with their column names")
	return c
}

// parseLine cuts at the last slash, because documents may have some in their
// numbers.
func parseLine(text string) (document string, line int64, err error) {
	if text == "" {
		return "", 0, nil
	}
	at := strings.LastIndexByte(text, '/')
	if at < 1 {
		return "", 0, usageError{fmt.Errorf("%q is no line; write the document and the line in it, as 880184/1", text)}
	}
	line, err = strconv.ParseInt(text[at+1:], 10, 64)
	if err != nil {
		return "", 0, usageError{fmt.Errorf("%q is no line number in %q; write the document and the line in it, as 880184/1", text[at+1:], text)}
	}
	return text[:at], line, nil
}

// teller tells explanations to a person.
type teller struct{ *app }

func (t teller) say(format string, args ...any) { fmt.Fprintf(t.stdout, format+"\n", args...) }

// line tells the story of one line.
func (t teller) line(e reports.Explanation, partner, line string) error {
	credits, left, held := e["credits"], e["not_counted"], e["held"]
	if len(credits)+len(left)+len(held) == 0 {
		return usageError{fmt.Errorf("%s is not among the lines of %s; `tranche rejects list` has what was not believed, and `tranche explain --partner %s` the lines there are", line, partner, partner)}
	}
	sale := ""
	for _, c := range credits {
		if sale != c.Text("sale_id") {
			sale = c.Text("sale_id")
			t.origin(c)
		}
		t.credit(c, e)
	}
	for _, u := range left {
		t.say("\n%s: does not count for %s. %s", pipeline.Word(u.Text("module")), partner, pipeline.Word(u.Text("reason")))
		t.say("  Would have counted with %s, in %s", u.Text("base"), u.Text("month")[:7])
	}
	for _, h := range held {
		t.say("\nHeld: %s (%s)\n  File      %s, line %s\n  It counts by itself in the first run after this has been mended.",
			pipeline.Word(h.Text("held_reason")), h.Text("what"), h.Text("file_name"), h.Text("file_line"))
	}
	return nil
}

// origin tells where a line is from and what it is worth.
func (t teller) origin(c reports.Row) {
	own := c.Text("programme_currency")
	t.say("%s %s/%s, %s of %s, stated in %s", c.Text("distributor"), c.Text("document_no"), c.Text("line_no"), c.Text("document_type"),
		c.Text("document_date"), c.Text("month")[:7])
	t.say("  File      %s, line %s", c.Text("file_name"), c.Text("file_line"))
	t.say("  Product   %s %s (%s), quantity %s, for %s", c.Text("sku"), c.Text("product_name"), c.Text("family"), places(c.Text("quantity")), orNobody(c.Text("end_customer")))
	if c.Text("currency") == own {
		t.say("  Value     %s %s", c.Text("amount"), own)
	} else {
		t.say("  Value     %s %s x %s = %s %s, rounded half away from zero; the rate in force on %s", places(c.Text("net_amount")), c.Text("currency"),
			places(c.Text("rate")), c.Text("amount"), own, c.Text("terms_date"))
	}
	if c.Text("terms_date") != c.Text("document_date") {
		t.say("  Terms     it names a line of %s and goes by the rules, level and rate of that day", c.Text("terms_date"))
	}
	if c.Text("deal_id") != "" {
		t.say("  Deal      %s", c.Text("deal_id"))
	}
}

func orNobody(customer string) string {
	if customer == "" {
		return "a customer the distributor does not name"
	}
	return customer
}

// places drops the zeros that only the column's scale makes.
func places(decimal string) string {
	whole, fraction, ok := strings.Cut(decimal, ".")
	if !ok {
		return decimal
	}
	fraction = strings.TrimRight(fraction, "0")
	for len(fraction) < 2 && fraction != "" {
		fraction += "0"
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

// credit tells what a line came to for the partner through one module.
func (t teller) credit(c reports.Row, e reports.Explanation) {
	why := map[string]string{"resell": "it bought the line", "distribution": "it distributed the line", "sell_with": "it influenced the deal"}
	t.say("\n%s: counts for %s %s, because %s", pipeline.Word(c.Text("module")), c.Text("partner_id"), c.Text("partner_name"), why[c.Text("module")])
	if c.Text("module") == "sell_with" {
		t.shares(c, e)
	}
	t.say("  Base      %s %s", c.Text("base"), c.Text("programme_currency"))
	t.say("  Position  from %s to %s, in the period that began on %s (movement %s of its year)", c.Text("lo"), c.Text("hi"), c.Text("period_start"), c.Text("place"))
	t.say("  Rules     %q, since %s, fingerprint %s", c.Text("version_name"), c.Text("version_from"), c.Text("rules_hash"))
	t.money(c, e)
	if c["points_rule"] != nil {
		t.say("  Points    %s: %s for every %s, whole ones at %s less whole ones at %s", c.Text("points"), c.Text("points_rule"), c.Text("points_per"), c.Text("hi"), c.Text("lo"))
	}
	for _, l := range e["levels"] {
		if l.Text("month") == c.Text("month") {
			t.say("  Level     %s at the end of %s; from the next month %s", pipeline.Word(l.Text("level")), l.Text("month")[:7], pipeline.Word(l.Text("level_next")))
		}
	}
}

func (t teller) money(c reports.Row, e reports.Explanation) {
	if c["schedule"] == nil {
		t.say("  Earned    0.00: the programme pays nothing here")
		return
	}
	t.say("  Method    %s; %s on %s, schedule %s", pipeline.Word(c.Text("method")), pipeline.Word(c.Text("level")), c.Text("terms_date"), c.Text("schedule"))
	for _, s := range e["slices"] {
		if s.Text("sale_id") != c.Text("sale_id") || s.Text("module") != c.Text("module") {
			continue
		}
		t.say("  Tranche   %s (%s) at %s %%: %s of it here, filled from %s to %s", s.Text("tranche"), between(s), percent(s.Text("rate")), s.Text("base"), s.Text("fill_before"), s.Text("fill_after"))
		t.say("            pays %s at %s, had paid %s at %s: %s", s.Text("paid_after"), s.Text("fill_after"), s.Text("paid_before"), s.Text("fill_before"), s.Text("earned"))
	}
	for _, v := range e["volume"] {
		if v.Text("sale_id") == c.Text("sale_id") && v.Text("module") == c.Text("module") {
			what := map[string]string{"hi": "Pays      ", "lo": "Had paid  "}[v.Text("side")]
			t.say("  %s%s x %s %% = %s", what, v.Text("x"), percent(v.Text("rate")), v.Text("paid"))
		}
	}
	if c.Text("before_cap") != c.Text("earned") {
		t.say("  Cap       %s by the schedule; the year's cap leaves %s", c.Text("before_cap"), c.Text("earned"))
	}
	t.say("  Earned    %s %s", c.Text("earned"), c.Text("programme_currency"))
}

func between(s reports.Row) string {
	switch {
	case s.Text("tranche") == "0":
		return "below zero"
	case s["to_amount"] == nil:
		return "from " + s.Text("from_amount")
	}
	return s.Text("from_amount") + " to " + s.Text("to_amount")
}

// percent moves the point of an exact fraction by two places: 0.050000 is 5.
func percent(fraction string) string {
	whole, rest, _ := strings.Cut(fraction, ".")
	for len(rest) < 2 {
		rest += "0"
	}
	whole = strings.TrimLeft(whole+rest[:2], "0")
	if whole == "" {
		whole = "0"
	}
	if rest = strings.TrimRight(rest[2:], "0"); rest != "" {
		return whole + "." + rest
	}
	return whole
}

// shares tells who shared a line of a deal, and whose claims did not count.
func (t teller) shares(c reports.Row, e reports.Explanation) {
	for _, s := range e["shares"] {
		if s.Text("sale_id") == c.Text("sale_id") {
			t.say("  Share     %s as %s: %s / %s of %s = %s", s.Text("partner_id"), s.Text("roles"), s.Text("numerator"), s.Text("denominator"), s.Text("amount"), s.Text("base"))
		}
	}
	for _, k := range e["claims"] {
		if k.Text("sale_id") == c.Text("sale_id") && k.Text("is_counted") == "false" {
			t.say("  Claim     of %s as %s, registered %s, does not count. %s", k.Text("partner_code"), k.Text("role"), k.Text("registered_on"), pipeline.Word(k.Text("reason")))
		}
	}
}
