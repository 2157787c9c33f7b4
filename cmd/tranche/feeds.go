package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"tranche/pipeline/config"
	"tranche/pipeline/ingest/loading"
	"tranche/pipeline/ingest/proposal"
)

// sampleBytes is how much of a file a proposal looks at.
const sampleBytes = 256 << 10

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
			sample, err := readSample(args[0], sheet, encoding, cmd.Flags().Changed("encoding"))
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

// readSample reads the beginning of a file. Where nobody said how it is encoded, and it is no UTF-8, it tries the
// encoding of Windows and says so.
func readSample(path, sheet, encoding string, isSaid bool) (s proposal.Sample, err error) {
	s = proposal.Sample{Name: filepath.Base(path), Encoding: encoding}
	if end := strings.ToLower(filepath.Ext(path)); end == ".xlsx" || end == ".xlsm" {
		s.Encoding, s.Sheet = "", sheet
		s.Rows, s.Whole, err = readSheet(path, sheet)
		return s, err
	}
	s.Text, s.Whole, err = loading.Sample(path, encoding, sampleBytes)
	if err != nil || isSaid {
		return s, err
	}
	for mark, name := range map[string]string{"\xff\xfe": "utf-16", "\xfe\xff": "utf-16"} {
		if strings.HasPrefix(string(s.Text), mark) {
			s.Encoding = name
		}
	}
	if s.Encoding == encoding {
		if utf8.Valid(wholeLines(s.Text, s.Whole)) {
			return s, nil
		}
		s.Encoding = "windows-1252"
	}
	if s.Text, s.Whole, err = loading.Sample(path, s.Encoding, sampleBytes); err != nil {
		return s, err
	}
	s.Doubtful = proposal.DoubtEncoding(s.Encoding, s.Text)
	return s, nil
}

// sampleRows is how many rows of a sheet a proposal looks at.
const sampleRows = 2000

func readSheet(path, sheet string) (rows []proposal.Row, whole bool, err error) {
	s, err := loading.SampleSheet(path, sheet, sampleRows)
	if err != nil {
		return nil, false, err
	}
	for _, rec := range s.Rows {
		r := proposal.Row{Line: rec.Line}
		for i, field := range rec.Fields {
			r.Cells = append(r.Cells, proposal.Cell{Text: string(field), Kind: rec.KindOf(i)})
		}
		rows = append(rows, r)
	}
	return rows, s.Whole, nil
}

// wholeLines leaves out a last line that was cut.
func wholeLines(text []byte, whole bool) []byte {
	if i := strings.LastIndexByte(string(text), '\n'); !whole && i >= 0 {
		return text[:i+1]
	}
	return text
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
	declared, err := config.ReadFeed(strings.Join(answered.Lines(), "\n"))
	var faulty *config.Error
	switch {
	case errors.As(err, &faulty):
		for _, fault := range faulty.Faults {
			first, _, _ := strings.Cut(fault, "\n")
			a.say("# Not yet a whole feed: %s", strings.TrimPrefix(first, "feeds[0]."))
		}
		return nil
	case err != nil:
		return err
	}
	u, err := loading.Preview(ctx, path, declared, 0)
	if err != nil {
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
