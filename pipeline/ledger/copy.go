package ledger

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"tranche/pipeline/files"
	"tranche/pipeline/store"
	"tranche/transforms"
)

// The stated rows of closed months are the same every night. They are written once into a database, a cache for
// these months and these models. Each new published database begins as a copy of it, at a tenth of the cost.

// Copying is the place of that database and of its copy.
type Copying struct {
	Cache string // its folder
	Work  string // where it is made
	To    string // the copy
	// Yearly are the feeds whose document numbers begin anew each year.
	Yearly []string
}

// CopyStated copies the stated rows into a new database, and says whether there are any.
func CopyStated(ctx context.Context, s *store.Session, l *Ledger, c Copying) (bool, error) {
	if l.Last() == nil {
		return false, nil
	}
	models, err := Models(ctx, s)
	if err != nil {
		return false, err
	}
	rows := l.Last().Hash + models + named(withoutYears(l.Months, c.Yearly))
	path := filepath.Join(c.Cache, "stated-"+files.HashBytes([]byte(rows))[:16]+".duckdb")
	if !files.Exists(path) {
		// The copy serves every night until the next closing, so damaged files must not get in.
		err := l.Proven()
		if err == nil {
			err = writeCopy(ctx, s, c, path)
		}
		if err != nil {
			return false, fmt.Errorf("write the stated rows: %w", err)
		}
	}
	return true, files.Copy(path, c.To)
}

// writeCopy makes the database of stated rows, and removes the old ones.
func writeCopy(ctx context.Context, s *store.Session, c Copying, path string) error {
	aside := filepath.Join(c.Work, "stated.duckdb")
	for _, name := range []string{aside, aside + ".wal"} {
		if err := files.Remove(name); err != nil {
			return err
		}
	}
	if err := s.Attach(ctx, aside, "published"); err != nil {
		return err
	}
	if err := s.Exec(ctx, "set search_path = 'memory.main,memory.stated'"); err != nil {
		return err
	}
	if err := transforms.Begin(ctx, s, transforms.Target{Work: "memory", Mart: "published"}); err != nil {
		return err
	}
	if err := s.Exec(ctx, "set search_path = 'memory.main'"); err != nil {
		return err
	}
	if err := s.Detach(ctx, aside, "published"); err != nil {
		return err
	}
	if err := ForgetCopies(c.Cache); err != nil {
		return err
	}
	return files.Place(aside, path)
}

// ForgetCopies removes the databases of stated rows.
func ForgetCopies(cache string) error {
	old, err := files.Glob(cache, "stated-*.duckdb*")
	for _, name := range old {
		if err == nil {
			err = os.Remove(name)
		}
	}
	return err
}
