package config

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
)

// statement reads how workbooks look. The logo is read now, so that a missing one is
// a fault of the configuration and not of a run at night.
func (r *reader) statement(base string, f statementFile) Statement {
	s := Statement{Address: f.Address, Accent: f.Accent, Font: f.Font}
	if s.Accent != "" && !regexp.MustCompile(`^[0-9A-Fa-f]{6}$`).MatchString(s.Accent) {
		r.fault("$.statement.accent", "%q is no colour; write six hexadecimal digits in quotes, such as \"24508C\"", s.Accent)
	}
	if len(s.Address) > 4 {
		r.fault("$.statement.address", "%d lines do not fit beside the name; four do", len(s.Address))
	}
	if f.Logo == "" {
		return s
	}
	path := f.Logo
	if !filepath.IsAbs(path) {
		path = filepath.Join(base, path)
	}
	var err error
	if s.Logo, err = os.ReadFile(path); err != nil {
		r.fault("$.statement.logo", "the logo cannot be read: %v", err)
		return s
	}
	if !bytes.HasPrefix(s.Logo, []byte("\x89PNG\r\n")) && !bytes.HasPrefix(s.Logo, []byte("\xff\xd8\xff")) {
		r.fault("$.statement.logo", "%s is neither a PNG nor a JPEG", path)
	}
	if len(s.Logo) > 1<<20 {
		r.fault("$.statement.logo", "%s has %d bytes, and would be in every workbook; a megabyte is enough", path, len(s.Logo))
	}
	return s
}
