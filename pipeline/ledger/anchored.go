package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tranche/pipeline/files"
	"tranche/pipeline/ledger/anchor"
	"tranche/pipeline/ledger/audit"
)

// StatementHashes are the files of a closed month that its anchor's tree is over, by their names without a folder.
func (c Closed) StatementHashes() map[string]string {
	list := map[string]string{}
	for name, hash := range c.Files {
		if file, ok := strings.CutPrefix(name, Statements+"/"); ok {
			list[file] = hash
		}
	}
	return list
}

// Anchor reads a closed month's anchor; nil: it has none.
func (c Closed) Anchor() (*anchor.Anchor, error) {
	text, err := os.ReadFile(filepath.Join(c.Folder, anchor.Name))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a, err := anchor.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(c.Folder, anchor.Name), err)
	}
	if string(a.Text()) != string(text) {
		return nil, fmt.Errorf("%s has changed", filepath.Join(c.Folder, anchor.Name))
	}
	return a, nil
}

// KeepAnchor writes a closed month's anchor.
func (c Closed) KeepAnchor(a *anchor.Anchor) error {
	return files.Write(filepath.Join(c.Folder, anchor.Name), a.Text(), files.Private)
}

// Says compares a closed month with an anchor of it. hashes are those of the log's lines.
func (c Closed) Says(a *anchor.Anchor, hashes []string) error {
	switch {
	case a.Month != c.Month || a.Edition != c.Version:
		return fmt.Errorf("the anchor is about edition %d of %s", a.Edition, a.Month)
	case a.Line != c.Line || c.Line > len(hashes) || hashes[c.Line-1] != a.Log:
		return fmt.Errorf("the anchor says that %s was closed by line %d of the audit log; that line is another one now",
			a.Month, a.Line)
	case a.Manifest != c.Hash:
		return fmt.Errorf("the anchor has another hash of the manifest of %s", a.Month)
	case a.Root != anchor.NewTree(c.StatementHashes()).Root():
		return fmt.Errorf("the anchor has another hash of the statements of %s", a.Month)
	}
	return a.Check()
}

// anchors holds each closed month against its anchor. A month whose manifest names a key has one that this key signed.
// Where keys are configured, it is one of them, and a month after a signed one is signed.
func (l *Ledger) anchors(hashes []string, keys anchor.Signer) (all error) {
	wasSigned := false
	for i, c := range l.all {
		a, err := c.Anchor()
		if err == nil && a != nil {
			err = c.Says(a, hashes)
		}
		switch {
		case err != nil:
		case c.Anchored && a == nil:
			err = errors.New("it is missing")
		case c.Key != "" && (a == nil || a.Key == nil || anchor.Fingerprint(a.Key) != c.Key):
			err = errors.New("its anchor, which was signed when it was closed, is missing or is another one")
		case keys.IsSet() && a != nil && a.Key != nil && !keys.Knows(a.Key):
			err = fmt.Errorf("its anchor is signed by the key %s, which is none of signing.public_key, key_file and "+
				"earlier_keys", anchor.Fingerprint(a.Key))
		case keys.IsSet() && wasSigned && c.Key == "" && i < len(l.Months):
			err = errors.New("it is not signed, and a month before it is")
		}
		if err != nil {
			all = errors.Join(all, fmt.Errorf("%s: %w", filepath.Join(c.Folder, anchor.Name), err))
		}
		wasSigned = wasSigned || c.Key != ""
	}
	return all
}

// Closing is the closing that a line of the log decided, also where the month was reopened since.
func Closing(root string, log []audit.Decision, number int) (Closed, error) {
	standing, reopened, err := decided(log)
	if err != nil {
		return Closed{}, err
	}
	for _, s := range standing {
		if s.number == number {
			c, err := read(filepath.Join(root, Folder(s.month)), s)
			c.Approved = s.approved
			c.finish()
			return c, err
		}
	}
	versions := map[time.Time]int{}
	for _, s := range reopened {
		if versions[s.month]++; s.number == number {
			return read(filepath.Join(root, fmt.Sprintf("%s.v%d", Folder(s.month), versions[s.month])), s)
		}
	}
	return Closed{}, fmt.Errorf("line %d of the audit log closes no month", number)
}

// Prove compares every file of a closed month with its manifest.
func (c Closed) Prove() error { return prove(context.Background(), c.Folder, c.Files) }

// ReadManifest reads a manifest that lies by itself.
func ReadManifest(data []byte) (c Closed, err error) {
	return c, json.Unmarshal(data, &c.Manifest)
}
