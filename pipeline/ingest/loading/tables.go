package loading

import (
	"context"
	"slices"
	"strings"

	"tranche/pipeline/files"
	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/store"
)

// statements make the tables of the store.
func statements() []string {
	list := []string{
		"create schema if not exists store.raw",
		`create table if not exists store.raw.files (
			file_id integer, sha256 varchar, name varchar, feed varchar, kind varchar, feed_hash varchar,
			replaces boolean, landed_at timestamp, first_open date, bytes bigint, status varchar, reason varchar, detail varchar,
			records bigint, typed bigint, rejected bigint, excluded bigint, other_lines bigint,
			amount decimal(38,6), rejected_amount decimal(38,6), excluded_amount decimal(38,6),
			unread_amounts bigint, notes varchar)`,
		`create table if not exists store.raw.excluded (
			file_id integer, condition integer, words varchar, excluded bigint, readable bigint,
			amount decimal(38,6), unread_amounts bigint, line bigint)`,
		`create table if not exists store.raw.rejects (
			file_id integer, line bigint, problem integer, column_name varchar, code varchar,
			sentence varchar, raw_text varchar, record_key varchar, unlisted bigint)`,
	}
	for _, k := range feed.Kinds() {
		if k.Name != feed.Sales {
			list = append(list, "create table if not exists "+table(k, "")+" ("+columnList(columnsOf(k))+")")
		}
	}
	return append(list, salesView(nil, nil))
}

// column is the name and the type of a column.
type column struct{ name, sqlType string }

// columnsOf are the columns of a kind's facts: file and line, then those of batches.
func columnsOf(k feed.Kind) []column {
	columns := []column{{"file_id", "integer"}, {"line", "bigint"}}
	if k.Name != feed.Sales {
		columns = append(columns, column{"record_key", "varchar"}, column{"content", "varchar"})
	}
	for _, c := range k.Kept() {
		columns = append(columns, column{c.Name, c.SQLType()})
	}
	return columns
}

func columnList(columns []column) string {
	var list []string
	for _, c := range columns {
		list = append(list, store.Name(c.name)+" "+c.sqlType)
	}
	return strings.Join(list, ", ")
}

// table is the table of a kind's facts. Sell-out lines, up to many millions, have a table for each declaration,
// without its fixed columns; the view raw.sales joins them.
func table(k feed.Kind, feedHash string) string {
	if k.Name == feed.Sales {
		return "store.raw." + store.Name(salesPrefix+feedHash)
	}
	return "store.raw." + store.Name(k.Name)
}

const salesPrefix = "sales_"

// varying are the columns that are not fixed.
func varying(k feed.Kind, fixed map[string]string) []column {
	return slices.DeleteFunc(columnsOf(k), func(c column) bool {
		_, left := fixed[c.name]
		return left
	})
}

// allColumns selects all columns of a kind's facts under one declaration.
func allColumns(k feed.Kind, feedHash string, fixed map[string]string) string {
	var list []string
	for _, c := range columnsOf(k) {
		value, left := fixed[c.name]
		switch {
		case !left:
			list = append(list, store.Name(c.name))
		case value == "":
			list = append(list, c.null())
		default:
			list = append(list, store.Literal(value)+"::"+c.sqlType+" as "+store.Name(c.name))
		}
	}
	return "select " + strings.Join(list, ", ") + " from " + table(k, feedHash)
}

func (c column) null() string { return "null::" + c.sqlType + " as " + store.Name(c.name) }

// salesView unites the sell-out lines of all declarations.
func salesView(hashes []string, fixed map[string]map[string]string) string {
	k, _ := feed.KindNamed(feed.Sales)
	var none []string
	for _, c := range columnsOf(k) {
		none = append(none, c.null())
	}
	query := "create or replace view store.raw.sales as select " + strings.Join(none, ", ") + " where false"
	for _, hash := range hashes {
		query += " union all " + allColumns(k, hash, fixed[hash])
	}
	return query
}

// Gather makes the view of all sell-out lines and drops the tables of old declarations. Call it after all files are
// loaded.
func (l *Loader) Gather(ctx context.Context) error {
	tables, err := l.Session.Texts(ctx, `select table_name from duckdb_tables() where database_name = 'store'
		and schema_name = 'raw' and starts_with(table_name, ?) order by table_name`, salesPrefix)
	if err != nil {
		return err
	}
	fixed := map[string]map[string]string{}
	for _, f := range l.Feeds {
		if f.Kind == feed.Sales {
			fixed[f.Hash()] = f.Fixed()
		}
	}
	var inForce []string
	return l.Session.Transaction(ctx, func(ctx context.Context) error {
		for _, name := range tables {
			hash := strings.TrimPrefix(name, salesPrefix)
			if _, ok := fixed[hash]; ok {
				inForce = append(inForce, hash)
				continue
			}
			if err := l.Session.Exec(ctx, "drop table store.raw."+store.Name(name)); err != nil {
				return err
			}
		}
		return l.Session.Exec(ctx, salesView(inForce, fixed))
	})
}

// Version identifies the store's tables. A store of another version is set aside and filled again.
func Version() string {
	return files.HashBytes([]byte(strings.Join(statements(), "\n")))[:16]
}
