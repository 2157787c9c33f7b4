package main

import (
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
		Short: "Tell where a figure comes from",
		Long: `Tell how a partner's month came about: money, tranches, points, level and every
line. With --line, tell the story of one line of a document: where it stands in its
file, what it is worth, why it counts or does not, which tranches it filled at which
rate, what was rounded, and which points it earned. With --month too, only if the
line is stated in that month.

Distributors may number their documents alike. Every line that is the partner's is
told, each under its distributor; --distributor chooses one.

What is told may be read to the partner: nothing in it is derived only from another
partner. Of a deal's line it tells the partner's own part and claim. --everyone adds
the whole line and everybody's parts and claims, for the vendor's eyes only.`,
		Example: `  tranche explain --partner P1001 --month 2024-08
  tranche explain --partner P1001 --line 880184/1
  tranche explain --partner P1001 --line 880184/1 --distributor HARBOR`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			switch {
			case q.Partner == "":
				return usageError{fmt.Errorf("say which partner: --partner P1001")}
			case q.Distributor != "" && line == "":
				return usageError{fmt.Errorf("--distributor chooses among lines; write which with --line")}
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
	c.Flags().BoolVar(&q.Everyone, "everyone", false, "tell what is another partner's too; not to be read to the partner")
	c.Flags().BoolVar(&asJSON, "json", false, "for programs: the marts' rows, with their column names")
	return c
}

func (a *app) explain(ctx context.Context, q reports.Question, asJSON bool) error {
	conf, err := a.config()
	if err != nil {
		return err
	}
	t := teller{app: a, question: q}
	if q.Document == "" {
		story, err := pipeline.ExplainMonth(ctx, conf, q)
		switch {
		case err != nil:
			return err
		case story.Statement == nil:
			return t.unstated(story.Instead)
		case asJSON:
			return t.json(story)
		}
		t.month(story.Statement)
		return nil
	}
	story, err := pipeline.ExplainLine(ctx, conf, q)
	switch {
	case err != nil:
		return err
	case len(story.Sales)+len(story.Held) == 0:
		return t.nothing(story)
	case asJSON:
		return t.json(story)
	}
	t.line(story)
	return nil
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
		return "", 0, usageError{fmt.Errorf(
			"%q is no line number in %q; write the document and the line in it, as 880184/1", text[at+1:], text)}
	}
	return text[:at], line, nil
}

// teller tells explanations to a person.
type teller struct {
	*app
	question reports.Question
}

func (t teller) say(format string, args ...any) { fmt.Fprintf(t.stdout, format+"\n", args...) }

func (t teller) json(story any) error {
	out := json.NewEncoder(t.stdout)
	out.SetIndent("", "  ")
	return out.Encode(story)
}

// nothing says where the line could be instead.
func (t teller) nothing(story *reports.LineStory) error {
	q := t.question
	line := strings.TrimSpace(fmt.Sprintf("%s %s/%d", q.Distributor, q.Document, q.Line))
	if len(story.OtherMonths) > 0 {
		return usageError{fmt.Errorf("%s of %s is not in %s, but in %s", line, q.Partner, q.Month.Format("2006-01"),
			strings.Join(story.OtherMonths, ", "))}
	}
	return usageError{fmt.Errorf("%s is not among the lines of %s; `tranche rejects list` has what was not believed, "+
		"and `tranche explain --partner %s` the lines there are", line, q.Partner, q.Partner)}
}

// unstated says of whom, and of which months, something is stated instead.
func (t teller) unstated(found reports.Stated) error {
	q := t.question
	text := "nothing is stated of " + q.Partner
	if !q.Month.IsZero() {
		text += " in " + pipeline.MonthName(q.Month)
	}
	switch found.Partner {
	case "":
		return usageError{fmt.Errorf(
			"%s; `tranche query \"select partner_id, month from mart.statement_index\"` lists what is", text)}
	case q.Partner:
	default:
		text += " (did you mean " + found.Partner + "?)"
	}
	months := "for " + found.First.Format("2006-01")
	if found.Last != found.First {
		months += " to " + found.Last.Format("2006-01")
	}
	return usageError{fmt.Errorf("%s; there are statements of %s %s", text, found.Partner, months)}
}

// amount is an exact decimal with both its cents and whatever else there is of it.
func amount(decimal string) string {
	whole, fraction, _ := strings.Cut(decimal, ".")
	fraction = strings.TrimRight(fraction, "0")
	return whole + "." + fraction + strings.Repeat("0", max(0, 2-len(fraction)))
}

// between says where a tranche lies; to zero has no end.
func between(tranche int64, from, to reports.Cents) string {
	switch {
	case tranche == 0:
		return "below zero"
	case to == 0:
		return "from " + from.String()
	}
	return from.String() + " to " + to.String()
}
