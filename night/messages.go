package night

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tranche/night/outbox"
	"tranche/night/slots"
	"tranche/pipeline"
	"tranche/pipeline/config"
)

// Box is the outbox of a configuration, with the ways it names.
func Box(c *config.Config) *outbox.Outbox {
	o := &outbox.Outbox{Folder: c.Folders.Outbox()}
	if m := c.Notify.Mail; m != nil {
		o.Ways = append(o.Ways, outbox.Mail{Host: m.Host, Port: m.Port, Security: m.Security, User: m.User, Password: m.Password, From: m.From,
			Lists: map[string][]string{operators: m.Operators, finance: m.Finance}})
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
	return news{Message: outbox.Message{ID: strings.NewReplacer(":", "", " ", "_", "/", "_").Replace(id), At: now.UTC().Truncate(time.Second), Subject: c.Vendor + ": " + subject, Text: text, Facts: f, To: operators}}
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
		"The run of "+s.Name()+" failed. What was published before stands as it was.\n\n"+err.Error()+"\n", fact{Event: "failed", Job: s.Job, Slot: s.Name()})
}

// silent is told once for each time that a feed falls silent.
func silent(c *config.Config, now time.Time, f pipeline.Freshness) news {
	last, since := "never", "never"
	if !f.Last.IsZero() {
		last, since = f.Last.UTC().Format("2006-01-02 15:04 UTC"), f.Last.UTC().Format("20060102T150405")
	}
	return operatorNews(c, "silent-"+plainName(f.Feed)+"-"+since, now, "nothing has come from "+f.Feed,
		fmt.Sprintf("The feed %s should send something every %s, and last did: %s.\nAsk the sender; tranche status shows every feed.\n", f.Feed, f.Expected, last), fact{Event: "overdue", Feed: f.Feed})
}

// overdue is told once for each time that runs stop ending well.
func overdue(c *config.Config, now, last time.Time) news {
	return operatorNews(c, "overdue-"+last.UTC().Format("20060102T150405"), now, "no run has ended well since "+last.UTC().Format("2006-01-02 15:04 UTC"),
		"What is published is as old as that. tranche status says what the last runs came to.\n", fact{Event: "overdue"})
}

// plainName keeps of a feed's name what can stand in a file's.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, name)
}

// AfterRun tells of a run that somebody, or another clock, has started.
func AfterRun(c *config.Config, now time.Time, summary *pipeline.Summary, plain string, err error) error {
	s := slots.Slot{Job: "run", At: now.In(c.Serve.Zone)}
	if err != nil {
		return Tell(c, failed(c, s, now, err))
	}
	return Tell(c, done(c, s, now, summary, plain))
}

// AfterFinal sends finance the register, and the statements in one archive, of a month
// that has become final.
func AfterFinal(c *config.Config, now time.Time, month time.Time) error {
	name := pipeline.MonthName(month)
	dir := filepath.Join(c.Folders.Statements, name)
	manifest, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return err
	}
	m := news{Message: outbox.Message{ID: "final-" + name + "-" + shortHash(manifest), At: now.UTC().Truncate(time.Second), To: finance, Subject: c.Vendor + ": the statements of " + name + " are final",
		Text: "Attached are the register and every statement of " + name + ", with the manifest of their hashes.\n"}, attach: map[string][]byte{}}
	if c.Notify.Mail == nil || len(c.Notify.Mail.Finance) == 0 {
		return nil
	}
	if m.attach["register-"+name+".xlsx"], err = os.ReadFile(filepath.Join(dir, "register.xlsx")); err != nil {
		return err
	}
	if m.attach["statements-"+name+".zip"], err = archive(dir); err != nil {
		return err
	}
	return Tell(c, m)
}

// archive is every file of a folder in one, in the order of their names and without a
// time of day.
func archive(dir string) ([]byte, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: e.Name(), Method: zip.Store}) // workbooks are compressed already
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(data); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func shortHash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:6])
}
