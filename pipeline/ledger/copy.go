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

// What closed months have stated is the same every night. It is written once into a database of its own, and each
// new published database begins as a copy of it: copying the file costs a tenth of writing its rows. The database is
// a cache. It is made again for other closed months or other models.

// Copying says where the database of what is stated is kept and copied to.
type Copying struct {
	Cache string // folder that keeps it
	Work  string // folder in which it is made
	To    string // file that becomes a copy of it
}

// CopyStated copies what closed months have stated into a new database, and says whether there is anything.
func CopyStated(ctx context.Context, s *store.Session, l *Ledger, c Copying) (bool, error) {
	if l.Last() == nil {
		return false, nil
	}
	models, err := Models(ctx, s)
	if err != nil {
		return false, err
	}
	path := filepath.Join(c.Cache, "stated-"+files.HashBytes([]byte(l.Last().Hash + models))[:16]+".duckdb")
	if !files.Exists(path) {
		// Every night until the next closing would believe it.
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

// writeCopy makes the database of what is stated, and removes the one before.
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

// ForgetCopies removes the databases of what is stated.
func ForgetCopies(cache string) error {
	old, err := files.Glob(cache, "stated-*.duckdb*")
	for _, name := range old {
		if err == nil {
			err = os.Remove(name)
		}
	}
	return err
}
