// The rules of the house, held by test.
package house_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// mayImport says which of our packages each may import. It is the architecture: data goes from the inbox to the
// statements, imports go the other way and never around.
var mayImport = map[string][]string{
	"cmd/tranche": {"fixtures", "pipeline", "pipeline/ledger/anchor", "pipeline/ledger/audit", "pipeline/config",
		"pipeline/ingest/feed", "pipeline/files", "pipeline/ingest/landing", "pipeline/ingest/loading",
		"pipeline/ingest/fetch", "pipeline/ingest/proposal", "reports",
		"pipeline/schedule", "pipeline/schedule/outbox", "pipeline/schedule/slots", "reports/currency",
		"pipeline/console/accounts"},
	"pipeline/console": {"pipeline/console/accounts", "pipeline/console/tables", "pipeline/console/words", "pipeline",
		"pipeline/config", "pipeline/files", "pipeline/ledger/audit", "pipeline/ingest/feed", "pipeline/ingest/proposal",
		"pipeline/store", "reports", "reports/xlsx"},
	"pipeline/console/accounts": {"pipeline/files", "pipeline/ledger/audit"},
	"pipeline/console/tables":   {"pipeline/store"},
	"pipeline/console/words":    {"reports/xlsx"},
	"pipeline/schedule": {"pipeline/console", "pipeline/ledger/anchor", "pipeline/schedule/letters",
		"pipeline/schedule/outbox", "pipeline/schedule/slots", "pipeline/schedule/web", "pipeline", "pipeline/config",
		"pipeline/files", "pipeline/ledger", "pipeline/ingest/fetch"},
	"pipeline/schedule/outbox": {"pipeline/files"},
	"pipeline/schedule/slots":  {"pipeline/files"}, "pipeline/schedule/letters": {},
	"pipeline/schedule/web": {"pipeline", "pipeline/config"},
	"pipeline": {"pipeline/schedule/outbox", "pipeline/ledger/anchor", "pipeline/ledger/audit", "pipeline/config",
		"pipeline/export", "pipeline/ingest/feed", "pipeline/files", "pipeline/ingest/fetch", "pipeline/ingest/landing",
		"pipeline/ingest/loading", "pipeline/ingest/proposal", "pipeline/ledger", "pipeline/programme",
		"pipeline/lake", "pipeline/publish", "pipeline/store", "reports", "reports/agile", "reports/xlsx", "transforms",
		"reports/journal"},
	"pipeline/publish":      {"pipeline/config", "pipeline/files", "pipeline/store"},
	"pipeline/ledger/audit": {"pipeline/files"}, "pipeline/ledger/anchor": {},
	"pipeline/config": {"pipeline/console/accounts", "pipeline/ledger/anchor", "pipeline/ledger/audit",
		"pipeline/schedule/letters", "pipeline/schedule/slots", "pipeline/ingest/feed", "pipeline/ingest/fetch",
		"pipeline/ingest/loading", "pipeline/lake", "pipeline/programme", "reports/currency"},
	"pipeline/export":          {"pipeline/files", "pipeline/store"},
	"pipeline/lake":            {"pipeline/export", "pipeline/store"},
	"pipeline/ingest/feed":     {"pipeline/ingest/framing"},
	"pipeline/files":           {},
	"pipeline/ingest/framing":  {},
	"pipeline/ingest/content":  {},
	"pipeline/ingest/workbook": {"pipeline/ingest/content", "pipeline/ingest/framing"},
	"pipeline/ingest/landing":  {"pipeline/ingest/content", "pipeline/files"},
	"pipeline/ingest/fetch":    {"pipeline/ingest/landing", "pipeline/files"},
	"pipeline/ingest/loading": {"pipeline/ingest/content", "pipeline/ingest/feed", "pipeline/files",
		"pipeline/ingest/framing", "pipeline/ingest/landing", "pipeline/ingest/workbook", "pipeline/store"},
	"pipeline/ingest/proposal": {"pipeline/ingest/feed", "pipeline/ingest/framing", "reports/currency"},
	"pipeline/ledger": {"pipeline/ledger/anchor", "pipeline/ledger/audit", "pipeline/files", "pipeline/programme",
		"pipeline/store", "transforms"},
	"pipeline/programme": {"reports/currency"},
	"pipeline/store":     {},
	"transforms":         {},
	"transforms/oracle":  {},
	"reports":            {"reports/currency"},
	"reports/currency":   {}, "reports/agile": {},
	"reports/xlsx":    {"reports", "reports/currency"},
	"reports/journal": {"reports", "reports/currency"},
	"fixtures":        {}, "fixtures/machine": {}, "fixtures/makesample": {}, "fixtures/makedirty": {},
	"pipeline/lake/laketest": {}, "release": {},
	"fixtures/bench": {"pipeline", "pipeline/config", "pipeline/ingest/feed", "pipeline/ingest/landing",
		"pipeline/ingest/loading", "pipeline/store", "reports", "reports/xlsx"},
}

// onlyIn says where a library may be known at all.
var onlyIn = map[string]string{
	"github.com/goccy/go-yaml":                       "pipeline/config",
	"github.com/duckdb/duckdb-go/v2":                 "pipeline/store",
	"github.com/xuri/excelize/v2":                    "reports/xlsx",
	"github.com/spf13/cobra":                         "cmd/tranche",
	"github.com/rs/zerolog":                          "cmd/tranche",
	"github.com/google/renameio/v2":                  "pipeline/files",
	"github.com/wneessen/go-mail":                    "pipeline/schedule/outbox",
	"github.com/prometheus/client_golang/prometheus": "pipeline/schedule/web",
	"github.com/cockroachdb/apd/v3":                  "transforms/oracle",
	"golang.org/x/text/encoding/unicode":             "pipeline/ingest/loading",
	"golang.org/x/text/currency":                     "reports/currency",
	"github.com/pkg/sftp":                            "pipeline/ingest/fetch",
	"golang.org/x/crypto/ssh":                        "pipeline/ingest/fetch",
	"github.com/minio/minio-go/v7":                   "pipeline/ingest/fetch",
	"github.com/smallstep/pkcs7":                     "pipeline/ledger/anchor",
	"github.com/emersion/go-imap/v2/imapclient":      "pipeline/ingest/fetch",
	"github.com/alexedwards/scs/v2":                  "pipeline/console",
	"github.com/coreos/go-oidc/v3/oidc":              "pipeline/console",
	"golang.org/x/crypto/argon2":                     "pipeline/console/accounts",
}

const (
	longestFunction = 70
	longestFile     = 400
	widestGo        = 120 // columns; a tab is one
	widestSQL       = 100
)

type source struct {
	path, dir string
	file      *ast.File
	set       *token.FileSet
	lines     int
}

func sources(t *testing.T) []source {
	t.Helper()
	var list []source
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != "." ||
			slices.Contains([]string{"bin", "demo", "bench", "dist"}, path)) {
			return fs.SkipDir
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, data, parser.ParseComments)
		list = append(list, source{path: path, dir: filepath.Dir(path), file: file, set: set,
			lines: bytes.Count(data, []byte("\n"))})
		return err
	})
	if err != nil || len(list) == 0 {
		t.Fatal("read the sources:", err)
	}
	return list
}

func isTest(s source) bool { return strings.HasSuffix(s.path, "_test.go") }

func TestImportsGoOneWay(t *testing.T) {
	for _, s := range sources(t) {
		if isTest(s) {
			continue
		}
		allowed, known := mayImport[s.dir]
		if !known {
			t.Errorf("%s: the package %s is not in the table of who may import whom", s.path, s.dir)
		}
		for _, spec := range s.file.Imports {
			name := strings.Trim(spec.Path.Value, `"`)
			if ours, ok := strings.CutPrefix(name, "tranche/"); ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s, which its package may not", s.path, name)
			}
			if home, ok := onlyIn[name]; ok && home != s.dir && s.dir != "fixtures/bench" { // which measures us against them
				t.Errorf("%s imports %s, which only %s may know", s.path, name, home)
			}
		}
	}
}

func TestEveryPackageAndExportedNameIsExplained(t *testing.T) {
	explained := map[string]bool{}
	for _, s := range sources(t) {
		if s.file.Doc != nil {
			explained[s.dir] = true
		}
		if isTest(s) {
			continue
		}
		for _, d := range s.file.Decls {
			for name, doc := range exported(d) {
				if doc == nil {
					t.Errorf("%s: %s has no comment", s.path, name)
				}
			}
		}
	}
	for dir := range mayImport {
		if !explained[dir] {
			t.Errorf("%s has no package comment", dir)
		}
	}
}

// exported lists what a declaration offers to other packages, with its comment.
// A comment over a group speaks for the group.
func exported(d ast.Decl) map[string]*ast.CommentGroup {
	names := map[string]*ast.CommentGroup{}
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && (d.Recv == nil || receiverIsExported(d.Recv)) {
			names[d.Name.Name] = d.Doc
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if spec.Name.IsExported() {
					names[spec.Name.Name] = either(spec.Doc, d.Doc)
				}
			case *ast.ValueSpec:
				for _, n := range spec.Names {
					if n.IsExported() {
						names[n.Name] = either(spec.Doc, d.Doc)
					}
				}
			}
		}
	}
	return names
}

func either(a, b *ast.CommentGroup) *ast.CommentGroup {
	if a != nil {
		return a
	}
	return b
}

func receiverIsExported(r *ast.FieldList) bool {
	typ := r.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	name, ok := typ.(*ast.Ident)
	return ok && name.IsExported()
}

func TestFunctionsFitAScreenAndFilesAReading(t *testing.T) {
	for _, s := range sources(t) {
		if s.lines > longestFile {
			t.Errorf("%s has %d lines, more than %d", s.path, s.lines, longestFile)
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := s.set.Position(f.End()).Line - s.set.Position(f.Pos()).Line + 1; n > longestFunction && !isTable(f) {
				t.Errorf("%s: %s has %d lines, more than %d", s.path, f.Name.Name, n, longestFunction)
			}
			if f.Name.Name == "init" && f.Recv == nil {
				t.Errorf("%s has an init", s.path)
			}
		}
	}
}

// isTable says that a function only returns one literal: data, however long.
func isTable(f *ast.FuncDecl) bool {
	if f.Body == nil || len(f.Body.List) != 1 {
		return false
	}
	_, ok := f.Body.List[0].(*ast.ReturnStmt)
	return ok
}

// A limit on lines alone would be met by making them wider.
func TestLinesFitTheScreen(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		widest, measured := map[string]int{".go": widestGo, ".sql": widestSQL}[filepath.Ext(path)]
		if !measured {
			return nil
		}
		data, err := os.ReadFile(path)
		number := 0
		for line := range strings.Lines(string(data)) {
			number++
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > widest {
				t.Errorf("%s:%d has %d columns, more than %d", path, number, n, widest)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNoPackageIsNamedForNothing(t *testing.T) {
	for _, s := range sources(t) {
		if name := s.file.Name.Name; slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "misc", "base"},
			name) {
			t.Errorf("%s: a package is named for what it gives, not %s", s.path, name)
		}
	}
}

func TestNoFloatTouchesMoney(t *testing.T) {
	for _, s := range sources(t) {
		// The workbook's cells are floats, by their format, and one function makes them; so are metrics,
		// by which nobody is paid.
		if isTest(s) || s.path == "pipeline/schedule/web/metrics.go" || s.dir == "reports/xlsx" || s.dir == "fixtures/bench" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && (id.Name == "float64" || id.Name == "float32" || id.Name == "ParseFloat") {
				t.Errorf("%s uses %s", s.set.Position(id.Pos()), id.Name)
			}
			return true
		})
	}
}

func TestTheTopLevelHoldsWhatItShould(t *testing.T) {
	allowed := []string{"cmd", "pipeline", "transforms", "reports", "fixtures", "docs", "config.yaml", "go.mod", "go.sum",
		"Makefile", "house_test.go",
		"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "release",
		"bin", "demo", "bench", "dist"}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(allowed, e.Name()) {
			t.Errorf("%s does not belong at the top", e.Name())
		}
	}
	for _, name := range allowed[:17] {
		if _, err := os.Stat(name); err != nil {
			t.Errorf("%s is missing", name)
		}
	}
}

func TestTheExampleConfigurationIsTheOneInside(t *testing.T) {
	top, err := os.ReadFile("config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	inside, err := os.ReadFile("fixtures/sample/config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(top, inside) {
		t.Error("config.yaml and fixtures/sample/config.yaml differ; copy the one to the other")
	}
}

func TestEveryDependencyHasItsReason(t *testing.T) {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	var decisions []byte
	records, err := filepath.Glob("docs/decisions/[0-9]*.md")
	if err != nil || len(records) == 0 {
		t.Fatal("find the decision records:", err)
	}
	for _, name := range records {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		decisions = append(decisions, text...)
	}
	for line := range strings.SplitSeq(string(mod), "\n") {
		name, _, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "require ")), " v")
		if strings.Contains(line, "// indirect") || !strings.Contains(name, "/") || strings.HasPrefix(name, "//") {
			continue
		}
		if !bytes.Contains(decisions, []byte(name+" |")) {
			t.Errorf("no record in docs/decisions gives a reason for %s", name)
		}
	}
}
