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
		Long: `Lay out a working folder: config.yaml, commented, its schema for editors, and an inbox
with the sample exports of three invented distributors. Nothing that is there already is touched.`,
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			folder := "."
			if len(args) == 1 {
				folder = args[0]
			}
			return a.init(folder, empty)
		},
	}
	c.Flags().BoolVar(&empty, "empty", false, "leave the inbox empty")
	return c
}

func (a *app) init(folder string, empty bool) error {
	path := filepath.Join(folder, "config.yaml")
	if _, err := os.Stat(path); err == nil {
		fmt.Fprintf(a.stdout, "%s is there already; nothing was changed.\n", path)
		return nil
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	inbox := filepath.Join(folder, "inbox")
	if err := files.Folder(inbox); err != nil {
		return err
	}
	n := 0
	if !empty {
		var err error
		if n, err = fixtures.LayOut(inbox); err != nil {
			return err
		}
	}
	text, err := fixtures.Config()
	if err != nil {
		return err
	}
	schema, err := config.Schema()
	if err != nil {
		return err
	}
	if err := files.Write(filepath.Join(folder, "config.schema.json"), schema, files.Private); err != nil {
		return err
	}
	// The configuration comes last: it marks a folder that is laid out whole.
	if err := files.Write(path, text, files.Private); err != nil {
		return err
	}
	if empty {
		fmt.Fprintf(a.stdout, "Laid out %s: an empty inbox, and the example config.yaml, whose feeds and rates are invented: write your own.\nNext: tranche feeds add SAMPLE.csv\n", folder)
		return nil
	}
	fmt.Fprintf(a.stdout, "Laid out %s: config.yaml and %d sample exports in inbox. Their figures are invented.\nNext: tranche run --config %s\n", folder, n, path)
	return nil
}
