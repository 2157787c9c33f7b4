package main

import (
	"context"
	"errors"
	"fmt"
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
		Long: `Take whole files out of the inbox, work out every partner's money, points and
levels, check them, publish the database and write the workbooks that changed.
A run that fails leaves everything that was published as it was.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := a.run(cmd.Context(), month, plans, notify)
			if !notify {
				return err
			}
			if wrong := new(config.Error); errors.As(err, &wrong) {
				a.tellOfFaults(cmd.Context(), err)
			}
			return a.unattended(err)
		},
	}
	c.Flags().StringVar(&month, "month", "", "the month to run for, as 2024-08 (default: the newest with sales that "+
		"has begun)")
	c.Flags().StringVar(&plans, "explain-sql", "", "folder to leave in it, for each model, how DuckDB made it, with "+
		"times and rows")
	c.Flags().BoolVar(&notify, "notify", false, "tell whom the configuration names what it came to, as serve does")
	return c
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
			a.spread(ctx, o.Config, schedule.AfterRun(o.Config, o.Now, summary, mail, err))
		}
		return summary, err
	})
	if err != nil {
		return err
	}
	return a.tell(summary)
}

// tellOfFaults tells whom a faulty configuration names, where that much of it makes sense.
func (a *app) tellOfFaults(ctx context.Context, err error) {
	if c, ok := config.ReadNotify(a.configPath); ok && pipeline.Guarded(c) == nil {
		a.spread(ctx, c, schedule.NeverBegan(c, time.Now(), err))
	}
}

// tell says what a run came to, and that something waits for a person.
func (a *app) tell(s *pipeline.Summary) error {
	printSummary(a.stdout, s)
	if s.Waits() {
		return errWaiting
	}
	return nil
}

// working does long work that has a name, with a bar for each stage on a terminal and a
// line of the log elsewhere: between bars and the report it would only be in the way.
func (a *app) working(name string, work func(pipeline.Options) (*pipeline.Summary, error)) (*pipeline.Summary, error) {
	c, err := a.config()
	if err != nil {
		return nil, err
	}
	log := a.log()
	if terminal(a.stderr) {
		log = log.Level(zerolog.WarnLevel)
	}
	show, written := newProgress(a), logged(log)
	o := pipeline.Options{Config: c, Now: time.Now(), Program: "tranche " + version, Progress: show.step,
		Stage: func(s pipeline.Stage) {
			show.end(s.Name)
			written(s)
		}}
	began := time.Now()
	summary, err := work(o)
	show.close()
	if err != nil {
		return nil, a.failed(log, name, err, time.Since(began))
	}
	month := ""
	if !summary.Month.IsZero() {
		month = pipeline.MonthName(summary.Month)
	}
	log.Info().Str("run_id", summary.RunID).Str("month", month).Bool("waits", summary.Waits()).
		Dur("took_ms", time.Since(began)).Msg(name + " done")
	return summary, nil
}

// failed says once that something failed: to a person as a sentence, which main
// writes, and to a machine as a line of the log.
func (a *app) failed(log zerolog.Logger, name string, err error, took time.Duration) error {
	isLocked := errors.Is(err, pipeline.ErrLocked)
	var refused *pipeline.Obstacles
	switch {
	case errors.As(err, &refused), errors.Is(err, pipeline.ErrClosed), errors.Is(err, pipeline.ErrDecision):
		return err
	case terminal(a.stderr) && isLocked:
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
	return told{err}
}

func parseMonth(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	month, err := time.Parse("2006-01", text)
	if err != nil {
		return month, usageError{fmt.Errorf("%q is no month; write it as 2024-08", text)}
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
	if err != nil && !errors.Is(err, pipeline.ErrNothingPublished) && !errors.Is(err, pipeline.ErrOtherVersion) {
		return err
	}
	if err := printPast(a.stdout, c); err != nil {
		return err
	}
	if errors.Is(err, pipeline.ErrOtherVersion) {
		return err
	}
	if errors.Is(err, pipeline.ErrNothingPublished) {
		fmt.Fprintln(a.stdout, "Nothing has been published yet. Next: tranche run")
		return nil
	}
	return a.tell(s)
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

// close ends whatever a failed run left unfinished.
func (p *progress) close() {
	for _, bar := range p.bars {
		bar.Abort(true)
	}
	if p.container != nil {
		p.container.Wait()
	}
}
