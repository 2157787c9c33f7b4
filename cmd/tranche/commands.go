package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"tranche/pipeline"
	"tranche/pipeline/config"
)

// version is stamped by the build.
var version = "dev"

// app is what every command shares.
type app struct {
	configPath     string
	stdout, stderr io.Writer
	profile        string // file for where the time went; empty: nobody asks
}

// commands is the whole tree of commands.
func commands(stdout, stderr io.Writer) *cobra.Command {
	a := &app{stdout: stdout, stderr: stderr}
	root := &cobra.Command{
		Use:   "tranche",
		Short: "Exact partner money, points and levels from distributors' exports",
		Long: `Tranche turns the CSV exports that distributors and certification bodies send
into exact money, points and levels, and says so in one Excel statement per
partner and a DuckDB file for analysts.

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 done but
something waits for a person, 75 another run is at work.`,
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          arguments(cobra.NoArgs),
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.PersistentFlags().StringVarP(&a.configPath, "config", "c", "config.yaml", "the configuration file")
	_ = root.MarkPersistentFlagFilename("config", "yaml", "yml") // fails for a flag that is not there
	root.PersistentFlags().StringVar(&a.profile, "cpuprofile", "",
		"write where the processor's time went, for go tool pprof")
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return a.startProfile() }
	root.AddCommand(a.initCommand(), a.validateCommand(), a.runCommand(), a.statusCommand(), a.queryCommand(),
		a.exportTablesCommand(), a.rejectsCommand(), a.heldCommand(), a.matchCommand(), a.feedsCommand(), a.explainCommand(),
		a.compareCommand(), a.publishCommand(), a.serveCommand(), a.outboxCommand(),
		a.closeCommand(), a.approveCommand(), a.reopenCommand(), a.rebuildCommand(), a.logCommand(), a.manCommand())
	a.complete(root)
	// Here, so that the manual has their pages too.
	root.InitDefaultCompletionCmd()
	return root
}

// arguments makes a wrong number of arguments a usage error, which says how the command is
// written. An unknown command among several is named by cobra.
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		err := check(cmd, args)
		switch {
		case err == nil:
			return nil
		case cmd.HasSubCommands():
			return usageError{err}
		}
		written := cmd.CommandPath() + strings.TrimPrefix(cmd.Use, cmd.Name())
		for n := range slices.Backward(args) {
			if check(cmd, args[:n]) == nil {
				return usageError{fmt.Errorf("%q is one too many; write: %s", args[n], written)}
			}
		}
		return usageError{fmt.Errorf("something is missing; write: %s", written)}
	}
}

// config reads the configuration. One that is not there at all is wrong usage.
func (a *app) config() (*config.Config, error) {
	c, err := config.Read(a.configPath)
	if errors.Is(err, os.ErrNotExist) {
		return nil, usageError{err}
	}
	if err == nil {
		err = pipeline.Guarded(c)
	}
	return c, err
}

// terminal says whether a person is looking at w.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// log writes for a person on a terminal and for a machine elsewhere.
func (a *app) log() zerolog.Logger {
	w := a.stderr
	if terminal(w) {
		w = zerolog.ConsoleWriter{Out: a.stderr, TimeFormat: "15:04:05"}
	}
	return zerolog.New(w).With().Timestamp().Logger()
}
