// Package outbox sends each message to people and programs, at most once.
//
// A *message* is written into a folder, and each *channel* (a mail address, a webhook, a place for files) sends it
// once. A message to a partner, a distributor or a place is a *delivery*, and says itself where it goes. A certain
// failure is tried again after growing pauses. If the connection or the machine fails after sending and before the
// answer, the message is *unsure*: it is not sent again, and an operator decides.
package outbox

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"tranche/pipeline/files"
)

// Message is a message to people and programs.
type Message struct {
	ID      string    `json:"id"` // a second message with this id is not sent
	At      time.Time `json:"at"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	Facts   any       `json:"facts,omitempty"`  // for programs
	To      string    `json:"to,omitempty"`     // a list of the configuration: operators or finance
	Attach  []string  `json:"attach,omitempty"` // files in the message's own folder
	Keep    bool      `json:"keep,omitempty"`   // its id is remembered for good

	Delivery *Delivery `json:"delivery,omitempty"` // nil: it goes to a list of the configuration
}

// Delivery says what goes where.
type Delivery struct {
	Kind     string            `json:"kind"`     // statement, recall, scorecard or pack
	Month    string            `json:"month"`    // as 2024-08
	Edition  int               `json:"edition"`  // of the month
	Manifest string            `json:"manifest"` // SHA-256 of the month's manifest
	Receiver string            `json:"receiver"` // a partner's id, a distributor, or finance
	Way      string            `json:"way"`      // mail, or the name of a place
	Address  string            `json:"address"`  // a mail address, or the folder at the place
	From     string            `json:"from,omitempty"`
	Name     string            `json:"name,omitempty"`     // of the receiver
	Language string            `json:"language,omitempty"` // of the receiver
	Files    map[string]string `json:"files,omitempty"`    // name -> SHA-256
}

// Channel sends messages to one receiver.
type Channel interface {
	Name() string
	// Takes says whether this receiver gets a message.
	Takes(Message) bool
	// Send calls leaves before the message leaves, and gives the server's answer. After ErrUnsure it may have arrived.
	Send(ctx context.Context, m Message, folder string, leaves func() error) (answer string, err error)
}

// ErrUnsure says that a message may have arrived.
var ErrUnsure = errors.New("it cannot be known whether it arrived")

// The states of a delivery.
const (
	waiting = "waiting"
	sending = "sending" // after a restart this means unsure
	sent    = "sent"
	unsure  = "unsure"
	givenUp = "given up"
	dropped = "dropped" // an operator decided that it is not sent

	unreadable = "unreadable"
)

// delivery is a message's state on one channel.
type delivery struct {
	State    string    `json:"state"`
	Attempts int       `json:"attempts"`
	Next     time.Time `json:"next"` // the earliest next attempt
	Error    string    `json:"error,omitempty"`
	Answer   string    `json:"answer,omitempty"` // of the server, once it is sent
	At       time.Time `json:"at,omitzero"`      // of the last attempt
}

func (d delivery) isOpen() bool { return d.State != sent && d.State != dropped }

// entry is a message in the outbox.
type entry struct {
	Message
	Channels map[string]*delivery `json:"channels"`
}

// Outbox is a folder of messages.
type Outbox struct {
	Folder   string
	Channels []Channel
	Revoked  func(Message) string // why a waiting message must not be sent; empty: send it
}

// pauses are the waits after each certain failure.
var pauses = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute,
	time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 24 * time.Hour,
}

var plainID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,120}$`)

const messageFile = "message.json"

// Add stores a message and its attachments, unless its id exists.
func (o *Outbox) Add(m Message, attachments map[string][]byte) error {
	if !plainID.MatchString(m.ID) || strings.Trim(m.ID, ".") == "" {
		return fmt.Errorf("%q cannot name a message", m.ID)
	}
	dir := filepath.Join(o.Folder, m.ID)
	unlock, err := o.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if o.Has(m.ID) {
		return nil
	}
	if err := files.Folder(dir); err != nil {
		return err
	}
	m.Attach = slices.Sorted(maps.Keys(attachments))
	for _, name := range m.Attach {
		if err := files.Put(filepath.Join(dir, name), attachments[name]); err != nil {
			return err
		}
	}
	e := entry{Message: m, Channels: map[string]*delivery{}}
	for _, c := range o.Channels {
		if c.Takes(m) {
			e.Channels[c.Name()] = &delivery{State: waiting}
		}
	}
	return o.write(e)
}

// Has says whether a message was added.
func (o *Outbox) Has(id string) bool {
	_, err := os.Stat(filepath.Join(o.Folder, id, messageFile))
	return err == nil
}

func (o *Outbox) write(e entry) error {
	return files.WriteJSON(filepath.Join(o.Folder, e.ID, messageFile), e, files.Private)
}

func (o *Outbox) lock() (func(), error) {
	if err := files.Folder(o.Folder); err != nil {
		return nil, err
	}
	l := flock.New(filepath.Join(o.Folder, "lock"))
	if err := l.Lock(); err != nil {
		return nil, fmt.Errorf("lock the outbox: %w", err)
	}
	return func() { _ = l.Unlock() }, nil
}

func (o *Outbox) read(id string) (e entry, err error) {
	data, err := os.ReadFile(filepath.Join(o.Folder, id, messageFile))
	if err != nil {
		return e, err
	}
	if err := json.Unmarshal(data, &e); err != nil { // it must not stop the other messages
		e.Message = Message{ID: id, Subject: "(cannot be read)"}
		e.Channels = map[string]*delivery{"none": {State: unreadable, Error: err.Error()}}
	}
	return e, nil
}

func (o *Outbox) entries() ([]entry, error) {
	paths, err := files.Glob(o.Folder, "*/"+messageFile)
	if err != nil {
		return nil, err
	}
	var list []entry
	for _, path := range paths {
		e, err := o.read(filepath.Base(filepath.Dir(path)))
		if errors.Is(err, os.ErrNotExist) {
			continue // removed meanwhile
		}
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b entry) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID))
	})
	return list, nil
}

// Flush sends due messages, unless another process is sending. Unsent lists the failures; they are not errors here.
func (o *Outbox) Flush(ctx context.Context, now time.Time) error {
	if err := files.Folder(o.Folder); err != nil {
		return err
	}
	// The sender holds this lock while servers answer. The lock of the messages is held only for moments, so that Add
	// does not wait.
	alone := flock.New(filepath.Join(o.Folder, "sending.lock"))
	if got, err := alone.TryLock(); err != nil || !got {
		return err
	}
	defer alone.Unlock() //nolint:errcheck // the kernel frees it at exit
	list, err := o.entries()
	if err != nil {
		return err
	}
	for _, e := range list {
		for _, c := range o.Channels {
			if d := e.Channels[c.Name()]; d == nil || d.State != waiting && d.State != sending {
				continue
			}
			if ctx.Err() != nil {
				return nil
			}
			if err := o.deliver(ctx, e.Message, c, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// deliver sends a message on one channel, if it is due. The state "sending" is on the disk before the first byte
// leaves, so that a restart does not send it again.
func (o *Outbox) deliver(ctx context.Context, m Message, c Channel, now time.Time) error {
	due := false
	err := o.update(m.ID, c.Name(), func(d *delivery) {
		switch {
		case d.State == sending:
			d.State, d.Error = unsure, "the program stopped while it was being sent"
		case d.State != waiting || now.Before(d.Next) && d.Next.Sub(now) <= pauses[len(pauses)-1]:
			// A time beyond the longest pause comes from a wrong clock.
		case o.Revoked != nil && o.Revoked(m) != "":
			d.State, d.Error = dropped, o.Revoked(m)
		default:
			d.Attempts++
			d.At = now.UTC().Truncate(time.Second)
			due = true
		}
	})
	if err != nil || !due {
		return err
	}
	answer, failed := c.Send(ctx, m, filepath.Join(o.Folder, m.ID), func() error {
		return o.update(m.ID, c.Name(), func(d *delivery) { d.State = sending })
	})
	return o.update(m.ID, c.Name(), func(d *delivery) {
		d.State, d.Error, d.Answer = sent, "", answer
		if failed == nil {
			return
		}
		d.Error = failed.Error()
		switch {
		case errors.Is(failed, ErrUnsure):
			d.State = unsure
		case d.Attempts > len(pauses):
			d.State = givenUp
		default:
			d.State, d.Next = waiting, now.Add(pauses[d.Attempts-1]).UTC()
		}
	})
}

// update changes a message's delivery on one channel, or on all, under the lock.
func (o *Outbox) update(id, channel string, change func(*delivery)) error {
	unlock, err := o.lock()
	if err != nil {
		return err
	}
	defer unlock()
	e, err := o.read(id)
	if err != nil {
		return err
	}
	changed := false
	for name, d := range e.Channels {
		if before := *d; channel == "" || channel == name {
			change(d)
			changed = changed || *d != before
		}
	}
	if !changed {
		return nil
	}
	return o.write(e)
}

// Unsent is a message that may not have arrived.
type Unsent struct {
	ID, Subject, Channel, State, Error string
	Attempts                           int
	Next                               time.Time
}

// Unsent lists the messages that may not have arrived, oldest first.
func (o *Outbox) Unsent() ([]Unsent, error) {
	list, err := o.entries()
	var open []Unsent
	for _, e := range list {
		for _, name := range slices.Sorted(maps.Keys(e.Channels)) {
			d := e.Channels[name]
			if !d.isOpen() {
				continue
			}
			if d.State == waiting && !slices.ContainsFunc(o.Channels, func(c Channel) bool { return c.Name() == name }) {
				d.Error = "the configuration names no such channel any more"
			}
			open = append(open, Unsent{e.ID, e.Subject, name, d.State, d.Error, d.Attempts, d.Next})
		}
	}
	return open, err
}

// ErrUnknown says that no open message has that id.
var ErrUnknown = errors.New("no message of that id has yet to arrive")

// Resend sends an open message again: an operator knows that it did not arrive.
func (o *Outbox) Resend(id string) error {
	return o.decide(id, func(d *delivery) { *d = delivery{State: waiting} })
}

// Drop ends an open message: it has arrived, or nobody needs it.
func (o *Outbox) Drop(id string) error {
	return o.decide(id, func(d *delivery) { d.State = dropped })
}

// decide changes a message's open deliveries. An unreadable message is removed.
func (o *Outbox) decide(id string, decision func(*delivery)) error {
	found, broken, err := false, false, os.ErrNotExist
	if plainID.MatchString(id) {
		err = o.update(id, "", func(d *delivery) {
			switch {
			case d.State == unreadable:
				broken = true
			case d.isOpen():
				found = true
				decision(d)
			}
		})
	}
	switch {
	case broken:
		return os.RemoveAll(filepath.Join(o.Folder, id))
	case errors.Is(err, os.ErrNotExist), err == nil && !found:
		return fmt.Errorf("%q: %w", id, ErrUnknown)
	}
	return err
}

// Sent lists the messages with an id prefix that were sent, or may have been.
func (o *Outbox) Sent(prefix string) ([]Message, error) {
	list, err := o.entries()
	var gone []Message
	for _, e := range list {
		for _, d := range e.Channels {
			if strings.HasPrefix(e.ID, prefix) && (d.State == sent || d.State == unsure || d.State == sending) {
				gone = append(gone, e.Message)
				break
			}
		}
	}
	return gone, err
}
