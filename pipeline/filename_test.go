package pipeline

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryPartnerHasAFileOfItsOwnInTheFolder names files after ids that would leave the
// folder, meet another's name or be a device.
func TestEveryPartnerHasAFileOfItsOwnInTheFolder(t *testing.T) {
	seen := map[string]string{}
	for _, id := range []string{
		"P1", "p1", "P1 ", " P1", "../P1", "..", ".", "/etc/passwd", `C:\P1`, "CON", "NUL", "COM1",
		"P[1]", "P*", "P?", "P:1", "P\x00", "P\n1", "", "Émile", "E\u0301mile", "ÉMILE", "=P1", "-P1", "~P1",
		"statement_P1", "P1.xlsx", "P_1", "_50_31", "P%31",
		strings.Repeat("P", 300), strings.Repeat("P", 301), strings.Repeat("é", 100),
	} {
		name := fileName(id)
		if name != filepath.Base(name) || strings.HasPrefix(name, ".") || len(name) > 255 ||
			!strings.HasSuffix(name, ".xlsx") {
			t.Errorf("%q gets the file %q", id, name)
		}
		for _, c := range name {
			if c > '~' || c <= ' ' || strings.ContainsRune(`/\:*?"<>|[]%`, c) {
				t.Errorf("%q gets the file %q, which some system cannot hold", id, name)
			}
		}
		folded := strings.ToLower(name)
		if other, ok := seen[folded]; ok {
			t.Errorf("%q and %q share the file %s", id, other, name)
		}
		seen[folded] = id
	}
}
