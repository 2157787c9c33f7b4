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
		Short: "Run every night by itself, and answer who watches",
		Long: `Do what the configuration's timetable (serve.jobs) names when it is due: the nightly
run, the drafts at a month's end, a look at what should have come, and cleaning up. What
was due and done is in a table, so that a restart, a clock that jumps and daylight saving
do nothing twice; what was missed is caught up or left out, as the job says.

/healthz, /readyz and /metrics are answered on serve.listen. SIGTERM abandons what is at
work cleanly; it is done at the next start. Plain cron, or a systemd timer, with
tranche run --notify does the same without this: docs/operations.md.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context()) },
	}
}

func (a *app) serve(ctx context.Context) error {
	log := a.log()
	n := &schedule.Night{Read: a.config, Program: "tranche " + version, Now: time.Now, Stage: logged(log), Plain: plainly,
		Began: func(address string) { log.Info().Str("address", address).Msg("the pages are open") },
		Log: func(level, what string, facts ...[2]any) {
			line := log.Info()
			if level == "error" {
				line = log.Error()
			}
			for _, f := range facts {
				line = line.Interface(f[0].(string), f[1])
			}
			line.Msg(what)
		}}
	return a.unattended(n.Serve(ctx))
}

// unattended makes of an error a line of the log, for those commands whose standard error
// nobody looks at.
func (a *app) unattended(err error) error {
	if err == nil || errors.As(err, new(told)) || errors.Is(err, errWaiting) || terminal(a.stderr) {
		return err
	}
	log := a.log()
	log.Error().Msg(config.Short(err))
	return told{err}
}

// logged writes a line for each stage.
func logged(log zerolog.Logger) func(pipeline.Stage) {
	return func(s pipeline.Stage) {
		log.Info().Str("stage", s.Name).Str("attempt", s.Attempt).Str("run_id", s.RunID).Dur("took_ms", s.Took).Fields(s.Facts).Msg("stage done")
	}
}

// plainly is what a run came to, as it is shown on a terminal.
func plainly(s *pipeline.Summary) string {
	var text bytes.Buffer
	printSummary(&text, s)
	return text.String()
}

// spread sends what waits to be sent. That nobody could be told is a line of the log, and
// changes nothing of what was done.
func (a *app) spread(ctx context.Context, c *config.Config, news error) {
	if ctx.Err() != nil { // somebody wants us to end; a moment is left to say so
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
		defer stop()
	}
	if err := errors.Join(news, schedule.Box(c).Flush(ctx, time.Now())); err != nil {
		log := a.log()
		log.Error().Err(err).Msg("somebody could not be told")
	}
}
