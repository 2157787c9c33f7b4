package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/loading"
	"tranche/reports"
)

func (a *app) validateCommand() *cobra.Command {
	var name string
	var schema, connect bool
	c := &cobra.Command{
		Use:   "validate [--feed FEED FILE | --connect | --schema]",
		Short: "Check the configuration, or show how a file would be read",
		Long: `Check the configuration. Every fault is shown with its line. Where a run has ended, show
its warnings: base that earned nothing, and names of the rules that nothing answers to.
With --feed and a file, show the file's first rows as they would be read, and every
problem in it. Nothing is loaded.
With --connect, try every source, every way out, and the lake, and say what is there. Nothing
is fetched, sent or published. It ends with 3 where one cannot be used.
With --schema, print the configuration's JSON schema. Editors use it to complete keys and
to mark wrong ones. The first line of config.yaml names it.`,
		Example: `  tranche validate --feed nordwind-sales NW_2024-07.csv
  tranche validate --schema > config.schema.json`,
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if schema {
				text, err := config.Schema()
				if err == nil {
					_, err = a.stdout.Write(text)
				}
				return err
			}
			c, err := a.config()
			if err != nil {
				return err
			}
			if connect {
				return a.connect(cmd.Context(), c)
			}
			if name == "" && len(args) == 0 {
				a.printProgramme(c)
				a.say("%s makes sense: %s, %s.", c.Path, counted(int64(len(c.Feeds)), "feed"),
					counted(int64(len(c.Programme.Versions)), "programme version"))
				return errors.Join(a.printUnfilled(c), a.printWarned(cmd.Context(), c))
			}
			if name == "" || len(args) == 0 {
				return usagef("give both --feed and a file")
			}
			return a.validateFile(cmd.Context(), c, name, args[0])
		},
	}
	c.Flags().StringVar(&name, "feed", "", "the feed a file is read as")
	c.Flags().BoolVar(&connect, "connect", false, "try every source, every way out, and the lake")
	c.Flags().BoolVar(&schema, "schema", false, "print the configuration's JSON schema")
	return c
}

// printProgramme shows the rules as tables that can be read aloud.
func (a *app) printProgramme(c *config.Config) {
	p := c.Programme
	for _, v := range p.Versions {
		a.say("%s, from %s", v.Name, v.From.Format(time.DateOnly))
		t := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "  incentive\twho earns\twhat counts\thow\tlevel\tpays")
		for _, row := range v.Aloud(p.Names) {
			fmt.Fprintln(t, "  "+strings.Join(row, "\t"))
		}
		_ = t.Flush()
		a.say("")
	}
}

// printWarned shows the warnings of the last run, if there was one.
func (a *app) printWarned(ctx context.Context, c *config.Config) error {
	sentences, isCurrent, err := pipeline.Warnings(ctx, c)
	if errors.Is(err, pipeline.ErrNothingPublished) || errors.Is(err, pipeline.ErrOtherVersion) {
		return nil
	}
	if len(sentences) > 0 && !isCurrent {
		a.say("\nThe configuration has changed since the last run, which warned:")
	}
	printWarnings(a.stdout, sentences)
	return err
}

// printUnfilled names what an empty start has left to fill in.
func (a *app) printUnfilled(c *config.Config) error {
	text, err := os.ReadFile(c.Path)
	if err != nil {
		return err
	}
	var lines []string
	for i, line := range strings.Split(string(text), "\n") {
		if strings.Contains(line, config.FillIn) {
			lines = append(lines, strconv.Itoa(i+1))
		}
	}
	if len(lines) > 0 {
		a.say("FILL IN is still in line %s: replace it with your own values.", strings.Join(lines, ", "))
	}
	if !slices.ContainsFunc(c.Feeds, func(f feed.Feed) bool { return f.Kind == feed.Sales }) {
		a.say("No feed reads sales yet: tranche feeds add EXPORT.csv proposes one, to put under feeds:")
	}
	return nil
}

func (a *app) validateFile(ctx context.Context, c *config.Config, name, path string) error {
	i := slices.IndexFunc(c.Feeds, func(f feed.Feed) bool { return f.Name == name })
	if i < 0 {
		return usagef("there is no feed %q in %s", name, c.Path)
	}
	p, err := loading.Preview(ctx, path, c.Feeds[i], 10)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.Join(p.Columns, "\t"))
	for _, row := range p.Rows {
		fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	_ = t.Flush()
	fmt.Fprintf(a.stdout, "\n%s, %d rejected", counted(p.Records, "row"), p.Rejected)
	if p.Excluded > 0 {
		fmt.Fprintf(a.stdout, ", %d excluded", p.Excluded)
	}
	if p.Amount != "" {
		fmt.Fprintf(a.stdout, ", net amounts add up to %s", reports.Places(p.Amount, c.Feeds[i].Constants["currency"]))
	}
	fmt.Fprintln(a.stdout)
	if len(p.Notes) > 0 {
		a.say("Columns the feed does not use: %s", strings.Join(p.Notes, ", "))
	}
	for _, remark := range p.Remarks {
		a.say("Of the sheet: %s", remark)
	}
	for _, left := range p.Left {
		a.say("Excluded: %s", left)
	}
	for _, problem := range p.Problems {
		fmt.Fprintln(a.stdout, "  "+problem)
	}
	if p.Refused != nil {
		a.say("The file would be refused: %s", p.Refused.Sentence())
	}
	if p.Refused != nil || p.Rejected > 0 {
		return errWaiting
	}
	return nil
}
