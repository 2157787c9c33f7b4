package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

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
	stdin          io.Reader
	stdout, stderr io.Writer
	profile        string // file for a CPU profile; empty: none
	wait           bool   // while another run is at work
}

func commands(stdin io.Reader, stdout, stderr io.Writer) *cobra.Command {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr}
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
	_ = root.MarkPersistentFlagFilename("config", "yaml", "yml") // fails for an unknown flag only
	root.PersistentFlags().StringVar(&a.profile, "cpuprofile", "",
		"write where the processor's time went, for go tool pprof")
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return a.startProfile() }
	root.AddCommand(a.initCommand(), a.validateCommand(), a.fetchCommand(), a.runCommand(), a.statusCommand(),
		a.queryCommand(),
		a.exportTablesCommand(), a.landingCommand(), a.rejectsCommand(), a.heldCommand(), a.changesCommand(),
		a.matchCommand(), a.feedsCommand(), a.explainCommand(), a.compareCommand(), a.publishCommand(), a.serveCommand(),
		a.outboxCommand(), a.deliverCommand(), a.verifyCommand(), a.usersCommand(), a.pdfCommand(),
		a.planCommand(), a.bucketCommand(), a.gatherCommand(),
		a.closeCommand(), a.approveCommand(), a.reopenCommand(), a.rebuildCommand(), a.logCommand(), a.manCommand())
	a.complete(root)
	// Added here, so that the manual has pages for them.
	root.InitDefaultCompletionCmd()
	return root
}

// arguments makes a wrong number of arguments a usage error that shows the command's form.
// cobra itself names an unknown subcommand.
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
				return usagef("%q is one too many; write: %s", args[n], written)
			}
		}
		return usagef("something is missing; write: %s", written)
	}
}

// config reads the configuration. A missing file is a usage error.
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

// say writes a line to standard output.
func (a *app) say(format string, args ...any) { fmt.Fprintf(a.stdout, format+"\n", args...) }

// options are what every run and decision needs.
func (a *app) options() (pipeline.Options, error) {
	c, err := a.config()
	o := pipeline.Options{Config: c, Now: time.Now(), Program: "tranche " + version, Account: account()}
	if a.wait {
		log := a.log()
		o.Wait = func(holder string) { log.Info().Msg("waiting for another run: " + holder) }
	}
	return o, err
}

// waits adds the flag to wait for another run.
func (a *app) waits(c *cobra.Command) *cobra.Command {
	c.Flags().BoolVar(&a.wait, "wait", false, "wait while another run is at work, instead of ending with 75")
	return c
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// log is text on a terminal and JSON elsewhere.
func (a *app) log() zerolog.Logger {
	w := a.stderr
	if terminal(w) {
		w = zerolog.ConsoleWriter{Out: a.stderr, TimeFormat: "15:04:05"}
	}
	return zerolog.New(w).With().Timestamp().Logger()
}
