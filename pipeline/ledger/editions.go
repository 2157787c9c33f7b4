package ledger

import (
	"fmt"
	"path/filepath"
	"time"

	"tranche/pipeline/ledger/audit"
)

// Editions are the final edition of a month that stands, and the last one before it that was final. It reads the
// manifests and proves no file. Nil: there is none.
func Editions(root string, log []audit.Decision, month time.Time) (standing, before *Closed) {
	now, reopened, err := decided(log)
	if err != nil {
		return nil, nil // Open says so
	}
	final := func(name string, s line) *Closed {
		c, damage := read(filepath.Join(root, name), s)
		c.Approved = s.approved
		c.finish()
		if damage != nil || c.Approved == "" {
			return nil
		}
		return &c
	}
	for _, s := range now {
		if s.month.Equal(month) {
			standing = final(Folder(month), s)
		}
	}
	version := 0
	for _, s := range reopened {
		if !s.month.Equal(month) {
			continue
		}
		version++
		if c := final(fmt.Sprintf("%s.v%d", Folder(month), version), s); c != nil {
			before = c
		}
	}
	return standing, before
}
