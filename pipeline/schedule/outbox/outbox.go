// Package outbox sends what people and programs are to be told, and never twice.
//
// A *message* is written into a folder first and sent from there, by each of its *ways*
// (mail, webhook) once. What has certainly not arrived is tried again, later and later.
// Where it cannot be known, because the line broke or the machine stopped between
// sending and hearing that it was taken, it is *unsure*: it is not sent again, and
// somebody is told to look.
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

// Message is what somebody is told.
type Message struct {
	ID      string    `json:"id"` // names it for good: a message whose id was there is not sent again
	At      time.Time `json:"at"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	Facts   any       `json:"facts,omitempty"`  // for programs
	To      string    `json:"to,omitempty"`     // a list of the configuration: operators or finance
	Attach  []string  `json:"attach,omitempty"` // files in the message's own folder
	Keep    bool      `json:"keep,omitempty"`   // its id is remembered for good: it must never be sent twice
}

// Way is one way of sending.
type Way interface {
	Name() string
	// Takes says whether a message goes this way.
	Takes(Message) bool
	// Send sends it, and says when it begins to leave. An error that is ErrUnsure may have
	// arrived all the same.
	Send(ctx context.Context, m Message, folder string, leaves func() error) error
}

// ErrUnsure says that a message may have arrived or not.
var ErrUnsure = errors.New("it cannot be known whether it arrived")

// The states of a message on a way.
const (
	waiting = "waiting"
	sending = "sending" // and where somebody reads this after a restart: unsure
	sent    = "sent"
	unsure  = "unsure"
	given   = "given up"
	dropped = "dropped" // somebody has decided that it need not be sent

	unreadable = "unreadable"
)

type progress struct {
	State    string    `json:"state"`
	Attempts int       `json:"attempts"`
	Next     time.Time `json:"next"` // no attempt before
	Error    string    `json:"error,omitempty"`
}

// letter is a message as it lies in the outbox.
type letter struct {
	Message
	Ways map[string]*progress `json:"ways"`
}

// Outbox is a folder of messages.
type Outbox struct {
	Folder string
	Ways   []Way
	Void   func(Message) string // why a message that waits is not to be sent any more; empty: it is
}

// pauses are how long to wait after each attempt that certainly failed.
var pauses = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 24 * time.Hour}

var plainID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,120}$`)

// Add puts a message in, with the files that go with it by name. One whose id was there
// already is left as it is.
func (o *Outbox) Add(m Message, attach map[string][]byte) error {
	if !plainID.MatchString(m.ID) || strings.Trim(m.ID, ".") == "" {
		return fmt.Errorf("%q cannot name a message", m.ID)
	}
	unlock, err := o.lock()
	if err != nil {
		return err
	}
	defer unlock()
	dir := filepath.Join(o.Folder, m.ID)
	if o.Has(m.ID) {
		return nil
	}
	if err := files.Folder(dir); err != nil {
		return err
	}
	for name, data := range attach {
		if err := files.Put(filepath.Join(dir, filepath.Base(name)), data); err != nil {
			return err
		}
		m.Attach = append(m.Attach, filepath.Base(name))
	}
	slices.Sort(m.Attach)
	l := letter{Message: m, Ways: map[string]*progress{}}
	for _, w := range o.Ways {
		if w.Takes(m) {
			l.Ways[w.Name()] = &progress{State: waiting}
		}
	}
	return o.write(l)
}

// Has says whether a message was put in.
func (o *Outbox) Has(id string) bool {
	_, err := os.Stat(filepath.Join(o.Folder, id, letterName))
	return err == nil
}

const letterName = "message.json"

func (o *Outbox) write(l letter) error {
	data, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return err
	}
	return files.Write(filepath.Join(o.Folder, l.ID, letterName), append(data, '\n'), files.Private)
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

func (o *Outbox) read(id string) (letter, error) {
	data, err := os.ReadFile(filepath.Join(o.Folder, id, letterName))
	if err != nil {
		return letter{}, err
	}
	var l letter
	if err := json.Unmarshal(data, &l); err != nil { // it must not keep the others from going
		l = letter{Message: Message{ID: id, Subject: "(cannot be read)"}, Ways: map[string]*progress{"none": {State: unreadable, Error: err.Error()}}}
	}
	return l, nil
}

func (o *Outbox) letters() ([]letter, error) {
	paths, err := files.Glob(o.Folder, "*/"+letterName)
	if err != nil {
		return nil, err
	}
	var list []letter
	for _, path := range paths {
		l, err := o.read(filepath.Base(filepath.Dir(path)))
		if errors.Is(err, os.ErrNotExist) {
			continue // forgotten meanwhile
		}
		if err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b letter) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID))
	})
	return list, nil
}

// Flush sends what waits and whose time has come, unless somebody else is at it. What
// could not be sent is no error: Open tells of it.
func (o *Outbox) Flush(ctx context.Context, now time.Time) error {
	if err := files.Folder(o.Folder); err != nil {
		return err
	}
	// Whoever sends holds this one, for as long as servers take; the letters themselves are
	// locked for moments only, so that nobody waits to put one in.
	at := flock.New(filepath.Join(o.Folder, "sending.lock"))
	if got, err := at.TryLock(); err != nil || !got {
		return err
	}
	defer at.Unlock() //nolint:errcheck // the kernel frees it with us
	list, err := o.letters()
	if err != nil {
		return err
	}
	for _, l := range list {
		for _, w := range o.Ways {
			if p, ok := l.Ways[w.Name()]; !ok || p.State != waiting && p.State != sending {
				continue
			}
			if ctx.Err() != nil {
				return nil
			}
			if err := o.try(ctx, l, w, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// try sends a message one way. That it is being sent is on the disk before a byte of it
// leaves, so that nobody who finds it there sends it again.
func (o *Outbox) try(ctx context.Context, l letter, w Way, now time.Time) error {
	due := false
	err := o.change(l.ID, w.Name(), func(p *progress) {
		switch {
		case p.State == sending: // by somebody who is no more
			p.State, p.Error = unsure, "the program stopped while it was being sent"
		case p.State != waiting || now.Before(p.Next) && p.Next.Sub(now) <= pauses[len(pauses)-1]:
			// A time further off than the longest pause is of a clock that was wrong.
		case o.Void != nil && o.Void(l.Message) != "":
			p.State, p.Error = dropped, o.Void(l.Message)
		default:
			p.Attempts++
			due = true
		}
	})
	if err != nil || !due {
		return err
	}
	failed := w.Send(ctx, l.Message, filepath.Join(o.Folder, l.ID), func() error {
		return o.change(l.ID, w.Name(), func(p *progress) { p.State = sending })
	})
	return o.change(l.ID, w.Name(), func(p *progress) {
		switch {
		case failed == nil:
			p.State, p.Error = sent, ""
		case errors.Is(failed, ErrUnsure):
			p.State, p.Error = unsure, failed.Error()
		case p.Attempts > len(pauses):
			p.State, p.Error = given, failed.Error()
		default:
			p.State, p.Error, p.Next = waiting, failed.Error(), now.Add(pauses[p.Attempts-1]).UTC()
		}
	})
}

// change changes the progress of a message on a way, as it is now.
func (o *Outbox) change(id, way string, change func(*progress)) error {
	unlock, err := o.lock()
	if err != nil {
		return err
	}
	defer unlock()
	l, err := o.read(id)
	if err != nil || l.Ways[way] == nil {
		return err
	}
	before := *l.Ways[way]
	if change(l.Ways[way]); *l.Ways[way] == before {
		return nil
	}
	return o.write(l)
}

// Unsent is a message that has not arrived for certain.
type Unsent struct {
	ID, Subject, Way, State, Error string
	Attempts                       int
	Next                           time.Time
}

// Open lists what has not arrived for certain, oldest first.
func (o *Outbox) Open() ([]Unsent, error) {
	list, err := o.letters()
	if err != nil {
		return nil, err
	}
	var open []Unsent
	for _, l := range list {
		for _, way := range slices.Sorted(maps.Keys(l.Ways)) {
			p := l.Ways[way]
			if p.State == sent || p.State == dropped {
				continue
			}
			u := Unsent{ID: l.ID, Subject: l.Subject, Way: way, State: p.State, Error: p.Error, Attempts: p.Attempts, Next: p.Next}
			if p.State == waiting && !slices.ContainsFunc(o.Ways, func(w Way) bool { return w.Name() == way }) {
				u.Error = "the configuration names no such way any more"
			}
			open = append(open, u)
		}
	}
	return open, nil
}

// ErrUnknown says that no message of that id has yet to arrive.
var ErrUnknown = errors.New("no message of that id has yet to arrive")

// Again makes a message be sent once more where it was unsure or given up: somebody has
// asked the receiver, and it did not arrive.
func (o *Outbox) Again(id string) error {
	return o.amend(id, func(p *progress) { *p = progress{State: waiting} })
}

// Drop makes a message be sent no more: it has arrived after all, or nobody needs it.
func (o *Outbox) Drop(id string) error {
	return o.amend(id, func(p *progress) { p.State = dropped })
}

// amend changes the progress of a message wherever it has not arrived for certain.
func (o *Outbox) amend(id string, change func(*progress)) error {
	unlock, err := o.lock()
	if err != nil {
		return err
	}
	defer unlock()
	unknown := fmt.Errorf("%q: %w", id, ErrUnknown)
	if !plainID.MatchString(id) {
		return unknown
	}
	l, err := o.read(id)
	if errors.Is(err, os.ErrNotExist) {
		return unknown
	}
	if err != nil {
		return err
	}
	amended := false
	for _, p := range l.Ways {
		if p.State == unreadable {
			return os.RemoveAll(filepath.Join(o.Folder, id))
		}
		if p.State != sent && p.State != dropped {
			change(p)
			amended = true
		}
	}
	if !amended {
		return unknown
	}
	return o.write(l)
}

// Left lists the messages whose id begins like that and that have left, or may have.
func (o *Outbox) Left(prefix string) ([]Message, error) {
	list, err := o.letters()
	var left []Message
	for _, l := range list {
		gone := false
		for _, p := range l.Ways {
			gone = gone || p.State == sent || p.State == unsure || p.State == sending
		}
		if gone && strings.HasPrefix(l.ID, prefix) {
			left = append(left, l.Message)
		}
	}
	return left, err
}

// Tidy removes what was sent, or given up, before a day. That a message was there is
// forgotten with it, but for one that is to be kept: of that only what went with it is
// removed.
func (o *Outbox) Tidy(before time.Time) error {
	unlock, err := o.lock()
	if err != nil {
		return err
	}
	defer unlock()
	list, err := o.letters()
	if err != nil {
		return err
	}
	for _, l := range list {
		over := l.At.Before(before)
		for _, p := range l.Ways {
			over = over && p.State != waiting && p.State != sending
		}
		if !over {
			continue
		}
		dir := filepath.Join(o.Folder, l.ID)
		if !l.Keep {
			err = errors.Join(err, os.RemoveAll(dir))
		}
		for _, name := range l.Attach {
			if l.Keep {
				err = errors.Join(err, files.Remove(filepath.Join(dir, name)))
			}
		}
	}
	return err
}
