package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/schedule"
)

func (a *app) runCommand() *cobra.Command {
	var month, plans string
	var notify bool
	c := &cobra.Command{
		Use:   "run",
		Short: "Take in what has arrived and make the statements",
		Long: `Fetch what is new at the sources, take whole files out of the inbox, work out every partner's money, points and
levels, check them, publish the database and write the workbooks that changed.
A run that fails leaves everything that was published as it was. A source that cannot be
used fails no run: it is told, and the run ends with 3.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := a.run(cmd.Context(), month, plans, notify)
			if !notify {
				return err
			}
			if errors.As(err, new(*config.Error)) {
				// A faulty configuration may still say whom to notify.
				if c, ok := config.ReadNotify(a.configPath); ok && pipeline.Guarded(c) == nil {
					a.spread(cmd.Context(), c, schedule.NeverBegan(c, time.Now(), err))
				}
			}
			return a.unattended(err)
		},
	}
	c.Flags().StringVar(&month, "month", "", "the month to run for, as 2024-08 (default: the newest with sales that "+
		"has begun)")
	c.Flags().StringVar(&plans, "explain-sql", "", "folder to leave in it, for each model, how DuckDB made it, with "+
		"times and rows")
	c.Flags().BoolVar(&notify, "notify", false, "send the result to the channels of the configuration, as serve does")
	return a.waits(c)
}

func (a *app) run(ctx context.Context, monthText, plans string, notify bool) error {
	month, err := parseMonth(monthText)
	if err != nil {
		return err
	}
	if plans != "" {
		if err := files.Folder(plans); err != nil {
			return err
		}
	}
	summary, err := a.working("run", func(o pipeline.Options) (*pipeline.Summary, error) {
		o.Month, o.Plans = month, plans
		summary, err := pipeline.Run(ctx, o)
		if notify {
			mail := ""
			if err == nil {
				mail = plainly(summary)
			}
			a.spread(ctx, o.Config, schedule.AfterRun(ctx, o.Config, o.Now, summary, mail, err))
		}
		return summary, err
	})
	if err != nil {
		return err
	}
	return a.report(summary)
}

// report prints a summary. It returns errWaiting if something waits for a person.
func (a *app) report(s *pipeline.Summary) error {
	printSummary(a.stdout, s)
	if s.Waits() {
		return errWaiting
	}
	return nil
}

// working does long work, with a bar for each stage on a terminal and a log line elsewhere.
func (a *app) working(name string, work func(pipeline.Options) (*pipeline.Summary, error)) (*pipeline.Summary, error) {
	o, err := a.options()
	if err != nil {
		return nil, err
	}
	log := a.log()
	if terminal(a.stderr) {
		log = log.Level(zerolog.WarnLevel)
	}
	show, written := newProgress(a), logged(log)
	o.Progress = show.step
	o.Stage = func(s pipeline.Stage) {
		show.end(s.Name)
		written(s)
	}
	o.Warn = func(sentence string) {
		if !terminal(a.stderr) {
			log.Warn().Msg(sentence)
		}
		if name == closing {
			show.say(a.stdout, "Warning: "+sentence)
		}
	}
	summary, err := work(o)
	show.close()
	if err != nil {
		return nil, a.failed(log, name, err, time.Since(o.Now))
	}
	month := ""
	if !summary.Month.IsZero() {
		month = pipeline.MonthName(summary.Month)
	}
	log.Info().Str("run_id", summary.RunID).Str("month", month).Bool("waits", summary.Waits()).
		Dur("took_ms", time.Since(o.Now)).Msg(name + " done")
	return summary, nil
}

// failed reports a failure once: main prints it on a terminal, and elsewhere the log has it.
func (a *app) failed(log zerolog.Logger, name string, err error, took time.Duration) error {
	isLocked := errors.Is(err, pipeline.ErrLocked)
	switch {
	case errors.As(err, new(*pipeline.Obstacles)), errors.Is(err, pipeline.ErrClosed),
		errors.Is(err, pipeline.ErrDecision), terminal(a.stderr) && isLocked:
		return err
	case errors.Is(err, pipeline.ErrHalfPublished):
		log.Error().Err(err).Dur("took_ms", took).Msg(name + " failed, and what was published is NOT as it was")
	case terminal(a.stderr):
		return fmt.Errorf("the %s failed, and what was published is unchanged: %w", name, err)
	case isLocked:
		log.Warn().Msg(err.Error())
	default:
		log.Error().Err(err).Dur("took_ms", took).Msg(name + " failed; what was published is unchanged")
	}
	return loggedError{err}
}

func parseMonth(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	month, err := time.Parse("2006-01", text)
	if err != nil {
		return month, usagef("%q is no month; write it as 2024-08", text)
	}
	return month, nil
}

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Say what is published and what waits for a person",
		Args:  arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.config()
			if err != nil {
				return err
			}
			return a.status(cmd.Context(), c)
		},
	}
}

func (a *app) status(ctx context.Context, c *config.Config) error {
	s, err := pipeline.Status(ctx, c)
	isEmpty := errors.Is(err, pipeline.ErrNothingPublished)
	if err != nil && !isEmpty && !errors.Is(err, pipeline.ErrOtherVersion) {
		return err
	}
	if err := printPast(a.stdout, c); err != nil {
		return err
	}
	undelivered, failed := false, error(nil)
	if err == nil {
		undelivered, failed = printDeliveries(ctx, a.stdout, c)
	}
	switch {
	case failed != nil:
		return failed
	case isEmpty:
		printOutages(a.stdout, c)
		a.say("Nothing has been published yet. Next: tranche run")
		return nil
	case err != nil:
		return err
	}
	if err := a.report(s); err != nil || !undelivered {
		return err
	}
	return errWaiting
}

// progress draws a bar for each stage, on a terminal only.
type progress struct {
	container *mpb.Progress
	bars      map[string]*mpb.Bar
}

func newProgress(a *app) *progress {
	p := &progress{bars: map[string]*mpb.Bar{}}
	if terminal(a.stderr) {
		p.container = mpb.New(mpb.WithOutput(a.stderr), mpb.WithWidth(40))
	}
	return p
}

func (p *progress) step(stage string, done, total int) {
	if p.container == nil || total == 0 {
		return
	}
	bar, ok := p.bars[stage]
	if !ok {
		bar = p.container.AddBar(int64(total), mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.Name(stage, decor.WC{W: 10, C: decor.DindentRight})),
			mpb.AppendDecorators(decor.CountersNoUnit("%d / %d")))
		p.bars[stage] = bar
	}
	bar.SetTotal(int64(total), false)
	bar.SetCurrent(int64(done))
}

func (p *progress) end(stage string) {
	if bar, ok := p.bars[stage]; ok {
		bar.SetTotal(-1, true)
	}
}

// say prints a line, above the bars where there are any.
func (p *progress) say(out io.Writer, line string) {
	if p.container != nil {
		out = p.container
	}
	fmt.Fprintln(out, line)
}

// close ends the bars that a failed run left unfinished.
func (p *progress) close() {
	for _, bar := range p.bars {
		bar.Abort(true)
	}
	if p.container != nil {
		p.container.Wait()
	}
}
