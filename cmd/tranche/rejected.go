package main

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"tranche/pipeline"
)

// rejectedFile is a landed file with rejected rows.
type rejectedFile struct {
	number                        int64
	name, sha256, landed, reasons string // reasons: the hash of those of the file, or of the line
}

// rejectedFile finds the one landed file of that name or number with rejected rows; with a
// line, with rejected rows on it.
func (a *app) rejectedFile(ctx context.Context, name string, line int64) (f rejectedFile, err error) {
	found, err := a.rejectedFiles(ctx, name, line)
	switch {
	case err != nil:
		return f, err
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		var list []string
		for _, f := range found {
			list = append(list, fmt.Sprintf("%d (landed %s)", f.number, f.landed))
		}
		return f, usagef("%d landed files are called %q; give the number of one: %s", len(found), name,
			strings.Join(list, ", "))
	case line > 0:
		return f, usagef("line %d of %q is no rejected row; tranche rejects list names them", line, name)
	}
	return f, usagef("no landed file %q has rejected rows; tranche rejects list names them", name)
}

func (a *app) rejectedFiles(ctx context.Context, name string, line int64) ([]rejectedFile, error) {
	c, err := a.config()
	if err != nil {
		return nil, err
	}
	s, err := pipeline.OpenPublished(ctx, c)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err := pipeline.OfThisVersion(ctx, s); err != nil {
		return nil, err
	}
	rows, err := s.Query(ctx, `select distinct r.file_id, f.file_name, f.sha256, strftime(f.landed_at, '%Y-%m-%d %H:%M'),
		if($2 = 0, r.reasons_hash, r.line_reasons_hash)
		from mart.rejected_rows as r join mart.reconciliation as f on f.file_id = r.file_id
		where (f.file_name = $1 or f.file_id::varchar = $1) and ($2 = 0 or r.file_line = $2) order by r.file_id`, name, line)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []rejectedFile
	for rows.Next() {
		var f rejectedFile
		if err := rows.Scan(&f.number, &f.name, &f.sha256, &f.landed, &f.reasons); err != nil {
			return nil, err
		}
		if f.name == name { // a name wins over a number
			found = slices.DeleteFunc(found, func(o rejectedFile) bool { return o.name != name })
		} else if slices.ContainsFunc(found, func(o rejectedFile) bool { return o.name == name }) {
			continue
		}
		found = append(found, f)
	}
	return found, rows.Err()
}

// seenByCode is the hash of the reasons against the file's lines that are rejected for none but these.
func (a *app) seenByCode(ctx context.Context, f rejectedFile, codes string) (seen string, err error) {
	c, err := a.config()
	if err != nil {
		return "", err
	}
	s, err := pipeline.OpenPublished(ctx, c)
	if err != nil {
		return "", err
	}
	defer s.Close()
	var all string
	var isRefused bool
	err = s.Row(ctx, `select string_agg(distinct code, ', ' order by code), min(file_line) = 0 from mart.rejected_rows
		where file_id = ?`, []any{&all, &isRefused}, f.number)
	if err != nil {
		return "", err
	}
	if isRefused {
		return "", usagef("%s was refused whole, so none of its rows counts; leave out --code to waive all of it", f.name)
	}
	for _, code := range strings.Split(codes, ",") {
		if !slices.Contains(strings.Split(all, ", "), code) {
			return "", usagef("no row of %s is rejected for %q; its reasons are %s", f.name, code, all)
		}
	}
	var found sql.NullString
	err = s.Row(ctx, "select md5(string_agg(line_reasons_hash, chr(30) order by file_line)) from ("+codedLines+`) as c
		where c.file_id = ? and list_has_all(string_split(?, ','), c.codes)`, []any{&found}, f.number, codes)
	if err == nil && !found.Valid {
		err = usagef("each row of %s that is rejected for %s is rejected for another reason, too", f.name,
			strings.ReplaceAll(codes, ",", " or "))
	}
	return found.String, err
}
