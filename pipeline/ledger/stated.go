package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tranche/pipeline/files"
	"tranche/pipeline/programme"
	"tranche/pipeline/store"
	"tranche/transforms"
)

// rulesName is the file of the rules a month was stated under.
const rulesName = "rules.json"

// Write writes what the marts say of a month into its prepared folder, with the
// rules it was stated under.
func Write(ctx context.Context, db *store.Session, folder string, month time.Time, rules programme.Rules) error {
	err := transforms.State(ctx, db, month.Format(time.DateOnly), func(name, query string) error {
		to := store.Literal(filepath.Join(folder, name+".parquet"))
		return db.Exec(ctx, "copy ("+query+") to "+to+" (format parquet, compression zstd)")
	})
	if err != nil {
		return err
	}
	return files.WriteJSON(filepath.Join(folder, rulesName), rules, files.Private)
}

// Load gives the schema stated what the closed months have stated, and what those
// taken back had told. The rows stay in the closed files and are read where they are needed.
func (l *Ledger) Load(ctx context.Context, db *store.Session, schema string) error {
	closings, err := transforms.Closings()
	if err != nil {
		return err
	}
	for _, c := range closings {
		if err := show(ctx, db, schema+"."+c.Name, c.Name, l.Months); err != nil {
			return err
		}
	}
	for _, c := range l.Months {
		err := db.Exec(ctx, "insert into "+schema+".closings values (?, ?, ?, ?, nullif(?, ''))", c.First, c.Version, c.Prepared, c.At, c.Approved)
		if err != nil {
			return err
		}
	}
	for _, table := range []string{"lines", "pay", "points", "entries", "partners"} {
		if err := show(ctx, db, schema+".replaced_"+table, table, l.Replaced); err != nil {
			return err
		}
	}
	return nil
}

// Models names what works a month out here.
func Models(ctx context.Context, db *store.Session) (string, error) {
	fingerprint, err := transforms.Fingerprint()
	if err != nil {
		return "", err
	}
	var version string
	if err := db.Row(ctx, "select version()", []any{&version}); err != nil {
		return "", err
	}
	return fingerprint + " " + version, nil
}

// show puts a view of the closed files in the place of an empty table. A column that
// an older month does not have yet is null in it.
func show(ctx context.Context, db *store.Session, as, table string, from []Closed) error {
	if len(from) == 0 {
		return nil
	}
	var list []string
	for _, c := range from {
		list = append(list, store.Literal(filepath.Join(c.Folder, table+".parquet")))
	}
	for _, q := range []string{
		"alter table " + as + " rename to empty_" + as[strings.LastIndex(as, ".")+1:],
		"create view " + as + " as from " + strings.Replace(as, ".stated.", ".stated.empty_", 1) + " union all by name from read_parquet([" + strings.Join(list, ", ") + "], union_by_name = true)",
	} {
		if err := db.Exec(ctx, q); err != nil {
			return fmt.Errorf("read what closed months have stated: %w", err)
		}
	}
	return nil
}

// Rules are the rules that each closed month was stated under, oldest month first.
func (l *Ledger) Rules() ([]programme.Month, error) {
	var all []programme.Month
	for _, c := range l.Months {
		path := filepath.Join(c.Folder, rulesName)
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		m := programme.Month{First: c.First}
		if err := json.Unmarshal(data, &m.Rules); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, m)
	}
	return all, nil
}
