// Package letters holds the texts of what is sent to partners and distributors, by language.
//
// A *letter* is a file KIND.LANGUAGE.txt: a line "Subject: ...", an empty line, and the text, as a Go template of
// Facts. The vendor's own files stand in place of ours, or add a language. Where a language has no letter,
// the English one is taken.
package letters

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"text/template"
)

// The kinds of letters.
const (
	Statement = "statement" // with a final statement
	Recall    = "recall"    // a statement that was sent is withdrawn
	Scorecard = "scorecard" // what was not believed of a distributor's files
)

// Facts are what a letter can say.
type Facts struct {
	Vendor, Name, Month string // the month as 2024-08
	Edition             int
	File, Anchor        string // the names of attached files; empty: there is none
	Locked              bool   // the workbook has a password

	Rows, Loaded, Waiting int64 // of a scorecard
}

//go:embed texts/*.txt
var texts embed.FS

// Set is a letter for each kind and language.
type Set map[string]*template.Template // by kind.language

var fileName = regexp.MustCompile(`^(statement|recall|scorecard)\.([a-z]{2})\.txt$`)

// Read reads our letters, and the vendor's own from a folder; without a folder only ours.
func Read(folder string) (Set, error) {
	s := Set{}
	ours, err := fs.Sub(texts, "texts")
	if err != nil {
		return nil, err
	}
	if err := s.add(ours); err != nil || folder == "" {
		return s, err
	}
	return s, s.add(os.DirFS(folder))
}

func (s Set) add(from fs.FS) error {
	entries, err := fs.ReadDir(from, ".")
	if err != nil {
		return err
	}
	var all error
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") {
			continue
		}
		m := fileName.FindStringSubmatch(name)
		if m == nil {
			all = errors.Join(all, fmt.Errorf("%s is no letter: write statement.en.txt, recall.en.txt or scorecard.en.txt, "+
				"with a language of two small letters", name))
			continue
		}
		text, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		t, err := parse(name, string(text))
		all = errors.Join(all, err)
		s[m[1]+"."+m[2]] = t
	}
	return all
}

// parse reads a letter, and writes it once, so that a wrong word in it is found now and not at night.
func parse(name, text string) (*template.Template, error) {
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	if !strings.HasPrefix(text, "Subject: ") || !strings.Contains(text, "\n\n") {
		return nil, fmt.Errorf("%s does not begin with a line Subject: ... and an empty line", name)
	}
	t, err := template.New(name).Parse(text)
	if err != nil {
		return nil, err
	}
	for _, f := range []Facts{{}, {Edition: 2, Locked: true, Anchor: "a", Waiting: 1}} {
		if _, _, err := write(t, f); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// Write writes a letter.
func (s Set) Write(kind, language string, f Facts) (subject, text string, err error) {
	t := s[kind+"."+language]
	if t == nil {
		t = s[kind+".en"]
	}
	return write(t, f)
}

func write(t *template.Template, f Facts) (subject, text string, err error) {
	f.Name = strings.Join(strings.Fields(f.Name), " ") // a line end in it would end the subject
	var out strings.Builder
	if err := t.Execute(&out, f); err != nil {
		return "", "", err
	}
	head, text, _ := strings.Cut(out.String(), "\n\n")
	subject, more, _ := strings.Cut(strings.TrimPrefix(head, "Subject: "), "\n")
	if strings.TrimSpace(subject) == "" || more != "" {
		return "", "", fmt.Errorf("%s: the subject is one line", t.Name())
	}
	return subject, text, nil
}
