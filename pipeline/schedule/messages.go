package schedule

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/ledger"
	"tranche/pipeline/schedule/outbox"
	"tranche/pipeline/schedule/slots"
)

// Box is the outbox of a configuration, with the ways it names.
func Box(c *config.Config) *outbox.Outbox {
	o := &outbox.Outbox{Folder: c.Folders.Outbox()}
	o.Void = func(m outbox.Message) string { return void(c, m) }
	if m := c.Notify.Mail; m != nil {
		lists := map[string][]string{}
		for name, list := range map[string][]string{operators: m.Operators, finance: m.Finance} {
			for _, to := range list {
				lists[to] = append(lists[to], name)
			}
		}
		for _, to := range slices.Sorted(maps.Keys(lists)) {
			o.Ways = append(o.Ways, outbox.Mail{To: to, Host: m.Host, Port: m.Port, Security: m.Security, User: m.User, Password: m.Password, From: m.From, Lists: lists[to]})
		}
	}
	if w := c.Notify.Webhook; w != nil {
		o.Ways = append(o.Ways, outbox.Webhook{URL: w.URL, Secret: w.Secret})
	}
	return o
}

// The lists of the configuration.
const (
	operators = "operators"
	finance   = "finance"
)

// news is a message with the files that go with it.
type news struct {
	outbox.Message
	attach map[string][]byte
}

// Tell puts a message into the outbox, if anybody is to be told anything.
func Tell(c *config.Config, m news) error {
	box := Box(c)
	if !slices.ContainsFunc(box.Ways, func(w outbox.Way) bool { return w.Takes(m.Message) }) {
		return nil
	}
	return box.Add(m.Message, m.attach)
}

// fact is what a program is told.
type fact struct {
	Event   string `json:"event"`
	Job     string `json:"job,omitempty"`
	Slot    string `json:"slot,omitempty"`
	RunID   string `json:"run_id,omitempty"`
	Month   string `json:"month,omitempty"`
	Waiting bool   `json:"waiting,omitempty"`
	Feed    string `json:"feed,omitempty"`
}

func operatorNews(c *config.Config, id string, now time.Time, subject, text string, f fact) news {
	return news{Message: outbox.Message{ID: strings.ReplaceAll(id, ":", ""), At: now.UTC().Truncate(time.Second), Subject: c.Vendor + ": " + subject, Text: text, Facts: f, To: operators}}
}

func done(c *config.Config, s slots.Slot, now time.Time, summary *pipeline.Summary, plain string) news {
	subject := "the run of " + s.Name() + " is done"
	if summary.Waits() {
		subject += ", and something waits for a person"
	}
	return operatorNews(c, s.Job+"-"+s.Name()+"-done", now, subject, plain,
		fact{Event: "done", Job: s.Job, Slot: s.Name(), RunID: summary.RunID, Month: pipeline.MonthName(summary.Month), Waiting: summary.Waits()})
}

func failed(c *config.Config, s slots.Slot, now time.Time, err error) news {
	return operatorNews(c, s.Job+"-"+s.Name()+"-failed", now, "the run of "+s.Name()+" FAILED",
		"The run of "+s.Name()+" failed"+standing(err)+"\n\n"+config.Short(err)+"\n", fact{Event: "failed", Job: s.Job, Slot: s.Name()})
}

// silent is told once for each time that a feed falls silent.
func silent(c *config.Config, now time.Time, f pipeline.Freshness) news {
	last, since := "never", "never"
	if !f.Last.IsZero() {
		last, since = f.Last.UTC().Format("2006-01-02 15:04 UTC"), f.Last.UTC().Format("20060102T150405")
	}
	return onceForGood(operatorNews(c, "silent-"+plainName(f.Feed)+"-"+shortHash([]byte(f.Feed))+"-"+since, now, "nothing has come from "+f.Feed,
		fmt.Sprintf("The feed %s should send something every %s, and last did: %s.\nAsk the sender; tranche status shows every feed.\n", f.Feed, f.Expected, last), fact{Event: "overdue", Feed: f.Feed}))
}

// overdue is told once for each time that runs stop ending well.
func overdue(c *config.Config, now, last time.Time) news {
	return onceForGood(operatorNews(c, "overdue-"+last.UTC().Format("20060102T150405"), now, "no run has ended well since "+last.UTC().Format("2006-01-02 15:04 UTC"),
		"What is published is as old as that. tranche status says what the last runs came to.\n", fact{Event: "overdue"}))
}

// onceForGood has a message remembered for good: what it tells of can last longer than
// others are remembered, and a clock that is ahead for a while ends that early.
func onceForGood(n news) news {
	n.Keep = true
	return n
}

// plainName keeps of a feed's name what can stand in a file's, for people; two can keep the
// same.
func plainName(name string) string {
	if len(name) > 40 {
		name = name[:40]
	}
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, name)
}

// AfterRun tells of a run that somebody, or another clock, has started. One that did not
// begin because another is at work is no news; that none has ended well for long is.
func AfterRun(c *config.Config, now time.Time, summary *pipeline.Summary, plain string, err error) error {
	if errors.Is(err, pipeline.ErrLocked) {
		return Missing(c, now)
	}
	s := byHand(now, c.Serve.Zone)
	var news news
	if err != nil {
		news = failed(c, s, now, err)
	} else {
		news = done(c, s, now, summary, plain)
	}
	return errors.Join(Tell(c, news), Missing(c, now), Finals(c, now), Forget(c, now))
}

// NeverBegan tells of a run that could not even begin.
func NeverBegan(c *config.Config, now time.Time, err error) error {
	return Tell(c, failed(c, byHand(now, time.UTC), now, err))
}

// byHand is the slot of a run that nobody's timetable names. Two of them can begin in one
// minute, and each is told.
func byHand(now time.Time, zone *time.Location) slots.Slot {
	return slots.Slot{Job: fmt.Sprintf("run-%s-%d", now.UTC().Format("20060102T150405"), os.Getpid()), At: now.In(zone)}
}

// Forget removes what is old from the history and from the outbox.
func Forget(c *config.Config, now time.Time) error {
	return errors.Join(pipeline.Tidy(c), Box(c).Tidy(now.Add(-remembered)))
}

// Missing tells of feeds that have fallen silent, and of runs that do not end well.
func Missing(c *config.Config, now time.Time) error {
	var all error
	past, err := pipeline.History(c)
	if at, ok := pipeline.LastSuccess(past, now); ok && now.Sub(at) > c.Serve.Overdue {
		all = Tell(c, overdue(c, now, at))
	}
	feeds, err2 := pipeline.Fresh(c, now)
	for _, f := range feeds {
		if f.Overdue(now) {
			all = errors.Join(all, Tell(c, silent(c, now, f)))
		}
	}
	return errors.Join(all, err, err2)
}

// remembered is how long a message is kept, and so known to have been there.
const remembered = 90 * 24 * time.Hour

// Finals sends finance, if the configuration names anybody, every month that became final
// lately and was not sent: the program can have been stopped between the one and the other.
func Finals(c *config.Config, now time.Time) error {
	if c.Notify.Mail == nil || len(c.Notify.Mail.Finance) == 0 {
		return nil
	}
	list, err := pipeline.Finals(c, now.Add(-remembered/3))
	for _, month := range list {
		err = errors.Join(err, final(c, now, month))
	}
	return errors.Join(err, takenBack(c, now))
}

// takenBack tells finance of months that it was sent and that stand no more.
func takenBack(c *config.Config, now time.Time) error {
	left, err := Box(c).Left(finalID)
	for _, m := range left {
		if why := void(c, m); why != "" {
			err = errors.Join(err, Tell(c, news{Message: outbox.Message{ID: "not-" + m.ID, At: now.UTC().Truncate(time.Second), To: finance, Keep: true,
				Subject: c.Vendor + ": NOT TO BE PAID BY: " + strings.TrimPrefix(m.Subject, c.Vendor+": "),
				Text:    "Those statements stand no more: " + why + ".\nThey will be sent again when the month is final again. tranche log says who took it back, and why.\n"}}))
		}
	}
	return err
}

// finalID begins the id of a message that a month is final; its name, and the hash of its
// manifest, follow.
const finalID = "final-"

// void says why the message that a month is final is true no more.
func void(c *config.Config, m outbox.Message) string {
	name, ok := strings.CutPrefix(m.ID, finalID)
	if !ok || len(name) < len("2006-01") {
		return ""
	}
	name = name[:len("2006-01")]
	manifest, err := os.ReadFile(filepath.Join(c.Folders.Closed, name, ledger.ManifestName))
	if err == nil && finalID+name+"-"+shortHash(manifest) == m.ID {
		return ""
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "" // nobody can tell, and what is in the message was final
	}
	return "the month was reopened"
}

// final sends finance the register, and all that was stated for people of a month
// that has become final, from where it is kept for good.
func final(c *config.Config, now, month time.Time) error {
	name := pipeline.MonthName(month)
	dir := filepath.Join(c.Folders.Closed, name)
	manifest, err := os.ReadFile(filepath.Join(dir, ledger.ManifestName))
	if err != nil {
		return err
	}
	m := news{Message: outbox.Message{ID: finalID + name + "-" + shortHash(manifest), Keep: true, At: now.UTC().Truncate(time.Second), To: finance, Subject: c.Vendor + ": the statements of " + name + " are final",
		Text: "Attached are the register, and in one archive every statement of " + name + " with the manifest of their hashes.\n"}, attach: map[string][]byte{}}
	if Box(c).Has(m.ID) {
		return nil
	}
	if m.attach["register-"+name+".xlsx"], err = os.ReadFile(filepath.Join(dir, ledger.Statements, "register.xlsx")); err != nil {
		return err
	}
	if m.attach["statements-"+name+".zip"], err = archive(filepath.Join(dir, ledger.Statements), manifest); err != nil {
		return err
	}
	return Tell(c, m)
}

// archive is every file of a closed month's statements, and the manifest, in one, in the
// order of their names and without a time of day.
func archive(dir string, manifest []byte) ([]byte, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	add := func(name string, data []byte) error {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store}) // workbooks are compressed already
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err == nil {
			err = add(e.Name(), data)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := errors.Join(add(ledger.ManifestName, manifest), z.Close()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func shortHash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:6])
}

// standing says what a failure has left of what was published.
func standing(err error) string {
	if errors.Is(err, pipeline.ErrHalfPublished) {
		return ", and what was published is NOT as it was."
	}
	return ". What was published before stands as it was."
}
