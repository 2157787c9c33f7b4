package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ledger"
	"tranche/pipeline/ledger/anchor"
	"tranche/pipeline/ledger/audit"
	"tranche/pipeline/publish"
)

// Anchored is the anchor of a closed month; nil: it has none. Where a service for time stamps is configured and it has
// no time stamp yet, it gets one; without the service the anchor stands as it is, and unstamped says why.
func Anchored(ctx context.Context, c *config.Config, closed ledger.Closed) (a *anchor.Anchor, unstamped, err error) {
	a, err = AnchorOf(c, closed)
	if err != nil || a == nil || c.Signing.Service == nil || a.Token != nil {
		return a, nil, err
	}
	if unstamped = c.Signing.Service.Stamp(ctx, a); unstamped != nil {
		return a, unstamped, nil
	}
	return a, nil, closed.KeepAnchor(a)
}

// AnchorOf is a closed month's anchor as it stands, held against the month and the audit log; nil: it has none.
func AnchorOf(c *config.Config, closed ledger.Closed) (*anchor.Anchor, error) {
	a, err := closed.Anchor()
	if err != nil || a == nil {
		return nil, err
	}
	_, hashes, err := audit.ReadHashed(c.Folders.Audit())
	if err == nil {
		err = closed.Says(a, hashes)
	}
	return a, err
}

// stamp asks for the time stamp of the month that was just closed.
func stamp(ctx context.Context, c *config.Config, month time.Time, say facts) error {
	if c.Signing.Service == nil {
		return nil
	}
	log, err := audit.Read(c.Folders.Audit())
	if err != nil {
		return err
	}
	closed, _, err := ledger.FinalMonth(c.Folders.Closed, log, month)
	if err != nil {
		return err
	}
	_, unstamped, err := Anchored(ctx, c, closed)
	if unstamped != nil {
		say["unstamped"] = unstamped.Error()
	}
	return err
}

// Place is a folder that is held against an anchor.
type Place struct {
	Closed, Log string
	Statements  string // empty: what is published is not looked at
}

// Finding is what a folder says about an anchor.
type Finding struct {
	Month    string
	Edition  int
	Files    int    // that are as they were stated
	Reopened string // who took the month back, and why; empty: it stands
	After    int    // lines of the audit log since
}

// Verify says whether a folder still holds what an anchor says. The error names each thing that differs.
func Verify(p Place, a *anchor.Anchor) (Finding, error) {
	f := Finding{Month: a.Month, Edition: a.Edition}
	if err := a.Check(); err != nil {
		return f, err
	}
	log, hashes, err := audit.ReadHashed(p.Log)
	if err != nil {
		return f, err
	}
	switch {
	case len(hashes) < a.Line:
		return f, fmt.Errorf("the audit log has %d lines, and line %d closed %s: it was cut off, or is an older one",
			len(hashes), a.Line, a.Month)
	case hashes[a.Line-1] != a.Log:
		return f, fmt.Errorf("line %d of the audit log, or one before it, is not what it was when %s was closed", a.Line,
			a.Month)
	}
	f.After = len(hashes) - a.Line
	d := log[a.Line-1]
	if d.Act != audit.Close || d.Month != a.Month || d.Manifest != a.Manifest {
		return f, fmt.Errorf("line %d of the audit log does not close %s", a.Line, a.Month)
	}
	closed, err := ledger.Closing(p.Closed, log, a.Line)
	if err == nil {
		err = closed.Prove()
	}
	if err == nil {
		err = closed.Says(a, hashes)
	}
	if err != nil {
		return f, err
	}
	f.Files = len(closed.Files)
	for _, d := range log[a.Line:] {
		if d.Act == audit.Reopen && d.Manifest == a.Manifest {
			f.Reopened = fmt.Sprintf("%s reopened it on %s: %s", d.Who, d.At.Format(time.DateOnly), d.Reason)
		}
	}
	if f.Reopened != "" || p.Statements == "" {
		return f, nil
	}
	return f, published(filepath.Join(p.Statements, a.Month), closed)
}

// published compares the published files of a final month with the closed ones.
func published(folder string, closed ledger.Closed) (all error) {
	there, err := publish.Files(folder)
	if err != nil || there == nil || closed.Approved == "" {
		return err // not published yet
	}
	for name, hash := range closed.StatementHashes() {
		path := filepath.Join(folder, name)
		now, err := files.Hash(path)
		switch {
		case errors.Is(err, os.ErrNotExist):
			all = errors.Join(all, fmt.Errorf("%s is missing", path))
		case err != nil:
			all = errors.Join(all, err)
		case now != hash:
			all = errors.Join(all, fmt.Errorf("%s is not what was stated", path))
		}
	}
	return all
}

// VerifyFile says whether a file is the one that a receipt is about, or, given the manifest's bytes too, one of its
// month.
func VerifyFile(a *anchor.Anchor, manifest []byte, name string, data []byte) error {
	hash := files.HashBytes(data)
	switch {
	case a.Holds(hash):
		return a.Check()
	case manifest == nil && a.Receipt == nil:
		return errors.New("the anchor has no receipt: give the month's manifest.json beside the file, too")
	case manifest == nil:
		return fmt.Errorf("it is not %s as it was stated", a.Receipt.File)
	case files.HashBytes(manifest) != a.Manifest:
		return errors.New("manifest.json is not the one that the anchor is about")
	case hash == a.Manifest:
		return a.Check()
	}
	closed, err := ledger.ReadManifest(manifest)
	if err != nil {
		return err
	}
	for stated, want := range closed.StatementHashes() {
		if want == hash {
			if stated != name {
				return fmt.Errorf("it was stated under the name %s", stated)
			}
			return a.Check()
		}
	}
	return fmt.Errorf("no statement of %s is this file", strings.TrimSpace(a.Month))
}
