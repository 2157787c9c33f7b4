package main

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/loading"
)

func (a *app) feedsCommand() *cobra.Command {
	c := &cobra.Command{Use: "feeds", Short: "How senders write"}
	var encoding string
	add := &cobra.Command{
		Use:   "add FILE",
		Short: "Propose a feed for a new sender from a sample of its files",
		Long: `Look at the beginning of a sample and propose how its sender writes. Read the
proposal, correct it, put it under feeds: in config.yaml, and see by
tranche validate --feed NAME FILE how it understands the file. No run ever guesses.`,
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error { return a.propose(args[0], encoding) },
	}
	add.Flags().StringVar(&encoding, "encoding", "utf-8", "of the sample")
	c.AddCommand(add)
	return c
}

func (a *app) propose(path, encoding string) error {
	if _, err := loading.Encoding(encoding); err != nil {
		return usageError{err}
	}
	sample, whole, err := loading.Sample(path, encoding, 256<<10)
	if err != nil {
		return err
	}
	p, err := feed.Propose(filepath.Base(path), encoding, sample, whole)
	if err != nil {
		return err
	}
	a.say("# A proposal, from the first lines of %s. Read it before you save it.\n  %s", path,
		strings.Join(p.Lines, "\n  "))
	return nil
}
