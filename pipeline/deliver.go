package pipeline

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/ledger"
	"tranche/pipeline/ledger/audit"
	"tranche/pipeline/schedule/outbox"
	"tranche/pipeline/store"
	"tranche/reports/xlsx"
	"tranche/transforms"
)

// FinalMonth is a final month, with its manifest proved against the audit log; false: it is not final.
func FinalMonth(c *config.Config, month time.Time) (ledger.Closed, bool, error) {
	log, err := audit.Read(c.Folders.Audit())
	if err != nil {
		return ledger.Closed{}, false, err
	}
	return ledger.FinalMonth(c.Folders.Closed, log, month)
}

// Receiver is a partner that has a statement.
type Receiver struct{ Partner, Name, Language, Email string }

// Addresses are the mail addresses of a partner file's field, which may hold several.
func (r Receiver) Addresses() []string {
	return strings.FieldsFunc(r.Email, func(c rune) bool { return strings.ContainsRune(";, ", c) })
}

// Receivers lists the partners that have a statement of a month, as the newest partner file writes them.
func Receivers(ctx context.Context, c *config.Config, month time.Time) ([]Receiver, error) {
	s, err := OpenPublished(ctx, c)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err := OfThisVersion(ctx, s); err != nil {
		return nil, err
	}
	return store.List(ctx, s, `select p.partner_id, p.name, p.language, coalesce(p.email, '')
		from mart.statement_index as i join mart.partners as p using (partner_id) where i.month = ? order by p.partner_id`,
		func(r *Receiver) []any { return []any{&r.Partner, &r.Name, &r.Language, &r.Email} }, month)
}

// StatementFile is the name of a partner's workbook.
func StatementFile(partner string) string { return fileName(partner) }

// Scorecard is what became of a distributor's files.
type Scorecard struct {
	Rows, Loaded   int64      // of the files that landed since
	Waiting        int64      // rejected rows and refused files, of any time, that the sender has to correct
	Files, Rejects [][]string // as tables with a head
}

// ReadScorecard reads what became of the files of some feeds that landed after one number and up to another, and which
// rows of any of their files still wait to be corrected.
func ReadScorecard(ctx context.Context, c *config.Config, feeds []string, after, through int64) (Scorecard, error) {
	var card Scorecard
	s, err := OpenPublished(ctx, c)
	if err != nil {
		return card, err
	}
	defer s.Close()
	if err := OfThisVersion(ctx, s); err != nil {
		return card, err
	}
	names := strings.Join(feeds, cellEnd)
	card.Files = [][]string{{"file", "landed_on", "rows", "loaded", "duplicate", "superseded", "rejected", "excluded",
		"held", "refused_because"}}
	err = s.Row(ctx, `select coalesce(sum(records) filter (file_id > $2 and file_id <= $3), 0)::bigint,
			coalesce(sum(loaded) filter (file_id > $2 and file_id <= $3), 0)::bigint, coalesce(sum(waiting), 0)::bigint
		from mart.reconciliation where list_contains(string_split($1, chr(31)), feed)`,
		[]any{&card.Rows, &card.Loaded, &card.Waiting}, names, after, through)
	if err != nil {
		return card, err
	}
	card.Files, err = texts(ctx, s, card.Files, `select concat_ws(chr(31), file_name, landed_at::date, records, loaded,
			duplicate, superseded, rejected, excluded, held, coalesce(detail, ''))
		from mart.reconciliation
		where list_contains(string_split($1, chr(31)), feed) and file_id > $2 and file_id <= $3 order by file_id`,
		names, after, through)
	if err != nil {
		return card, err
	}
	card.Rejects, err = texts(ctx, s, [][]string{{"file", "line", "key", "column", "text", "code", "why"}}, `
		select concat_ws(chr(31), file_name, file_line, coalesce(record_key, ''), coalesce(column_name, ''),
			coalesce(raw_text, ''), code, sentence)
		from mart.rejected_rows where list_contains(string_split($1, chr(31)), feed) and waived is null
		order by file_id, problem`, names)
	return card, err
}

// texts adds the rows of a question to a table. The question gives the cells of a row as one text.
func texts(ctx context.Context, s *store.Session, table [][]string, question string, args ...any) ([][]string, error) {
	rows, err := s.Texts(ctx, question, args...)
	for _, row := range rows {
		table = append(table, strings.Split(row, cellEnd))
	}
	return table, err
}

// cellEnd ends a cell: no text of a file holds it.
const cellEnd = "\x1f"

// writeDeliveries writes what the outbox knows of deliveries as the table rules.deliveries.
func writeDeliveries(ctx context.Context, s *store.Session, c *config.Config) error {
	if err := s.Exec(ctx, transforms.Deliveries); err != nil {
		return err
	}
	list, err := (&outbox.Outbox{Folder: c.Folders.Outbox()}).Deliveries()
	if err != nil {
		return err
	}
	type row struct {
		ID, Month                                  string
		Edition                                    int
		Kind, Receiver, Way, Address, Files, State string
		Attempts                                   int
		Answer                                     string
		Tried                                      *time.Time
	}
	rows := make([]row, len(list))
	for i, d := range list {
		to := d.Delivery
		rows[i] = row{d.ID, to.Month + "-01", to.Edition, to.Kind, to.Receiver, to.Way, to.Address,
			strings.Join(slices.Sorted(maps.Keys(to.Files)), ", "), d.State, d.Attempts, cmp.Or(d.Error, d.Answer), nil}
		if !d.LastTried.IsZero() {
			rows[i].Tried = &d.LastTried
		}
	}
	text, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	return s.Exec(ctx, `insert into rules.deliveries select unnest(from_json(?, '[{"ID": "VARCHAR", "Month": "DATE",
		"Edition": "BIGINT", "Kind": "VARCHAR", "Receiver": "VARCHAR", "Way": "VARCHAR", "Address": "VARCHAR",
		"Files": "VARCHAR", "State": "VARCHAR", "Attempts": "BIGINT", "Answer": "VARCHAR", "Tried": "TIMESTAMP"}]'),
		recursive := true)`, string(text))
}

// ForSheets is a row for a CSV that a spreadsheet opens: see xlsx.SheetText.
func ForSheets(row []string) []string {
	cells := make([]string, len(row))
	for i, text := range row {
		cells[i] = xlsx.SheetText(text)
	}
	return cells
}
