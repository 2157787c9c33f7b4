package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"tranche/pipeline/files"
	"tranche/pipeline/ledger"
	"tranche/transforms"
)

// What closed months have stated is the same every night. It is written once into a
// database of its own, which the new one begins as a copy of: copying a file costs a
// tenth of writing its rows. Like the store it is a cache, made anew for other closed
// months or other models.

// statedFiles are the databases of what is stated.
const statedFiles = "stated-*.duckdb*"

// beginWithStated makes the new database aside as a copy of what is stated, and says
// whether anything is.
func (r *run) beginWithStated(ctx context.Context) (bool, error) {
	if r.ledger == nil || r.ledger.Last() == nil {
		return false, nil
	}
	models, err := ledger.Models(ctx, r.session)
	if err != nil {
		return false, err
	}
	sum := sha256.Sum256([]byte(r.ledger.Last().Hash + models))
	path := filepath.Join(r.Config.Folders.State, "stated-"+hex.EncodeToString(sum[:8])+".duckdb")
	if !isThere(path) {
		if err := r.writeStated(ctx, path); err != nil {
			return false, fmt.Errorf("write what is stated: %w", err)
		}
	}
	return true, files.Copy(path, r.aside())
}

// writeStated makes the database of what is stated, and removes the one before.
func (r *run) writeStated(ctx context.Context, path string) error {
	if err := r.proven(); err != nil {
		return err // it would be believed every night until the next closing
	}
	aside := filepath.Join(r.Config.Folders.Work(), "stated.duckdb")
	for _, name := range []string{aside, aside + ".wal"} {
		if err := files.Remove(name); err != nil {
			return err
		}
	}
	if err := r.session.Attach(ctx, aside, "published"); err != nil {
		return err
	}
	if err := r.session.Exec(ctx, "set search_path = 'memory.main,memory.stated'"); err != nil {
		return err
	}
	if err := transforms.Begin(ctx, r.session, transforms.Target{Work: "memory", Mart: "published"}); err != nil {
		return err
	}
	if err := r.session.Exec(ctx, "set search_path = 'memory.main'"); err != nil {
		return err
	}
	if err := r.session.Detach(ctx, aside, "published"); err != nil {
		return err
	}
	if err := r.forgetStated(); err != nil {
		return err
	}
	return files.Place(aside, path)
}

// forgetStated removes the databases of what is stated.
func (r *run) forgetStated() error {
	old, err := files.Glob(r.Config.Folders.State, statedFiles)
	if err != nil {
		return err
	}
	for _, name := range old {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	return nil
}
