package ledger

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tranche/pipeline/files"
	"tranche/pipeline/ledger/audit"
)

// FinalMonth is a final month, with its manifest proved against the log; false: it is not final.
func FinalMonth(root string, log []audit.Decision, month time.Time) (Closed, bool, error) {
	standing, _, err := decided(log)
	if err != nil {
		return Closed{}, false, err
	}
	for _, s := range standing {
		if s.month.Equal(month) {
			c, err := Closing(root, log, s.number)
			return c, err == nil && c.Approved != "", err
		}
	}
	return Closed{}, false, nil
}

// Read reads a file of a closed month, and proves it against the manifest.
func (c Closed) Read(name string) ([]byte, error) {
	path := filepath.Join(c.Folder, filepath.FromSlash(name))
	want, ok := c.Files[name]
	if !ok {
		return nil, fmt.Errorf("%s is not in the manifest", path)
	}
	data, err := os.ReadFile(path)
	if err == nil && files.HashBytes(data) != want {
		err = fmt.Errorf("%s has changed", path)
	}
	return data, err
}

// Final is a month that needs no approval any more.
type Final struct {
	Month time.Time
	At    time.Time // when that was decided
}

// Finals lists the final months by the log. It reads only the manifests, which say whether approval was needed.
func Finals(root string, log []audit.Decision) []Final {
	standing, _, err := decided(log)
	if err != nil {
		return nil // Open says so
	}
	at := map[string]time.Time{}
	for _, d := range log {
		if d.Act == audit.Close || d.Act == audit.Approve {
			at[d.Month] = d.At
		}
	}
	var list []Final
	for _, s := range standing {
		var m Manifest
		data, err := os.ReadFile(filepath.Join(root, Folder(s.month), ManifestName))
		if err != nil || json.Unmarshal(data, &m) != nil || s.approved == "" && m.Approval {
			continue
		}
		list = append(list, Final{Month: s.month, At: at[Folder(s.month)]})
	}
	return list
}
