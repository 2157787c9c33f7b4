package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tranche/pipeline"
	"tranche/pipeline/ingest/loading"
	"tranche/pipeline/ingest/proposal"
)

func (a *app) feedsCommand() *cobra.Command {
	c := &cobra.Command{Use: "feeds", Short: "How senders write"}
	var encoding, sheet string
	var interactive bool
	add := &cobra.Command{
		Use:   "add FILE",
		Short: "Propose a feed for a new sender from a sample of its files",
		Long: `Look at the beginning of a sample and propose how its sender writes. What the sample does
not tell for sure is marked ASK, with the possible answers below it. Read the proposal,
correct it, put it under feeds: in config.yaml, and see by
tranche validate --feed NAME FILE how it understands the file. No run ever guesses.
With --interactive, the open questions are asked on the terminal, and the finished feed
is written to the standard output.`,
		Example: `  tranche feeds add export.csv
  tranche feeds add --interactive export.csv > feed.yaml`,
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := loading.Encoding(encoding); err != nil {
				return usageError{err}
			}
			if interactive && !canAnswer(a.stdin) {
				return usagef("--interactive needs a terminal to ask on; without it the open questions are marked ASK")
			}
			sample, err := pipeline.ReadSample(args[0], sheet, encoding, cmd.Flags().Changed("encoding"))
			if err != nil {
				return err
			}
			return a.propose(cmd.Context(), args[0], sample, interactive)
		},
	}
	add.Flags().StringVar(&encoding, "encoding", "utf-8", "of the sample")
	add.Flags().StringVar(&sheet, "sheet", "", "of a workbook with several")
	add.Flags().BoolVarP(&interactive, "interactive", "i", false, "ask the open questions on the terminal")
	c.AddCommand(add)
	return c
}

func (a *app) propose(ctx context.Context, path string, sample proposal.Sample, interactive bool) error {
	p, err := proposal.Of(sample)
	if err != nil {
		return err
	}
	if interactive {
		in := bufio.NewScanner(a.stdin)
		p, err = p.Answer(func(q *proposal.Question) ([]string, error) { return a.askAbout(in, q) })
		if err != nil {
			return err
		}
	}
	a.say("# A proposal, from the first lines of %s. Read it before you save it.\n  %s", path,
		strings.Join(p.Lines(), "\n  "))
	return a.sayHowItReads(ctx, path, p)
}

// canAnswer says whether answers can come from there: a terminal, or a pipe or file that somebody has chosen.
func canAnswer(in io.Reader) bool {
	f, ok := in.(*os.File)
	if !ok {
		return in != nil
	}
	info, err := f.Stat()
	if err != nil {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// askAbout asks one question on the standard error, so that the feed alone goes to the output. Enter takes the first
// answer.
func (a *app) askAbout(in *bufio.Scanner, q *proposal.Question) ([]string, error) {
	fmt.Fprintf(a.stderr, "\n%s: %s?\n", q.Key, strings.TrimSuffix(q.Text, "?"))
	for i, c := range q.Choices {
		fmt.Fprintf(a.stderr, "  %d. %s\n", i+1, c.Show())
	}
	for {
		hint := ""
		if q.Free != "" {
			hint = ", or your own answer"
		}
		fmt.Fprintf(a.stderr, "A number%s; Enter takes 1: ", hint)
		if !in.Scan() {
			if err := in.Err(); err != nil {
				return nil, err
			}
			return nil, fmt.Errorf("no answer came to the question about %s", q.Key)
		}
		answer := strings.TrimSpace(in.Text())
		n, err := strconv.Atoi(answer)
		switch {
		case answer == "":
			return q.Choices[0].Lines, nil
		case err == nil && n >= 1 && n <= len(q.Choices):
			return q.Choices[n-1].Lines, nil
		case err != nil && q.Free != "":
			return []string{fmt.Sprintf(q.Free, answer)}, nil
		}
		fmt.Fprintf(a.stderr, "%q is none of the answers.\n", answer)
	}
}

// sayHowItReads reads the file by the proposal, and says which rows would be rejected and why. Where a question is
// open, it takes the first answer.
func (a *app) sayHowItReads(ctx context.Context, path string, p proposal.Proposal) error {
	open := p.Open()
	answered, err := p.Answer(proposal.First)
	if err != nil {
		return err
	}
	a.say("\n# Check it, once it stands under feeds: in config.yaml:\n#   tranche validate --feed %s %s", p.Name, path)
	u, faults, err := pipeline.TryFeed(ctx, path, strings.Join(answered.Lines(), "\n"), 0)
	for _, fault := range faults {
		a.say("# Not yet a whole feed: %s", fault)
	}
	if err != nil || len(faults) > 0 {
		return err
	}
	with := ""
	if open > 0 {
		with = fmt.Sprintf(", with the first answer to %s", counted(int64(open), "question"))
	}
	a.say("# So read%s: %s, %d rejected, %d excluded.", with, counted(u.Records, "row"), u.Rejected, u.Excluded)
	for _, left := range u.Left {
		a.say("#   Excluded: %s", left)
	}
	for _, group := range proposal.Grouped(u.Problems) {
		a.say("#   %s", group)
	}
	if u.Refused != nil {
		a.say("#   The file would be refused: %s", u.Refused.Sentence())
	}
	return nil
}
