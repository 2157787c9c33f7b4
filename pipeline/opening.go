package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"tranche/pipeline/ingest/loading"
	"tranche/pipeline/store"
)

// openSession starts DuckDB as the configuration allows, spilling into the work
// folder.
func (r *run) openSession(ctx context.Context) error {
	var err error
	d := r.Config.Database
	r.session, err = store.Open(ctx, store.Options{MemoryLimit: d.MemoryLimit, Threads: d.Threads, TempLimit: d.TempLimit,
		TempFolder: filepath.Join(r.Config.Folders.Work(), "spill")})
	return err
}

// openStore attaches the store. One that cannot be read, or was made by another
// version of the program, is set aside: it is a cache, and is filled anew.
func (r *run) openStore(ctx context.Context) error {
	if err := r.openSession(ctx); err != nil {
		return err
	}
	path := r.Config.Folders.Store()
	if err := loading.OpenStore(ctx, r.session, path); err == nil {
		return nil
	}
	if err := setAside(path); err != nil {
		return err
	}
	r.facts["store"] = "set aside and filled anew"
	return loading.OpenStore(ctx, r.session, path)
}

// setAside renames a store out of the way, with its write-ahead log, keeping
// the last one set aside for whoever wants to look.
func setAside(path string) error {
	for _, suffix := range []string{"", ".wal"} {
		err := os.Rename(path+suffix, path+".aside"+suffix)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("set the store aside: %w", err)
		}
	}
	return nil
}
