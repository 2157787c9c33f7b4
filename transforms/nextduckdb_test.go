package transforms_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tranche/fixtures/machine"
	"tranche/pipeline/store"
	"tranche/transforms"
	"tranche/transforms/oracle"
)

// nextDuckDB is the version that the program does not link yet.
const nextDuckDB = "2.0.1"

// recording keeps what makes tables and views.
type recording struct {
	*store.Session
	Models []string          `json:"models"`
	Checks map[string]string `json:"checks"`
}

// Exec carries a query out and keeps it.
func (r *recording) Exec(ctx context.Context, query string, args ...any) error {
	r.Models = append(r.Models, query)
	return r.Session.Exec(ctx, query, args...)
}

// DuckDB 1.5 is kept up until March 2027. Every model and check is carried out by its successor too.
func TestTheNextDuckDBWorksOutTheSame(t *testing.T) {
	long(t)
	folder := machine.Package(t, "duckdb", nextDuckDB)
	worlds := rapid.Custom(func(t *rapid.T) world {
		p := drawProgramme(t)
		return world{p, drawFacts(t, p)}
	})
	for seed := range 4 {
		w := worlds.Example(seed + 1)
		s := tables(t, 2)
		h := begin(t, s, w.programme)
		for range 2 { // two months are closed
			if h.open().Before(w.facts.Through) {
				h.close(w.facts, h.open())
			}
		}
		h.workOut(w.facts, w.facts.Through)
		replay(t, s, folder)
	}
}

type world struct {
	programme oracle.Programme
	facts     oracle.Facts
}

// replay works out in the other DuckDB what this session has worked out, and compares.
func replay(t *testing.T, s *store.Session, python string) {
	t.Helper()
	ctx, to := context.Background(), t.TempDir()
	unmade(t, s)
	for _, database := range []string{"memory", "store"} {
		must(t, s, "attach "+store.Literal(filepath.Join(to, database+".duckdb"))+" as facts",
			"copy from database "+database+" to facts", "detach facts")
	}
	r := &recording{Session: s, Checks: map[string]string{}}
	path := ask(t, s, "select current_setting('search_path') as said")[0]
	r.Models = append(r.Models, "set search_path = "+store.Literal(path))
	if err := transforms.Build(ctx, r, transforms.Target{Work: "memory", Mart: "published"}, nil); err != nil {
		t.Fatal(err)
	}
	r.Models = slices.DeleteFunc(r.Models, func(q string) bool { return strings.HasPrefix(q, "comment on") })
	checks, err := transforms.Checks()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		r.Checks[c.Name] = c.SQL
	}
	must(t, s, "attach "+store.Literal(filepath.Join(to, "published.duckdb"))+" as other",
		"copy from database published to other", "detach other")
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(to, "statements.json"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	other := exec.CommandContext(ctx, "python3", "testdata/replay.py", to)
	other.Env, other.Stderr = append(os.Environ(), "PYTHONPATH="+python), os.Stderr
	out, err := other.Output()
	if err != nil {
		t.Fatal(err)
	}
	var said struct {
		Version      string
		Tables, Rows int
		Problems     []string
	}
	if err := json.Unmarshal(out, &said); err != nil {
		t.Fatal(err)
	}
	t.Logf("DuckDB %s: %d tables, %d rows", said.Version, said.Tables, said.Rows)
	if said.Version != nextDuckDB || said.Tables < 50 || said.Rows < 200 {
		t.Errorf("too little was compared: %+v", said)
	}
	for _, p := range said.Problems {
		t.Error(p)
	}
}
