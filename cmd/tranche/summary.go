package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/ingest/landing"
)

func printSummary(out io.Writer, s *pipeline.Summary) {
	fmt.Fprintf(out, "\nMonth %s, run %s\n\n", s.Month.Format("2006-01"), s.RunID)
	printArrivals(out, s)
	if len(s.Feeds) > 0 {
		printTables(out, s)
	}
	fmt.Fprintf(out, "\n%s.", counted(int64(s.Partners), "partner"))
	if s.Written+s.Unchanged > 0 {
		fmt.Fprintf(out, " Workbooks: %d written, %d unchanged, %d removed.", s.Written, s.Unchanged, s.Removed)
	}
	if s.Lake != nil && s.Lake.Down == "" {
		fmt.Fprintf(out, " Lake: %s written, %d unchanged, %d removed.",
			counted(int64(s.Lake.Written), "part"), s.Lake.Unchanged, s.Lake.Removed)
	}
	if s.ClosedThrough != "" {
		fmt.Fprintf(out, " Closed through %s.", s.ClosedThrough)
	}
	fmt.Fprintln(out)
	if len(s.Wordless) > 0 {
		fmt.Fprintf(out, "No words for language %s: those partners' workbooks are in English.\n",
			strings.Join(s.Wordless, ", "))
	}
	if s.Unremembered != "" {
		fmt.Fprintf(out, "The history of runs could not be written: %s\n", s.Unremembered)
	}
	printWarnings(out, s.Warnings)
	printWaiting(out, s)
	fmt.Fprintf(out, "\nWorkbooks  %s\nDatabase   %s\n",
		filepath.Join(s.Folders.Statements, s.Month.Format("2006-01")), s.Folders.Published())
}

// printLakeDown says that the lake does not hold what is published.
func printLakeDown(out io.Writer, s *pipeline.Summary) {
	if s.Lake != nil && s.Lake.Down != "" {
		fmt.Fprintf(out, "  the lake is not as the published database: %s; the next run brings it up to date\n", s.Lake.Down)
	}
}

// printTables shows the rows of each feed, the months they cover and the modules' totals.
func printTables(out io.Writer, s *pipeline.Summary) {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "feed\tfiles\trows\tloaded\tduplicate\tsuperseded\trejected\twaived\texcluded\theld\t")
	for _, f := range s.Feeds {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n",
			f.Feed, f.Files, f.Records, f.Loaded, f.Duplicate, f.Superseded, f.Rejected, f.Waived, f.Excluded, f.Held)
	}
	_ = t.Flush()
	printCovered(out, s)
	fmt.Fprintln(out)
	t = tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "%s, %s\tpartners\tlines\tbase\tearned\tpoints\tbase, year to date\tearned, year to date\t\n",
		s.Month.Format("2006-01"), s.Currency)
	for _, m := range s.Modules {
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t\n",
			m.Incentive, m.Partners, m.Lines, m.Base, m.Earned, m.Points, m.YearBase, m.YearEarned)
	}
	_ = t.Flush()
}

// printCovered shows the months each distributor has sent, so that nobody closes one too early.
func printCovered(out io.Writer, s *pipeline.Summary) {
	if len(s.Covered) == 0 {
		return
	}
	fmt.Fprintln(out, "\nMonths of sell-out, by distributor:")
	t := tabwriter.NewWriter(out, 2, 0, 2, ' ', 0)
	for _, c := range s.Covered {
		first, last := c.Months[0], c.Months[len(c.Months)-1]
		text := span(first, last)
		var gaps []string
		for i, month := range c.Months[1:] {
			if from, to := c.Months[i].AddDate(0, 1, 0), month.AddDate(0, -1, 0); !to.Before(from) {
				gaps = append(gaps, span(from, to))
			}
		}
		if len(gaps) > 0 {
			text += ", without " + strings.Join(gaps, ", ")
		}
		if last.Before(s.Month) {
			text += ", none of " + pipeline.MonthName(s.Month) + " yet"
		}
		fmt.Fprintf(t, "  %s\t%s\n", c.Distributor, text)
	}
	_ = t.Flush()
}

// moment is a time of day, with its date unless that is today.
func moment(t time.Time) string {
	if t.Format(time.DateOnly) != time.Now().In(t.Location()).Format(time.DateOnly) {
		return t.Format("2006-01-02 15:04:05 MST")
	}
	return t.Format("15:04:05 MST")
}

func span(first, last time.Time) string {
	if first.Equal(last) {
		return pipeline.MonthName(first)
	}
	return pipeline.MonthName(first) + " to " + pipeline.MonthName(last)
}

// fates counts arrivals by their fate.
func fates(arrivals []landing.Arrival) string {
	counts := map[landing.Fate]int{}
	for _, a := range arrivals {
		counts[a.Fate]++
	}
	var parts []string
	for _, fate := range []landing.Fate{landing.Landed, landing.Repeated, landing.Renamed, landing.Growing,
		landing.Unknown, landing.Refused} {
		if counts[fate] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[fate], fate))
		}
	}
	return strings.Join(parts, ", ")
}

func printArrivals(out io.Writer, s *pipeline.Summary) {
	printLooks(out, s.Looks)
	if len(s.Arrivals) > 0 {
		fmt.Fprintf(out, "Inbox: %s\n", fates(s.Arrivals))
		for _, a := range s.Arrivals {
			switch {
			case a.Fate.Taken() && a.Detail != "":
				fmt.Fprintf(out, "  inbox/%s: %s\n", a.Source, a.Detail)
			case a.Fate == landing.Growing && !a.Whole.IsZero():
				// One second more, because the message shows whole seconds.
				fmt.Fprintf(out, "  inbox/%s: %s; a run from %s on takes it (landing.settle)\n",
					a.Source, a.Detail, moment(a.Whole.Add(time.Second)))
			case a.Fate == landing.Growing:
				fmt.Fprintf(out, "  inbox/%s: %s; a later run takes it\n", a.Source, a.Detail)
			}
		}
		fmt.Fprintln(out)
	}
	if len(s.FeedsWithoutFiles) > 0 {
		fmt.Fprintf(out, "Feeds of which nothing has been read yet: %s.\n\n", strings.Join(s.FeedsWithoutFiles, ", "))
	}
}

// printWarnings shows the first warnings, and how many more there are.
func printWarnings(out io.Writer, sentences []string) {
	const shown = 10
	if len(sentences) > 0 {
		fmt.Fprintln(out, "\nWarnings, for which nothing waits:")
	}
	for _, sentence := range sentences[:min(shown, len(sentences))] {
		fmt.Fprintf(out, "  %s\n", sentence)
	}
	if more := len(sentences) - shown; more > 0 {
		fmt.Fprintf(out, "  and %d more: tranche query \"select sentence from mart.warnings\"\n", more)
	}
}

// printWaiting shows what waits for a person, and the command for it.
func printWaiting(out io.Writer, s *pipeline.Summary) {
	if !s.Waits() {
		return
	}
	fmt.Fprintln(out, "\nWaiting for a person:")
	for _, a := range s.Arrivals {
		if a.Fate.Waits() {
			fmt.Fprintf(out, "  inbox/%s: %s\n", a.Source, a.Detail)
		}
	}
	printWaitingSources(out, s.Looks)
	printLakeDown(out, s)
	for _, r := range s.Refused {
		fmt.Fprintf(out, "  %s was refused: %s\n", r.File, r.Detail)
	}
	for _, w := range s.Withheld {
		fmt.Fprintf(out, "  %s; its month cannot be closed while that is so\n", w)
	}
	if s.AwaitsApproval {
		fmt.Fprintf(out, "  %s is closed and waits for a second person: tranche approve %s\n",
			s.ClosedThrough, s.ClosedThrough)
	}
	for _, id := range s.OpenIDs {
		fmt.Fprintf(out, "  %q has a password and is no partner: correct statement.passwords, "+
			"for the workbook it was meant for is open\n", id)
	}
	var rejected, unlisted int64
	for _, f := range s.Feeds {
		rejected, unlisted = rejected+f.Waiting, unlisted+f.Unlisted
	}
	if rejected > 0 {
		more := ""
		if unlisted > 0 {
			more = fmt.Sprintf(" (%d of them are only counted)", unlisted)
		}
		fmt.Fprintf(out, "  %s rejected%s: tranche rejects list; ask the sender for a corrected file, "+
			"and waive what it replaces\n", counted(rejected, "row"), more)
	}
	printChanges(out, s)
	for _, u := range s.Unrated {
		fmt.Fprintf(out, "  no rate of %s at the end of %s (none, or older than fx.max_age_days): "+
			"what is paid cannot be told in it, %s %s in all, to %s\n",
			u.Currency, pipeline.MonthName(u.Month), u.Amount, s.Currency, u.Partners)
	}
	for _, h := range s.Held {
		fmt.Fprintf(out, "  %s held, %s %s\n", counted(h.Rows, "row"), strings.ReplaceAll(h.Reason, "_", " "), h.What)
	}
}

// printChanges shows the first waiting changes, and how many more there are.
func printChanges(out io.Writer, s *pipeline.Summary) {
	const shown = 5
	for _, c := range s.Changes[:min(shown, len(s.Changes))] {
		fmt.Fprintf(out, "  change %s would move %s %s and %d points: %s\n",
			c.Short(), c.Amount, s.Currency, c.Points, c.What())
	}
	if more := len(s.Changes) - shown; more > 0 {
		fmt.Fprintf(out, "  and %s more\n", counted(int64(more), "change"))
	}
	if len(s.Changes) > 0 {
		fmt.Fprintln(out, "  tranche changes list shows partners and months; accept or refuse each")
	}
}

// counted is a number with its noun, in the plural unless it is 1.
func counted(n int64, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
