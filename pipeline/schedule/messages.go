package schedule

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/schedule/outbox"
	"tranche/pipeline/schedule/slots"
)

// The mailing lists of the configuration.
const (
	operators = "operators"
	finance   = "finance"
)

// Outbox is the outbox with the configured channels.
func Outbox(c *config.Config) *outbox.Outbox {
	o := &outbox.Outbox{
		Folder:  c.Folders.Outbox(),
		Revoked: func(m outbox.Message) string { return revoked(c, m) },
	}
	if m := c.Notify.Mail; m != nil {
		lists := map[string][]string{}
		for name, list := range map[string][]string{operators: m.Operators, finance: m.Finance} {
			for _, to := range list {
				lists[to] = append(lists[to], name)
			}
		}
		for _, to := range slices.Sorted(maps.Keys(lists)) {
			o.Channels = append(o.Channels, outbox.Mail{
				To: to, Lists: lists[to], From: m.From,
				Host: m.Host, Port: m.Port, Security: m.Security, User: m.User, Password: m.Password, TLS: trusting(m),
			})
		}
		if c.Deliver != nil {
			o.Channels = append(o.Channels, outbox.Letters{Mail: mailServer(c)})
		}
	}
	if w := c.Notify.Webhook; w != nil {
		o.Channels = append(o.Channels, outbox.Webhook{URL: w.URL, Secret: w.Secret})
	}
	if c.Deliver != nil {
		for _, p := range c.Deliver.Places {
			o.Channels = append(o.Channels, shelf{p})
		}
	}
	return o
}

// notify adds a message to the outbox, if a channel takes it.
func notify(c *config.Config, m outbox.Message, attachments map[string][]byte) error {
	box := Outbox(c)
	if !slices.ContainsFunc(box.Channels, func(ch outbox.Channel) bool { return ch.Takes(m) }) {
		return nil
	}
	return box.Add(m, attachments)
}

// facts are a message's fields for programs.
type facts struct {
	Event   string `json:"event"`
	Job     string `json:"job,omitempty"`
	Slot    string `json:"slot,omitempty"`
	RunID   string `json:"run_id,omitempty"`
	Month   string `json:"month,omitempty"`
	Waiting bool   `json:"waiting,omitempty"`
	Feed    string `json:"feed,omitempty"`
	Source  string `json:"source,omitempty"`
}

func message(c *config.Config, to, id string, now time.Time, subject, text string) outbox.Message {
	return outbox.Message{
		ID: strings.ReplaceAll(id, ":", ""), To: to, At: now.UTC().Truncate(time.Second),
		Subject: c.Vendor + ": " + subject, Text: text,
	}
}

// ended is the message about an ended run; text is its summary.
func ended(
	c *config.Config, s slots.Slot, now time.Time, summary *pipeline.Summary, text string, err error,
) outbox.Message {
	f := facts{Event: "done", Job: s.Job, Slot: s.Name()}
	subject := "the run of " + f.Slot
	if err == nil {
		subject += " is done"
		f.RunID, f.Month, f.Waiting = summary.RunID, pipeline.MonthName(summary.Month), summary.Waits()
		if f.Waiting {
			subject += ", and something waits for a person"
		}
	} else {
		f.Event = "failed"
		published := ". What was published before stands as it was."
		if errors.Is(err, pipeline.ErrHalfPublished) {
			published = ", and what was published is NOT as it was."
		}
		subject += " FAILED"
		text = "The run of " + f.Slot + " failed" + published + "\n\n" + config.Short(err) + "\n"
	}
	m := message(c, operators, s.Job+"-"+f.Slot+"-"+f.Event, now, subject, text)
	m.Facts = f
	return m
}

// silent is the message, once for each last file, that a feed is late.
func silent(c *config.Config, now time.Time, f pipeline.Freshness) outbox.Message {
	last, since := "never", "never"
	if !f.Last.IsZero() {
		last, since = readable(f.Last), idTime(f.Last)
	}
	id := "silent-" + plainName(f.Feed) + "-" + shortHash([]byte(f.Feed)) + "-" + since
	return late(c, id, now, f.Feed, "nothing has come from "+f.Feed, fmt.Sprintf(
		"The feed %s should send something every %s, and last did: %s.\n"+
			"Ask the sender; tranche status shows every feed.\n", f.Feed, f.Often(), last))
}

// sourceDown is the message, once for each time that it goes down, that a source cannot be used.
func sourceDown(c *config.Config, now time.Time, o pipeline.Outage) outbox.Message {
	id := "source-" + plainName(o.Source) + "-" + shortHash([]byte(o.Source)) + "-" + idTime(o.Since)
	m := message(c, operators, id, now, "nothing can be fetched from "+o.Source, fmt.Sprintf(
		"The source %s cannot be used since %s:\n%s\n\n"+
			"What has landed is safe, and the next fetch goes on by itself. tranche validate --connect tries it now.\n",
		o.Source, readable(o.Since), o.Error))
	m.Facts, m.Keep = facts{Event: "source_down", Source: o.Source}, true
	return m
}

// notifyOutages sends which sources are down.
func notifyOutages(c *config.Config, now time.Time) (all error) {
	for _, o := range pipeline.Outages(c) {
		all = errors.Join(all, notify(c, sourceDown(c, now, o), nil))
	}
	return all
}

// overdue is the message, once for each last success, that runs fail.
func overdue(c *config.Config, now, last time.Time) outbox.Message {
	return late(c, "overdue-"+idTime(last), now, "", "no run has ended well since "+readable(last),
		"What is published is as old as that. tranche status says what the last runs came to.\n")
}

func late(c *config.Config, id string, now time.Time, feed, subject, text string) outbox.Message {
	m := message(c, operators, id, now, subject, text)
	m.Facts, m.Keep = facts{Event: "overdue", Feed: feed}, true
	return m
}

func readable(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

func idTime(t time.Time) string { return t.UTC().Format("20060102T150405") }

// plainName is a feed's name, made safe for a file name.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '_'
	}, name[:min(len(name), 40)])
}

func shortHash(data []byte) string { return files.HashBytes(data)[:12] }

// AfterRun sends the result of a manual run, and does the timetable's other work. A run that was locked out sends no
// result.
func AfterRun(
	ctx context.Context, c *config.Config, now time.Time, summary *pipeline.Summary, text string, err error,
) error {
	if errors.Is(err, pipeline.ErrLocked) {
		return notifyOverdue(c, now)
	}
	return errors.Join(notify(c, ended(c, byHand(now, c.Serve.Zone), now, summary, text, err), nil),
		notifyOutages(c, now), notifyOverdue(c, now), Finals(ctx, c, now), Deliver(ctx, c, now), removeOld(c, now))
}

// NeverBegan sends that a run could not begin.
func NeverBegan(c *config.Config, now time.Time, err error) error {
	return notify(c, ended(c, byHand(now, time.UTC), now, nil, "", err), nil)
}

// byHand is the slot of a manual run. The process id separates two runs of one minute.
func byHand(now time.Time, zone *time.Location) slots.Slot {
	return slots.Slot{Job: fmt.Sprintf("run-%s-%d", idTime(now), os.Getpid()), At: now.In(zone)}
}

// remembered is how long a message and its id stay in the outbox.
const remembered = 90 * 24 * time.Hour

// removeOld shortens the history and the outbox.
func removeOld(c *config.Config, now time.Time) error {
	return errors.Join(pipeline.Tidy(c), Outbox(c).Tidy(now.Add(-remembered)))
}

// notifyOverdue sends which feeds are late, and that runs fail.
func notifyOverdue(c *config.Config, now time.Time) error {
	past, all := pipeline.History(c)
	if at, ok := pipeline.LastSuccess(past, now); ok && now.Sub(at) > c.Serve.Overdue {
		all = errors.Join(all, notify(c, overdue(c, now, at), nil))
	}
	feeds, err := pipeline.Fresh(c, now)
	for _, f := range feeds {
		if f.Overdue(now) {
			all = errors.Join(all, notify(c, silent(c, now, f), nil))
		}
	}
	return errors.Join(all, err)
}
