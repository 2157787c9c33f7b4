// Package audit keeps every decision a person took, in the order they were taken.
//
// A *decision* is one line of audit.jsonl. Each line carries the hash of the one
// before it, so that a line changed, lost or put in between is found by whoever
// reads the file next, and named.
package audit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"tranche/pipeline/files"
)

// Decision is what somebody decided.
type Decision struct {
	At       time.Time `json:"at"`
	Who      string    `json:"who"`
	Act      string    `json:"act"`            // waive
	File     string    `json:"file,omitempty"` // SHA-256 of a landed file
	Line     int64     `json:"line,omitempty"` // zero: all of it
	Reason   string    `json:"reason"`
	Previous string    `json:"previous"` // hash of the line before, empty for the first
}

// Waive sets rejected rows aside: they stay rejected and wait no longer.
const Waive = "waive"

// Read returns every decision, and fails where the chain is broken.
func Read(path string) ([]Decision, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []Decision
	previous := ""
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var d Decision
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
			return nil, fmt.Errorf("%s line %d: %w", path, n, err)
		}
		if d.Previous != previous {
			return nil, fmt.Errorf("%s line %d does not follow the line before it: a decision was changed, lost or put in between; restore the file from a copy", path, n)
		}
		previous = hash(lines.Bytes())
		list = append(list, d)
	}
	return list, lines.Err()
}

// Append adds a decision at the end of the chain.
func Append(path string, d Decision) error {
	if _, err := Read(path); err != nil {
		return err
	}
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if lines := bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n")); len(data) > 0 {
		d.Previous = hash(lines[len(lines)-1])
	}
	line, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return files.Write(path, append(append(data, line...), '\n'), files.Private)
}

func hash(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:])
}
