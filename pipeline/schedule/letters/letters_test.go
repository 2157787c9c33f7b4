package letters

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEachLetterIsWrittenInEachLanguage(t *testing.T) {
	s, err := Read("")
	if err != nil {
		t.Fatal(err)
	}
	f := Facts{Vendor: "V", Name: "Nordlicht\nBcc: x", Month: "2024-08", Edition: 2, File: "f.xlsx", Anchor: "a.txt",
		Locked: true, Rows: 10, Loaded: 9, Waiting: 1}
	for _, kind := range []string{Statement, Recall, Scorecard} {
		seen := map[string]bool{}
		for _, language := range []string{"en", "fr", "de"} {
			subject, text, err := s.Write(kind, language, f)
			if err != nil || strings.Contains(subject, "\n") || !strings.Contains(subject, "2024-08") ||
				!strings.Contains(text, "Nordlicht Bcc: x,") {
				t.Errorf("%s.%s: %q %q %v", kind, language, subject, text, err)
			}
			seen[text] = true
		}
		if len(seen) != 3 {
			t.Errorf("%s: %d languages", kind, len(seen))
		}
	}
	if _, text, err := s.Write(Statement, "xx", f); err != nil || !strings.Contains(text, "Dear") {
		t.Errorf("a language without letters: %q %v", text, err)
	}
}

func TestTheVendorsOwnLettersStandInPlaceOfOurs(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("statement.fr.txt", "Subject: A {{.Month}}\r\n\r\nB {{.Name}}\r\n")
	write("statement.pt.txt", "Subject: C {{.Month}}\n\nD {{.Name}}\n")
	s, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	for language, want := range map[string]string{"fr": "A 2024-08|B N\n", "pt": "C 2024-08|D N\n"} {
		subject, text, err := s.Write(Statement, language, Facts{Month: "2024-08", Name: "N"})
		if err != nil || subject+"|"+text != want {
			t.Errorf("%s: %q %q %v", language, subject, text, err)
		}
	}
	for name, text := range map[string]string{
		"statement.fr.txt": "no subject",
		"recall.fr.txt":    "Subject: a\n\n{{.NoSuchWord}}\n",
		"recall.en.txt":    "Subject: a\n\n{{if}}\n",
		"letter.en.txt":    "Subject: a\n\nb\n",
	} {
		write(name, text)
		if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s passes: %v", name, err)
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}
