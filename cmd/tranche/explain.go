package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tranche/pipeline"
	"tranche/reports"
)

func (a *app) explainCommand() *cobra.Command {
	var q reports.Question
	var month, line string
	var asJSON bool
	c := &cobra.Command{
		Use:   "explain --partner P [--month M] [--line DOCUMENT/LINE [--distributor D]]",
		Short: "Show where a figure comes from",
		Long: `Show how a partner's month came about: money, tranches, points, level and every
line. With --line, explain one line of a document: where it stands in its
file, what it is worth, why it counts or does not, which tranches it filled at which
rate, what was rounded, and which points it earned. With --month too, only if the
line is stated in that month.

Several distributors can use one document number. Every such line of the partner is
shown under its distributor; --distributor chooses one.

The answer can be read to the partner: it shows nothing of other partners. Of a deal's
line it shows the partner's own share and claim. --everyone adds the whole line and all
shares and claims, for the vendor's eyes only.`,
		Example: `  tranche explain --partner P1001 --month 2024-08
  tranche explain --partner P1001 --line 880184/1
  tranche explain --partner P1001 --line 880184/1 --distributor HARBOR`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			switch {
			case q.Partner == "":
				return usagef("say which partner: --partner P1001")
			case q.Distributor != "" && line == "":
				return usagef("--distributor chooses among lines; write which with --line")
			}
			if q.Month, err = parseMonth(month); err != nil {
				return err
			}
			if q.Document, q.Line, err = parseLine(line); err != nil {
				return err
			}
			return a.explain(cmd.Context(), q, asJSON)
		},
	}
	c.Flags().StringVar(&q.Partner, "partner", "", "the partner's id")
	c.Flags().StringVar(&month, "month", "", "the month, as 2024-08 (default: the newest; with --line: any)")
	c.Flags().StringVar(&line, "line", "", "one line: the document and the line in it, as 880184/1")
	c.Flags().StringVar(&q.Distributor, "distributor", "", "whose document it is, where several have one of that number")
	c.Flags().BoolVar(&q.Everyone, "everyone", false, "also show what is another partner's; not to be read to the partner")
	c.Flags().BoolVar(&asJSON, "json", false, "for programs: the marts' rows, with their column names")
	return c
}

func (a *app) explain(ctx context.Context, q reports.Question, asJSON bool) error {
	conf, err := a.config()
	if err != nil {
		return err
	}
	e := explainer{app: a, question: q}
	if q.Document == "" {
		story, err := pipeline.ExplainMonth(ctx, conf, q)
		switch {
		case err != nil:
			return err
		case story.Statement == nil:
			return e.unstated(story.Instead)
		case asJSON:
			return e.json(story)
		}
		e.names = story.Names
		e.month(story.Statement)
		return nil
	}
	story, err := pipeline.ExplainLine(ctx, conf, q)
	switch {
	case err != nil:
		return err
	case len(story.Sales)+len(story.Held) == 0:
		return e.nothing(story)
	case asJSON:
		return e.json(story)
	}
	if len(story.Sales) > 0 {
		e.names = story.Sales[0].Names
	}
	e.line(story)
	return nil
}

// parseLine cuts at the last slash: document numbers may hold slashes.
func parseLine(text string) (document string, line int64, err error) {
	if text == "" {
		return "", 0, nil
	}
	at := strings.LastIndexByte(text, '/')
	if at < 1 {
		return "", 0, usagef("%q is no line; write the document and the line in it, as 880184/1", text)
	}
	line, err = strconv.ParseInt(text[at+1:], 10, 64)
	if err != nil {
		return "", 0, usagef("%q is no line number in %q; write the document and the line in it, as 880184/1",
			text[at+1:], text)
	}
	return text[:at], line, nil
}

// explainer writes explanations for a person.
type explainer struct {
	*app
	question reports.Question
	names    reports.Names
}

// name writes a level, a module or an incentive as statements in English do.
func (e explainer) name(name string) string {
	return cmp.Or(e.names.In("en", name), pipeline.Word(name))
}

// rate is a part of the base, or the amount for each unit.
func (e explainer) rate(incentive string, r reports.Rate) string {
	if e.names.InUnits(incentive) {
		return r.PerUnit().String()
	}
	return r.Percent() + " %"
}

func (e explainer) json(story any) error {
	out := json.NewEncoder(e.stdout)
	out.SetIndent("", "  ")
	return out.Encode(story)
}

// nothing says where the line can be found.
func (e explainer) nothing(story *reports.LineStory) error {
	q := e.question
	line := strings.TrimSpace(fmt.Sprintf("%s %s/%d", q.Distributor, q.Document, q.Line))
	if len(story.OtherMonths) > 0 {
		return usagef("%s of %s is not in %s, but in %s", line, q.Partner, q.Month.Format("2006-01"),
			strings.Join(story.OtherMonths, ", "))
	}
	return usagef("%s is not among the lines of %s; `tranche rejects list` has what was not believed, "+
		"and `tranche explain --partner %s` the lines there are", line, q.Partner, q.Partner)
}

// unstated names the nearest partner that has statements, and their months.
func (e explainer) unstated(found reports.Stated) error {
	q := e.question
	text := "nothing is stated of " + q.Partner
	if !q.Month.IsZero() {
		text += " in " + pipeline.MonthName(q.Month)
	}
	switch found.Partner {
	case "":
		return usagef("%s; `tranche query \"select partner_id, month from mart.statement_index\"` lists what is", text)
	case q.Partner:
	default:
		text += " (did you mean " + found.Partner + "?)"
	}
	months := "for " + found.First.Format("2006-01")
	if found.Last != found.First {
		months += " to " + found.Last.Format("2006-01")
	}
	return usagef("%s; there are statements of %s %s", text, found.Partner, months)
}

// between gives the bounds of a tranche. One with a zero end has none.
func between(tranche int64, from, to reports.Cents) string {
	switch {
	case tranche == 0:
		return "below zero"
	case to == 0:
		return "from " + from.String()
	}
	return from.String() + " to " + to.String()
}
