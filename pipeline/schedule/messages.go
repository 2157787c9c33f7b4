package schedule

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/schedule/outbox"
	"tranche/pipeline/schedule/slots"
)

// The mailing lists of the configuration.
const (
	operators = "operators"
	finance   = "finance"
)

// Outbox is the outbox of a configuration, with the channels that it names.
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
				Host: m.Host, Port: m.Port, Security: m.Security, User: m.User, Password: m.Password,
			})
		}
	}
	if w := c.Notify.Webhook; w != nil {
		o.Channels = append(o.Channels, outbox.Webhook{URL: w.URL, Secret: w.Secret})
	}
	return o
}

// notify puts a message into the outbox, if the configuration names a receiver.
func notify(c *config.Config, m outbox.Message, attachments map[string][]byte) error {
	box := Outbox(c)
	if !slices.ContainsFunc(box.Channels, func(ch outbox.Channel) bool { return ch.Takes(m) }) {
		return nil
	}
	return box.Add(m, attachments)
}

// facts are a message's content for programs.
type facts struct {
	Event   string `json:"event"`
	Job     string `json:"job,omitempty"`
	Slot    string `json:"slot,omitempty"`
	RunID   string `json:"run_id,omitempty"`
	Month   string `json:"month,omitempty"`
	Waiting bool   `json:"waiting,omitempty"`
	Feed    string `json:"feed,omitempty"`
}

func message(c *config.Config, to, id string, now time.Time, subject, text string) outbox.Message {
	return outbox.Message{
		ID: strings.ReplaceAll(id, ":", ""), To: to, At: now.UTC().Truncate(time.Second),
		Subject: c.Vendor + ": " + subject, Text: text,
	}
}

// ended is the message about a run that has ended; text is what one without error came to.
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

// silent is the message, once for each time, that a feed sends nothing any more.
func silent(c *config.Config, now time.Time, f pipeline.Freshness) outbox.Message {
	last, since := "never", "never"
	if !f.Last.IsZero() {
		last, since = readable(f.Last), idTime(f.Last)
	}
	id := "silent-" + plainName(f.Feed) + "-" + shortHash([]byte(f.Feed)) + "-" + since
	return late(c, id, now, f.Feed, "nothing has come from "+f.Feed, fmt.Sprintf(
		"The feed %s should send something every %s, and last did: %s.\n"+
			"Ask the sender; tranche status shows every feed.\n", f.Feed, f.Expected, last))
}

// overdue is the message, once for each time, that runs do not end well any more.
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

// plainName is the part of a feed's name that can stand in a file name, for people.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '_'
	}, name[:min(len(name), 40)])
}

func shortHash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:6])
}

// AfterRun sends the result of a run that the timetable did not start, and does what else
// the timetable would do. A run that found another at work sends nothing of itself.
func AfterRun(c *config.Config, now time.Time, summary *pipeline.Summary, text string, err error) error {
	if errors.Is(err, pipeline.ErrLocked) {
		return notifyOverdue(c, now)
	}
	return errors.Join(notify(c, ended(c, byHand(now, c.Serve.Zone), now, summary, text, err), nil),
		notifyOverdue(c, now), Finals(c, now), removeOld(c, now))
}

// NeverBegan sends that a run could not begin.
func NeverBegan(c *config.Config, now time.Time, err error) error {
	return notify(c, ended(c, byHand(now, time.UTC), now, nil, "", err), nil)
}

// byHand is a slot for a run that the timetable did not start. The process id tells two of
// one minute apart.
func byHand(now time.Time, zone *time.Location) slots.Slot {
	return slots.Slot{Job: fmt.Sprintf("run-%s-%d", idTime(now), os.Getpid()), At: now.In(zone)}
}

// remembered is how long a message, and so its id, stays in the outbox.
const remembered = 90 * 24 * time.Hour

// removeOld removes what is old from the history and from the outbox.
func removeOld(c *config.Config, now time.Time) error {
	return errors.Join(pipeline.Tidy(c), Outbox(c).Tidy(now.Add(-remembered)))
}

// notifyOverdue sends which feeds are silent, and that runs do not end well.
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
