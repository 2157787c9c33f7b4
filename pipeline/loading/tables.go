package loading

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"tranche/pipeline/feed"
	"tranche/pipeline/store"
)

// Schema is the store's schema of loaded facts.
const Schema = "raw"

// statements make the tables of the store.
func statements() []string {
	list := []string{
		"create schema if not exists store.raw",
		`create table if not exists store.raw.files (
			file_id integer, sha256 varchar, name varchar, feed varchar, kind varchar, feed_hash varchar,
			replaces boolean, landed_at timestamp, bytes bigint, status varchar, reason varchar, detail varchar,
			records bigint, typed bigint, rejected bigint, amount decimal(38,6), rejected_amount decimal(38,6),
			unread_amounts bigint, notes varchar)`,
		`create table if not exists store.raw.rejects (
			file_id integer, line bigint, problem integer, column_name varchar, code varchar,
			sentence varchar, raw_text varchar)`,
	}
	for _, k := range feed.Kinds() {
		columns := []string{"file_id integer", "line bigint"}
		for _, c := range columnsOf(k) {
			columns = append(columns, store.Name(c[0])+" "+c[1])
		}
		list = append(list, "create table if not exists "+table(k)+" ("+strings.Join(columns, ", ")+")")
	}
	return list
}

// columnsOf are the columns of a kind's table behind file and line, with their
// types, as the canonical line has them.
func columnsOf(k feed.Kind) [][2]string {
	var columns [][2]string
	if k.Name != feed.Sales {
		columns = append(columns, [2]string{"record_key", "varchar"}, [2]string{"content", "varchar"})
	}
	for _, c := range k.Kept() {
		columns = append(columns, [2]string{c.Name, c.SQLType()})
	}
	return columns
}

func table(k feed.Kind) string { return "store.raw." + store.Name(k.Name) }

// Version changes whenever the store's tables do; a store of another version
// is set aside and filled anew from the landed files.
func Version() string {
	sum := sha256.Sum256([]byte(strings.Join(statements(), "\n")))
	return hex.EncodeToString(sum[:8])
}

// Prepare makes the tables that are not there yet.
func Prepare(ctx context.Context, s *store.Session) error {
	for _, q := range statements() {
		if err := s.Exec(ctx, q); err != nil {
			return fmt.Errorf("prepare store: %w", err)
		}
	}
	return nil
}
