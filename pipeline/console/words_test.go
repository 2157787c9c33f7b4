package console

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tranche/pipeline/console/words"
)

// said are the texts that the console says: what is given to the functions that say it, the fields that are said, and
// what the templates say.
func said(t *testing.T) []string {
	t.Helper()
	texts := map[string]bool{}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range sources {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				places := map[string]int{"t": 1, "say": 1, "number": 1, "bars": 1, "count": 3}[called(n)]
				for i, arg := range n.Args[:min(len(n.Args), places)] {
					if called(n) != "count" || i > 0 {
						texts[literal(arg)] = true
					}
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && slices.Contains([]string{"Title", "Note", "Empty"}, key.Name) {
					texts[literal(n.Value)] = true
				}
			}
			return true
		})
	}
	err = fs.WalkDir(embedded, "templates", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := embedded.ReadFile(path)
		said := regexp.MustCompile(`\{\{t "([^"]+)"\}\}|\(t "([^"]+)"\)`)
		for _, found := range said.FindAllStringSubmatch(string(data), -1) {
			texts[found[1]+found[2]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"Today", "Inbox", "Senders", "Partners", "Deals", "Months", "What if", "Log", ""} {
		texts[text] = true
	}
	for text := range texts {
		if !regexp.MustCompile(`[a-z]`).MatchString(text) || text == "GBP, JPY" { // the same everywhere
			delete(texts, text)
		}
	}
	return slices.Sorted(maps.Keys(texts))
}

// called is the name of a function that is called.
func called(n *ast.CallExpr) string {
	switch f := n.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// literal is a text in quotes, or several of them added up; empty: it is none.
func literal(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			text, _ := strconv.Unquote(e.Value)
			return text
		}
	case *ast.BinaryExpr:
		return literal(e.X) + literal(e.Y)
	}
	return ""
}

func TestEveryTextIsSaidInEveryLanguage(t *testing.T) {
	texts := said(t)
	if len(texts) < 200 {
		t.Fatalf("only %d texts were found", len(texts))
	}
	verbs := regexp.MustCompile(`%[a-z]`)
	for _, language := range words.Languages()[1:] {
		w, err := words.In(language)
		if err != nil {
			t.Fatal(err)
		}
		var missing []string
		for _, text := range texts {
			if !w.Has(text) {
				missing = append(missing, text)
				continue
			}
			if !slices.Equal(verbs.FindAllString(w.Say(text), -1), verbs.FindAllString(text, -1)) {
				t.Errorf("%s: %q has other verbs: %q", language, text, w.Say(text))
			}
		}
		if len(missing) > 0 {
			t.Errorf("%s lacks %d texts:\n%s", language, len(missing), strings.Join(missing, "\n"))
		}
		for text := range w.All() {
			if !slices.Contains(texts, text) && !strings.HasPrefix(text, "word: ") {
				t.Errorf("%s says what nobody says: %q", language, text)
			}
		}
	}
	if path := os.Getenv("TEXTS"); path != "" {
		if err := os.WriteFile(path, []byte(strings.Join(texts, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
