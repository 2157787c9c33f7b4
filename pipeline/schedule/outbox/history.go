package outbox

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tranche/pipeline/files"
)

// Sending is what became of a delivery on one channel.
type Sending struct {
	Message
	State, Answer, Error string
	Attempts             int
	LastTried            time.Time // zero: never
}

// Went says whether it has left, or may have.
func (s Sending) Went() bool { return s.State == sent || s.State == unsure || s.State == sending }

// Waits says whether a person has to look.
func (s Sending) Waits() bool { return s.State == unsure || s.State == givenUp }

// IsOpen says whether it has yet to arrive for certain, or a person has to look.
func (s Sending) IsOpen() bool { return delivery{State: s.State}.isOpen() }

// Deliveries lists what became of every delivery, oldest first.
func (o *Outbox) Deliveries() ([]Sending, error) {
	list, err := o.entries()
	var all []Sending
	for _, e := range list {
		for _, name := range slices.Sorted(maps.Keys(e.Channels)) {
			if d := e.Channels[name]; e.Delivery != nil {
				all = append(all, Sending{e.Message, d.State, d.Answer, d.Error, d.Attempts, d.At})
			}
		}
	}
	return all, err
}

// Readdress changes where a delivery goes that has not left; one that was given up is tried again.
func (o *Outbox) Readdress(id, address string) error {
	unlock, err := o.lock()
	if err != nil {
		return err
	}
	defer unlock()
	e, err := o.read(id)
	if err != nil || e.Delivery == nil || e.Delivery.Address == address {
		return err
	}
	for _, d := range e.Channels {
		if d.State != waiting && d.State != givenUp {
			return nil
		}
	}
	e.Delivery.Address = address
	for name := range e.Channels {
		e.Channels[name] = &delivery{State: waiting}
	}
	return o.write(e)
}

// Tidy removes ended messages from before a day. With Keep only the attachments go.
func (o *Outbox) Tidy(before time.Time) error {
	unlock, err := o.lock()
	if err != nil {
		return err
	}
	defer unlock()
	list, err := o.entries()
	for _, e := range list {
		over := e.At.Before(before)
		for _, d := range e.Channels {
			over = over && d.State != waiting && d.State != sending
		}
		if !over {
			continue
		}
		dir := filepath.Join(o.Folder, e.ID)
		if !e.Keep {
			err = errors.Join(err, os.RemoveAll(dir))
			continue
		}
		for _, name := range e.Attach {
			err = errors.Join(err, files.Remove(filepath.Join(dir, name)))
		}
	}
	return err
}
