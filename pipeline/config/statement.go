package config

import (
	"bytes"
	"encoding/csv"
	"image"
	_ "image/jpeg" // a logo is one of the two
	_ "image/png"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"unicode/utf8"
)

// statement reads the look of workbooks. It reads the logo, so that a missing logo fails here and not at night.
func (r *reader) statement(base string, f statementFile) Statement {
	s := Statement{Address: f.Address, Accent: f.Accent, Font: f.Font}
	if s.Accent != "" && !regexp.MustCompile(`^[0-9A-Fa-f]{6}$`).MatchString(s.Accent) {
		r.fault("$.statement.accent", "%q is not a colour; write six hexadecimal digits, as in \"24508C\"", s.Accent)
	}
	if len(s.Address) > 4 {
		r.fault("$.statement.address", "%d lines do not fit beside the name; four do", len(s.Address))
	}
	if f.Signing != "" {
		r.fault("$.statement.signing_key", "closings are signed, and no longer drafts: write signing: {key_file: %s} as a "+
			"section of its own", f.Signing)
	}
	s.Passwords = r.passwords(base, f.Locks)
	if f.Logo == "" {
		return s
	}
	path, before := beside(base, f.Logo), len(r.faults)
	var err error
	if s.Logo, err = os.ReadFile(path); err != nil {
		r.fault("$.statement.logo", "the logo cannot be read: %v", err)
		return s
	}
	if !bytes.HasPrefix(s.Logo, []byte("\x89PNG\r\n")) && !bytes.HasPrefix(s.Logo, []byte("\xff\xd8\xff")) {
		r.fault("$.statement.logo", "%s is neither a PNG nor a JPEG", path)
	}
	if _, _, err := image.Decode(bytes.NewReader(s.Logo)); err != nil && len(r.faults) == before {
		r.fault("$.statement.logo", "%s cannot be drawn: %v", path, err)
	}
	if len(s.Logo) > 1<<20 {
		r.fault("$.statement.logo", "%s has %d bytes; each workbook holds it, and a megabyte is the most", path, len(s.Logo))
	}
	return s
}

// beside is a path relative to the configuration's folder.
func beside(base, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(base, path)
}

// secret reads a file that only the operator may read. Without a path it is nil.
func (r *reader) secret(at, base, path string) []byte {
	if path == "" {
		return nil
	}
	path = beside(base, path)
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		r.fault(at, "others can read %s (%v); chmod 600 %s", path, info.Mode().Perm(), path)
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		r.fault(at, "it cannot be read: %v", err)
	}
	return data
}

// passwords reads the file of partner ids and passwords.
func (r *reader) passwords(base, path string) map[string]string {
	const at = "$.statement.passwords"
	data := r.secret(at, base, path)
	if data == nil {
		return nil
	}
	list := r.pairs(at, path, data, "password", "passwords")
	for _, partner := range slices.Sorted(maps.Keys(list)) {
		if n := utf8.RuneCountInString(list[partner]); n < 12 || n > 255 {
			r.fault(at, "the password of %s has %d characters; it needs 12 to 255", partner, n)
		}
	}
	return list
}

// pairs reads a CSV of partner ids, and something of each. Two is what a partner has in a fault that has it twice.
func (r *reader) pairs(at, path string, data []byte, column, two string) map[string]string {
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))).ReadAll()
	if err != nil {
		r.fault(at, "%s: %v; a row is partner_id,%s, with quotes around what holds a comma", path, err, column)
		return nil
	}
	if len(rows) == 0 || !slices.Equal(rows[0], []string{"partner_id", column}) {
		r.fault(at, "%s does not begin with the row partner_id,%s", path, column)
		return nil
	}
	list := map[string]string{}
	for _, row := range rows[1:] {
		if _, twice := list[row[0]]; twice {
			r.fault(at, "%s has two %s", row[0], two)
		}
		list[row[0]] = row[1]
	}
	return list
}
