// Package audit keeps every decision of a person, in order.
//
// A *decision* is one line of audit.jsonl. Each line has the hash of the line before it, so that the next reader
// finds a line that was changed, lost or inserted.
package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"tranche/pipeline/files"
)

// Decision is one decision.
type Decision struct {
	At       time.Time `json:"at"`
	Who      string    `json:"who"`
	Account  string    `json:"account,omitempty"` // of the operating system, where the program knows it
	Act      string    `json:"act"`
	Month    string    `json:"month,omitempty"`    // closed, approved or reopened, as 2024-08
	Manifest string    `json:"manifest,omitempty"` // SHA-256 of that month's manifest
	What     string    `json:"what,omitempty"`     // an accepted alias or link, a manual entry or a file's name, in words
	File     string    `json:"file,omitempty"`     // SHA-256 of a landed file
	Line     int64     `json:"line,omitempty"`     // zero: all of it
	Seen     string    `json:"seen,omitempty"`     // hash of the reasons against what it covers; it covers no others
	Codes    string    `json:"codes,omitempty"`    // with commas: it covers the rows rejected for none but these reasons
	Change   string    `json:"change,omitempty"`   // an accepted or refused change, by what changes and to what
	Sender   string    `json:"sender,omitempty"`   // of an accepted alias: who uses the code
	Code     string    `json:"code,omitempty"`     // and the code
	Partner  string    `json:"partner,omitempty"`  // and whose it is
	Reason   string    `json:"reason"`
	Previous string    `json:"previous"` // hash of the line before, empty for the first
}

// The acts that a decision can be.
const (
	Waive   = "waive"    // sets rejected rows aside: they stay rejected and wait no longer
	Close   = "close"    // states a month
	Approve = "approve"  // makes a closed month's statements final
	Reopen  = "reopen"   // takes the last closed month back
	Alias   = "alias"    // a code of a distributor's is a partner's
	Unalias = "unalias"  // an accepted code is nobody's any more
	Link    = "link"     // a line belongs to a deal
	Enter   = "enter"    // a manual posting
	Return  = "rollback" // goes back to what was published before
	Accept  = "accept"   // a waiting change counts
	Refuse  = "refuse"   // a waiting change does not count
	Drop    = "drop"     // takes a landed file out of all figures
	Restore = "restore"  // lets a dropped file count again
)

// Read returns every decision. It fails where the chain is broken.
func Read(path string) ([]Decision, error) {
	list, _, err := ReadHashed(path)
	return list, err
}

// ReadHashed also returns the hash of each line.
func ReadHashed(path string) (list []Decision, hashes []string, err error) {
	list, _, hashes, err = read(path)
	return list, hashes, err
}

// read also returns the file's bytes and the hash of each line.
func read(path string) (list []Decision, data []byte, hashes []string, err error) {
	data, err = os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, nil, headIn(path, "")
	}
	if err != nil {
		return nil, nil, nil, err
	}
	if len(data) > 0 && data[len(data)-1] != '\n' {
		return nil, nil, nil, fmt.Errorf("%s is cut off in its last line: restore the file from a copy", path)
	}
	last := ""
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var d Decision
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
			return nil, nil, nil, fmt.Errorf("%s line %d: %w", path, n, err)
		}
		if d.Previous != last {
			return nil, nil, nil, fmt.Errorf("%s line %d does not follow the line before it: a decision was changed, "+
				"lost or put in between; restore the file from a copy", path, n)
		}
		last = files.HashBytes(lines.Bytes())
		hashes = append(hashes, last)
		list = append(list, d)
	}
	if err := errors.Join(lines.Err(), headIn(path, last)); err != nil {
		return nil, nil, nil, err
	}
	return list, data, hashes, nil
}

// Append adds decisions to the chain, all of them or none.
func Append(path string, list ...Decision) error {
	return AppendAfter(path, func(string, int) error { return nil }, list...)
}

// AppendAfter adds decisions once before has agreed, which gets the hash and the number of what becomes the last line.
// The lock keeps two writers from continuing the same line.
func AppendAfter(path string, before func(hash string, line int) error, list ...Decision) error {
	lock := flock.New(path + ".lock")
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("lock %s: %w", path, err)
	}
	defer lock.Unlock() //nolint:errcheck // closing the file frees it
	_, data, hashes, err := read(path)
	if err != nil {
		return err
	}
	last := ""
	if len(hashes) > 0 {
		last = hashes[len(hashes)-1]
	}
	was := last
	for _, d := range list {
		d.Previous = last
		line, err := json.Marshal(d)
		if err != nil {
			return err
		}
		last = files.HashBytes(line)
		data = append(append(data, line...), '\n')
	}
	if err := before(last, len(hashes)+len(list)); err != nil {
		return err
	}
	if err := files.Write(path+headSuffix, []byte(was+"\n"+last+"\n"), files.Private); err != nil {
		return err
	}
	if err := files.Write(path, data, files.Private); err != nil {
		return err
	}
	return files.Write(path+headSuffix, []byte(last+"\n"), files.Private)
}

// headSuffix names the file with the last line's hash, because the chain does not guard its last line. While lines are
// added it holds the last one of before, too.
const headSuffix = ".head"

// headIn checks that the log's last line is what the head says: the last, or, after a stop, the last of before. A log
// without a head passes.
func headIn(path, last string) error {
	head, err := os.ReadFile(path + headSuffix)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !slices.Contains(strings.Split(strings.TrimSuffix(string(head), "\n"), "\n"), last) {
		return fmt.Errorf("%s no longer holds the decision that was its last: it was changed or lost; "+
			"restore the file from a copy", path)
	}
	return nil
}
