package web

import (
	"errors"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tranche/pipeline"
	"tranche/pipeline/config"
)

// collector makes the metrics from the history at each request, so that they cover manual runs. A metric is a float;
// no payment depends on it.
type collector struct{ Source }

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("tranche_"+name, help, labels, nil)
}

var (
	runs      = desc("runs_remembered", "Runs in the history, by what they did and what came of it.", "did", "outcome")
	lastEnd   = desc("last_run_timestamp_seconds", "When the last run ended.", "outcome")
	success   = desc("last_success_timestamp_seconds", "When a run last ended well.")
	lastTook  = desc("last_run_duration_seconds", "How long the last run took.")
	stageTook = desc("last_run_stage_duration_seconds", "How long each stage of the last run took.", "stage")
	rows      = desc("feed_rows",
		"Rows of all files of a feed, by what became of them, as of the last run that published.", "feed", "outcome")
	amount = desc("waiting_amount",
		"Amounts that are held or rejected, in the currency of their documents where it is known.", "what", "currency")
	amountRow = desc("waiting_rows", "Rows that are held or rejected.", "what", "currency")
	workbooks = desc("last_run_workbooks_written", "Workbooks that the last run that published wrote.")
	lastCame  = desc("feed_last_file_timestamp_seconds", "When a feed last sent a file; 0: never.", "feed")
	overdue   = desc("feed_overdue", "1 where a feed should have sent something by now.", "feed")
	down      = desc("source_down_since_timestamp_seconds", "Since when a source cannot be used; 0: it can.", "source")
	unsent    = desc("messages_unsent", "Messages that have not arrived for certain.")
)

// Describe is empty, since the labels come from the history.
func (collector) Describe(chan<- *prometheus.Desc) {}

// gauges receive metrics.
type gauges chan<- prometheus.Metric

func (g gauges) set(d *prometheus.Desc, value float64, labels ...string) {
	g <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

// Collect makes all metrics. If it cannot read, the request fails.
func (c collector) Collect(out chan<- prometheus.Metric) {
	g, now, conf := gauges(out), c.Now(), c.Config()
	past, err := pipeline.History(conf)
	feeds, err2 := pipeline.Fresh(conf, now)
	n, err3 := c.Unsent()
	if err := errors.Join(err, err2, err3); err != nil {
		out <- prometheus.NewInvalidMetric(lastTook, err)
		return
	}
	g.set(unsent, float64(n))
	g.history(past, now)
	g.outages(conf)
	for _, f := range feeds {
		came, late := int64(0), 0.0
		if !f.Last.IsZero() {
			came = f.Last.Unix()
		}
		if f.Overdue(now) {
			late = 1
		}
		g.set(lastCame, float64(came), f.Feed)
		g.set(overdue, late, f.Feed)
	}
}

func (g gauges) outages(c *config.Config) {
	since := map[string]int64{}
	for _, o := range pipeline.Outages(c) {
		since[o.Source] = o.Since.Unix()
	}
	for _, s := range c.Sources {
		g.set(down, float64(since[s.Name]), s.Name)
	}
}

func (g gauges) history(past []pipeline.Past, now time.Time) {
	count, ended := map[[2]string]int{}, map[string]time.Time{}
	var published *pipeline.Past
	for i, p := range past {
		count[[2]string{p.Did, p.Outcome}]++
		ended[p.Outcome] = p.At
		if p.Published() && len(p.Feeds) > 0 {
			published = &past[i]
		}
	}
	for key, n := range count {
		g.set(runs, float64(n), key[0], key[1])
	}
	if at, ok := pipeline.LastSuccess(past, now); ok {
		g.set(success, float64(at.Unix()))
	}
	for outcome, at := range ended {
		g.set(lastEnd, float64(at.Unix()), outcome)
	}
	if n := len(past); n > 0 {
		g.set(lastTook, float64(past[n-1].Took)/1000)
		for stage, took := range past[n-1].Stages {
			g.set(stageTook, float64(took)/1000, stage)
		}
	}
	if published == nil {
		return
	}
	g.set(workbooks, float64(published.Written))
	for _, f := range published.Feeds {
		for outcome, n := range map[string]int64{
			"loaded": f.Loaded, "duplicate": f.Duplicate, "superseded": f.Superseded,
			"rejected": f.Rejected, "excluded": f.Excluded, "held": f.Held,
		} {
			g.set(rows, float64(n), f.Feed, outcome)
		}
	}
	for _, w := range published.Waiting {
		if value, err := strconv.ParseFloat(w.Amount, 64); err == nil {
			g.set(amount, value, w.What, w.Currency)
		}
		g.set(amountRow, float64(w.Rows), w.What, w.Currency)
	}
}
