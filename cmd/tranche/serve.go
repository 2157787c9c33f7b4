package main

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/schedule"
)

func (a *app) serveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run every night unattended, show the console, and answer monitoring",
		Long: `Run each job of the timetable (serve.jobs) when it is due: the nightly run, the drafts
at a month's end, the check for missing files, and cleaning up. A table records what was
due and done, so that a restart, a clock that jumps and daylight saving repeat nothing. A
missed job is caught up or skipped, as the configuration says.

The console (docs/console.md), /healthz, /readyz and /metrics are served on serve.listen.
Without accounts (tranche users) the console is for reading only, behind a link that
works once and is printed here. SIGTERM stops the job at work
cleanly; the next start does it again. Cron, or a systemd timer, with tranche run --notify
does the same without this command: docs/operations.md.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context()) },
	}
}

func (a *app) serve(ctx context.Context) error {
	log := a.log()
	s := &schedule.Server{
		Read: a.config, Program: "tranche " + version, Now: time.Now, Stage: logged(log),
		Warn: func(sentence string) { log.Warn().Msg(sentence) }, Summarize: plainly,
		Log:  func(err error, event string, facts ...any) { log.Err(err).Fields(facts).Msg(event) },
		Link: func(address string) { a.say("Open the console, once, at %s", address) },
	}
	return a.unattended(s.Serve(ctx))
}

// unattended logs an error where no person reads standard error.
func (a *app) unattended(err error) error {
	if err == nil || errors.As(err, new(loggedError)) || errors.Is(err, errWaiting) || terminal(a.stderr) {
		return err
	}
	log := a.log()
	log.Error().Msg(config.Short(err))
	return loggedError{err}
}

func logged(log zerolog.Logger) func(pipeline.Stage) {
	return func(s pipeline.Stage) {
		log.Info().Str("stage", s.Name).Str("attempt", s.Attempt).Str("run_id", s.RunID).
			Dur("took_ms", s.Took).Fields(s.Facts).Msg("stage done")
	}
}

func plainly(s *pipeline.Summary) string {
	var text bytes.Buffer
	printSummary(&text, s)
	return text.String()
}

// spread sends the messages that are due. A failure is only logged: the work is done.
func (a *app) spread(ctx context.Context, c *config.Config, added error) {
	if ctx.Err() != nil { // stopped: 15 seconds are left to send it
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
		defer stop()
	}
	if err := errors.Join(added, schedule.Outbox(c).Flush(ctx, time.Now())); err != nil {
		log := a.log()
		log.Error().Err(err).Msg("a message could not be sent")
	}
}
