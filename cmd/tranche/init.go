package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tranche/fixtures"
	"tranche/pipeline/config"
	"tranche/pipeline/files"
)

func (a *app) initCommand() *cobra.Command {
	var empty bool
	c := &cobra.Command{
		Use:   "init [FOLDER]",
		Short: "Lay out a working folder with a commented configuration and sample exports",
		Long: `Lay out a working folder: a commented config.yaml, its schema for editors, and an inbox
with sample exports of three invented distributors. A config.yaml that exists is not changed.

With --empty nothing is invented: the inbox is empty, and config.yaml pays nobody and says
what to fill in. tranche validate names the lines.`,
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			folder := "."
			if len(args) == 1 {
				folder = args[0]
			}
			return a.init(folder, empty)
		},
	}
	c.Flags().BoolVar(&empty, "empty", false, "an empty inbox, and a configuration to fill in")
	return c
}

func (a *app) init(folder string, empty bool) error {
	path := filepath.Join(folder, "config.yaml")
	if _, err := os.Stat(path); err == nil {
		a.say("%s is there already; nothing was changed.", path)
		return nil
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	inbox := filepath.Join(folder, "inbox")
	if err := files.Folder(inbox); err != nil {
		return err
	}
	text, n := fixtures.Empty(), 0
	if !empty {
		var err error
		if n, err = fixtures.LayOut(inbox); err != nil {
			return err
		}
		if text, err = fixtures.Config(); err != nil {
			return err
		}
	}
	schema, err := config.Schema()
	if err != nil {
		return err
	}
	if err := files.Write(filepath.Join(folder, "config.schema.json"), schema, files.Private); err != nil {
		return err
	}
	// The configuration comes last: it marks a complete folder.
	if err := files.Write(path, text, files.Private); err != nil {
		return err
	}
	if empty {
		fmt.Fprintf(a.stdout, `Laid out %s: an empty inbox, and config.yaml to fill in.
Next: tranche feeds add EXPORT.csv proposes a feed for a distributor's export, to put under feeds:
      tranche validate --config %s names what is still to be filled in
`, folder, path)
		return nil
	}
	fmt.Fprintf(a.stdout, `Laid out %s: config.yaml and %d sample exports in inbox. Their figures are invented.
Next: tranche run --config %s
`, folder, n, path)
	return nil
}
