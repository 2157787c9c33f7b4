package pipeline

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/ledger/audit"
)

// Mistake says that somebody asked for what is not there, or what cannot be.
type Mistake struct{ error }

func mistake(format string, args ...any) error { return Mistake{fmt.Errorf(format, args...)} }

// Rejected is the beginning of a select from rejected, which has every rejected row, with why it was waived and by
// whom. $1 are the decisions of the log: those since the last run are in no mart yet.
const Rejected = `
	with decided as (
		select unnest(from_json($1, '[{"file": "VARCHAR", "line": "BIGINT", "seen": "VARCHAR", "who": "VARCHAR",
			"reason": "VARCHAR", "codes": "VARCHAR"}]'), recursive := true)
	),
	coded as (` + codedLines + `),
	by_code as (
		select c.file_id, d.codes, md5(string_agg(c.line_reasons_hash, chr(30) order by c.file_line)) as seen
		from coded as c
		join (select distinct file, codes from decided where codes is not null) as d
			on d.file = c.sha256 and list_has_all(string_split(d.codes, ','), c.codes)
		group by c.file_id, d.codes
	),
	covered as (
		select c.file_id, c.file_line, string_agg(d.reason || ' (' || d.who || ')', '; ' order by d.reason, d.who) as waived
		from coded as c
		join decided as d on d.file = c.sha256 and list_has_all(string_split(d.codes, ','), c.codes)
		join by_code as b on b.file_id = c.file_id and b.codes = d.codes and b.seen = d.seen
		group by c.file_id, c.file_line
	),
	rejected as (
		select r.* replace (coalesce(r.waived, (
			select string_agg(d.reason || ' (' || d.who || ')', '; ' order by d.reason, d.who)
			from decided as d
			where d.file = f.sha256 and (d.line is null and d.codes is null and d.seen = r.reasons_hash
				or d.line = r.file_line and d.seen = r.line_reasons_hash)), c.waived) as waived)
		from mart.rejected_rows as r
		join mart.reconciliation as f using (file_id)
		left join covered as c on c.file_id = r.file_id and c.file_line = r.file_line
	)`

// codedLines are the lines with rejected rows, and the codes of all reasons against each.
const codedLines = `
	select r.file_id, f.sha256, r.file_line, r.line_reasons_hash, list(distinct r.code) as codes
	from mart.rejected_rows as r
	join mart.reconciliation as f using (file_id)
	where r.file_line > 0
	group by all`

// Waivers is every waiver of the log, as JSON: what Rejected binds.
func Waivers(c *config.Config) (string, error) {
	log, err := audit.Read(c.Folders.Audit())
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(slices.DeleteFunc(log, func(d audit.Decision) bool { return d.Act != audit.Waive }))
	return string(text), err
}

// Waive records that rejected rows of the file of that name or number wait for nobody any more. The decision says who
// decides, why, and of which line or codes; the rest is filled in.
func Waive(ctx context.Context, o Options, file string, d audit.Decision) error {
	f, err := FindRejectedFile(ctx, o.Config, file, d.Line)
	if err != nil {
		return err
	}
	if d.Codes != "" {
		if f.reasons, err = seenByCode(ctx, o.Config, f, d.Codes); err != nil {
			return err
		}
	}
	d.Act, d.At, d.Account = audit.Waive, o.Now.UTC().Truncate(time.Second), o.Account
	d.File, d.Seen = f.sha256, f.reasons
	return audit.Append(o.Config.Folders.Audit(), d)
}

// RejectedFile is a landed file with rejected rows.
type RejectedFile struct {
	Number                        int64
	Name, sha256, landed, reasons string // reasons: the hash of those of the file, or of the line
}

// FindRejectedFile finds the one landed file of that name or number with rejected rows; with a
// line, with rejected rows on it.
func FindRejectedFile(
	ctx context.Context, c *config.Config, name string, line int64,
) (f RejectedFile, err error) {
	found, err := rejectedFiles(ctx, c, name, line)
	switch {
	case err != nil:
		return f, err
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		var list []string
		for _, f := range found {
			list = append(list, fmt.Sprintf("%d (landed %s)", f.Number, f.landed))
		}
		return f, mistake("%d landed files are called %q; give the number of one: %s", len(found), name,
			strings.Join(list, ", "))
	case line > 0:
		return f, mistake("line %d of %q is no rejected row; tranche rejects list names them", line, name)
	}
	return f, mistake("no landed file %q has rejected rows; tranche rejects list names them", name)
}

func rejectedFiles(ctx context.Context, c *config.Config, name string, line int64) ([]RejectedFile, error) {
	s, err := OpenPublished(ctx, c)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err := OfThisVersion(ctx, s); err != nil {
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
	var found []RejectedFile
	for rows.Next() {
		var f RejectedFile
		if err := rows.Scan(&f.Number, &f.Name, &f.sha256, &f.landed, &f.reasons); err != nil {
			return nil, err
		}
		if f.Name == name { // a name wins over a number
			found = slices.DeleteFunc(found, func(o RejectedFile) bool { return o.Name != name })
		} else if slices.ContainsFunc(found, func(o RejectedFile) bool { return o.Name == name }) {
			continue
		}
		found = append(found, f)
	}
	return found, rows.Err()
}

// seenByCode is the hash of the reasons against the file's lines that are rejected for none but these.
func seenByCode(
	ctx context.Context, c *config.Config, f RejectedFile, codes string,
) (seen string, err error) {
	s, err := OpenPublished(ctx, c)
	if err != nil {
		return "", err
	}
	defer s.Close()
	var all string
	var isRefused bool
	err = s.Row(ctx, `select string_agg(distinct code, ', ' order by code), min(file_line) = 0 from mart.rejected_rows
		where file_id = ?`, []any{&all, &isRefused}, f.Number)
	if err != nil {
		return "", err
	}
	if isRefused {
		return "", mistake("%s was refused whole, so none of its rows counts; leave out --code to waive all of it", f.Name)
	}
	for _, code := range strings.Split(codes, ",") {
		if !slices.Contains(strings.Split(all, ", "), code) {
			return "", mistake("no row of %s is rejected for %q; its reasons are %s", f.Name, code, all)
		}
	}
	var found sql.NullString
	err = s.Row(ctx, "select md5(string_agg(line_reasons_hash, chr(30) order by file_line)) from ("+codedLines+`) as c
		where c.file_id = ? and list_has_all(string_split(?, ','), c.codes)`, []any{&found}, f.Number, codes)
	if err == nil && !found.Valid {
		err = mistake("each row of %s that is rejected for %s is rejected for another reason, too", f.Name,
			strings.ReplaceAll(codes, ",", " or "))
	}
	return found.String, err
}
