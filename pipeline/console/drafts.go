package console

import (
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"tranche/pipeline/ingest/proposal"
)

// draft is a feed for a new sender that somebody is writing, with the sample it is for.
type draft struct {
	id, account, folder, file string
	began                     time.Time
	proposal                  proposal.Proposal
	text                      string // as it stands under feeds:
}

// drafts are those of this process.
type drafts struct {
	sync.Mutex
	list []*draft
}

// mostDrafts is how many are kept at a time.
const mostDrafts = 20

// keep stores a sample in a folder of its own.
func (d *drafts) keep(account, name string, from io.Reader, now time.Time) (*draft, error) {
	folder, err := os.MkdirTemp("", "tranche-draft-")
	if err != nil {
		return nil, err
	}
	x := &draft{id: rand.Text(), account: account, folder: folder, file: filepath.Join(folder, name), began: now}
	out, err := os.OpenFile(x.file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = io.Copy(out, from)
		err = errors.Join(err, out.Close())
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	d.Lock()
	defer d.Unlock()
	d.list = append(d.list, x)
	if len(d.list) > mostDrafts {
		err = os.RemoveAll(d.list[0].folder)
		d.list = d.list[1:]
	}
	return x, err
}

// find is a draft of an account, as it is now.
func (d *drafts) find(id, account string) (draft, bool) {
	d.Lock()
	defer d.Unlock()
	for _, x := range d.list {
		if x.id == id && x.account == account {
			return *x, true
		}
	}
	return draft{}, false
}

// change writes a draft anew.
func (d *drafts) change(changed draft) {
	d.Lock()
	defer d.Unlock()
	for _, x := range d.list {
		if x.id == changed.id {
			x.proposal, x.text = changed.proposal, changed.text
		}
	}
}

// forget removes a draft and its sample.
func (d *drafts) forget(id string) error {
	d.Lock()
	defer d.Unlock()
	var err error
	d.list = slices.DeleteFunc(d.list, func(x *draft) bool {
		if x.id == id {
			err = errors.Join(err, os.RemoveAll(x.folder))
		}
		return x.id == id
	})
	return err
}

// end removes every sample.
func (d *drafts) end() error {
	d.Lock()
	defer d.Unlock()
	var err error
	for _, x := range d.list {
		err = errors.Join(err, os.RemoveAll(x.folder))
	}
	d.list = nil
	return err
}

// paired is the sender's column that a line of the proposal pairs with one of ours; empty: it pairs none.
func paired(i proposal.Item) (ours, theirs string) {
	if i.Section != "columns" || i.Question != nil || len(i.Lines) != 1 {
		return "", ""
	}
	ours, rest, ok := strings.Cut(i.Lines[0], ": \"")
	end := strings.LastIndex(rest, "\"")
	if !ok || end < 0 || strings.ContainsAny(ours, " #[\"") {
		return "", ""
	}
	return ours, strings.ReplaceAll(rest[:end], `\"`, `"`)
}
