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

// rulesName is the file of a month's rules.
const rulesName = "rules.json"

// Write writes a month's rows and its rules into its prepared folder.
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

// Load makes views of the stated rows of closed months and of replaced final editions in the schema stated. The rows
// stay in the closed files. The keys of lines of the feeds that are yearly now have the year of their document.
func (l *Ledger) Load(ctx context.Context, db *store.Session, schema string, yearly []string) error {
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
		err := db.Exec(ctx, "insert into "+schema+".closings values (?, ?, ?, ?, nullif(?, ''))",
			c.First, c.Version, c.Prepared, c.At, c.Approved)
		if err != nil {
			return err
		}
	}
	for _, table := range []string{"lines", "pay", "points", "entries", "partners"} {
		if err := show(ctx, db, schema+".replaced_"+table, table, l.Replaced); err != nil {
			return err
		}
	}
	return l.addYears(ctx, db, schema, yearly)
}

// Models is a fingerprint of the models and the database.
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

// show replaces an empty table by a view of the closed files. Columns that an older month lacks are null; a table that
// it lacks has no rows of it.
func show(ctx context.Context, db *store.Session, as, table string, from []Closed) error {
	var list []string
	for _, c := range from {
		if name := table + ".parquet"; c.Files[name] != "" {
			list = append(list, store.Literal(filepath.Join(c.Folder, name)))
		}
	}
	if len(list) == 0 {
		return nil
	}
	schema, name := as[:strings.LastIndex(as, ".")+1], as[strings.LastIndex(as, ".")+1:]
	err := db.Exec(ctx, "alter table "+as+" rename to empty_"+name+"; create view "+as+" as from "+schema+"empty_"+name+
		" union all by name from read_parquet(["+strings.Join(list, ", ")+"], union_by_name = true)")
	if err != nil {
		err = fmt.Errorf("read the stated rows of closed months: %w", err)
	}
	return err
}

// Rules are the rules of each closed month, oldest first.
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
