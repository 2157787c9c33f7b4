package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ledger"
	"tranche/reports"
	"tranche/reports/xlsx"
)

// Closing is somebody's wish to close a month.
type Closing struct {
	Month    time.Time
	By       string
	Accepted string // why held and rejected amounts may stay behind; empty: they may not
}

// Obstacles is why a month cannot be closed.
type Obstacles struct {
	Month   string
	Reasons []string
}

// Error lists every reason.
func (o *Obstacles) Error() string {
	return o.Month + " cannot be closed:\n  - " + strings.Join(o.Reasons, "\n  - ")
}

// Close runs once more and, if nothing speaks against it, states the first open
// month for good. The month is worked out twice: as it is, and from what it is about
// to state, so that whatever would not add up is found before anything is decided.
// The error is an *Obstacles where something speaks against it.
func Close(ctx context.Context, o Options, c Closing) (*Summary, error) {
	r, err := begin(o)
	if err != nil {
		return nil, err
	}
	defer r.release()
	if err := r.closable(c.Month); err != nil {
		return nil, err
	}
	k := &closing{run: r, Closing: c}
	return r.summary, r.stages(ctx, "close", []stage{
		{"land", r.land}, {"load", r.load}, {"transform", r.transform}, {"check", r.check}, {"state", k.state}, {"prove", k.prove}, {"report", k.report},
		{"close", k.close}, {"publish", r.publish},
	})
}

type closing struct {
	*run
	Closing
	month ledger.Closed
}

// closable says at once what no run could change.
func (r *run) closable(month time.Time) error {
	o, open := &Obstacles{Month: ledger.Folder(month)}, r.nextToClose()
	if last := r.ledger.Last(); last != nil && last.Approved == "" {
		o.say("%s waits for somebody other than %s to approve it: tranche approve %s", last.Month, last.Prepared, last.Month)
	}
	switch {
	case month.Before(open):
		o.say("it is closed already, or lies before the programme; the first open month is %s", ledger.Folder(open))
	case month.After(open):
		o.say("%s is still open; close it first", ledger.Folder(open))
	}
	o.unlessOver(month, r.Now)
	return o.orNil()
}

// nextToClose is the first open month, which is the programme's first where none is closed.
func (r *run) nextToClose() time.Time {
	if r.ledger.Last() == nil {
		return monthOf(r.Config.Programme.Versions[0].From)
	}
	return r.ledger.FirstOpen()
}

// Unclosed are the open months up to one that is over, in the order in which they can be
// closed.
func Unclosed(o Options, through time.Time) ([]time.Time, error) {
	r, err := begin(o)
	if err != nil {
		return nil, err
	}
	defer r.release()
	early := &Obstacles{Month: ledger.Folder(through)}
	early.unlessOver(through, r.Now)
	var list []time.Time
	for month := r.nextToClose(); !month.After(through); month = month.AddDate(0, 1, 0) {
		list = append(list, month)
	}
	return list, early.orNil()
}

func (o *Obstacles) unlessOver(month, now time.Time) {
	if end := month.AddDate(0, 1, 0); now.Before(end) {
		o.say("it is not over before %s", end.Format(time.DateOnly))
	}
}

func (o *Obstacles) say(format string, args ...any) {
	o.Reasons = append(o.Reasons, fmt.Sprintf(format, args...))
}

func (o *Obstacles) orNil() error {
	if len(o.Reasons) == 0 {
		return nil
	}
	return o
}

// state writes what the month states into a folder aside, workbooks and all.
func (k *closing) state(ctx context.Context) error {
	if err := k.obstacles(ctx); err != nil {
		return err
	}
	folder, err := k.ledger.Prepare(k.Month)
	if err != nil {
		return err
	}
	if err := ledger.Write(ctx, k.session, folder, k.Month, k.Config.Programme.AsTheyAre()); err != nil {
		return err
	}
	if err := k.workbooks(ctx, filepath.Join(folder, ledger.Statements)); err != nil {
		return err
	}
	models, err := ledger.Models(ctx, k.session)
	if err != nil {
		return err
	}
	keys, err := statedKeys(ctx, k.session, k.Config.Feeds, k.Month)
	if err != nil {
		return err
	}
	k.month, err = k.ledger.Seal(folder, k.Month, ledger.Manifest{Keys: keys, Landed: lastLanded(k.landed), Prepared: k.By, At: k.Now.UTC().Truncate(time.Second), Accepted: k.Accepted, Approval: k.Config.Closing.NeedsApproval,
		Program: k.Program, Models: models, Config: k.Config.SourceHash, Currency: k.Config.Programme.Currency, Year: k.Config.Programme.YearStarts, Rules: k.Config.Programme.HashOn(k.Month.AddDate(0, 1, -1))})
	return err
}

// workbooks writes the month's final workbooks.
func (k *closing) workbooks(ctx context.Context, folder string) error {
	e, to := k.edition(k.Month), finalShelf{folder, files.NewAside()}
	e.Final = true
	keys, err := reports.Index(ctx, k.session)
	if err != nil {
		return err
	}
	keys = slices.DeleteFunc(keys, func(s reports.Key) bool { return !s.Month.Equal(k.Month) })
	if err = k.statements(ctx, k.Month, keys, e, to, func() {}); err == nil {
		err = errors.Join(k.register(ctx, k.Month, e, to), k.journal(ctx, k.Month, e, to))
	}
	return cmp.Or(to.disk.Wait(), err)
}

// finalShelf is the folder of a month that is being closed.
type finalShelf struct {
	folder string
	disk   *files.Aside
}

func (finalShelf) holds(string, string) bool { return false }

func (f finalShelf) put(name string, data []byte) error {
	return f.disk.Put(filepath.Join(f.folder, name), data)
}

// prove works everything out again with the month stated.
func (k *closing) prove(ctx context.Context) error {
	if err := k.forget(ctx); err != nil {
		return err
	}
	k.ledger = k.ledger.With(k.month)
	k.workFor(k.run.month)
	if err := k.transform(ctx); err != nil {
		return err
	}
	if err := k.check(ctx); err != nil {
		return err
	}
	var moved int64
	err := k.session.Row(ctx, "select count(*) from mart.statement_lines where mends_month = ?", []any{&moved}, k.Month)
	if err == nil && moved > 0 {
		err = fmt.Errorf("%d lines would move as soon as %s is closed; nothing was closed, and this is a fault of the program", moved, ledger.Folder(k.Month))
	}
	return err
}

// forget throws away what was worked out.
func (r *run) forget(ctx context.Context) error {
	for _, q := range []string{"set search_path = 'memory.main'", "detach published", "detach tables", "drop schema memory.rules cascade", "drop schema memory.stated cascade"} {
		if err := r.session.Exec(ctx, q); err != nil {
			return err
		}
	}
	return errors.Join(os.RemoveAll(r.aside()), r.removeTables())
}

// close decides.
func (k *closing) close(context.Context) error {
	if err := k.publishable(); err != nil {
		return err
	}
	if err := ledger.Close(k.Config.Folders.Audit(), k.month); err != nil {
		return err
	}
	k.facts["month"], k.facts["version"] = k.month.Month, k.month.Version
	return nil
}

// obstacles gathers what the run has shown to speak against it.
func (k *closing) obstacles(ctx context.Context) error {
	o := &Obstacles{Month: ledger.Folder(k.Month)}
	for _, a := range k.summary.Arrivals {
		if !a.Fate.Taken() {
			o.say("%s is in the inbox (%s: %s)", a.Source, a.Fate, a.Detail)
		}
	}
	if k.Config.Unfilled() {
		o.say("the configuration still says %s: `tranche validate` names the lines", config.FillIn)
	}
	if k.Accepted == "" {
		if err := k.heldBack(ctx, o); err != nil {
			return err
		}
	}
	if err := o.orNil(); err != nil {
		return err
	}
	return k.absent(ctx)
}

// absent names who sent lines of the month before and none of this one. It speaks against
// nothing, for a distributor may have sold nothing; whoever closes is told.
func (k *closing) absent(ctx context.Context) error {
	k.summary.Absent = nil
	rows, err := k.session.Query(ctx, `select distinct distributor from mart.distributor_months where month = $1::date - to_months(1)
		and distributor not in (select distributor from mart.distributor_months where month = $1::date) order by distributor`, k.Month)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		k.summary.Absent = append(k.summary.Absent, name)
	}
	return rows.Err()
}

// heldBack weighs what is held in the month or before, and what was rejected, which
// has no month. Rejected amounts are taken as they stand in the files.
func (k *closing) heldBack(ctx context.Context, o *Obstacles) error {
	var held, unknown, rows, unread, files int64
	var heldAmount, rejectedAmount string
	var tooMuchHeld, tooMuchRejected bool
	maxHeld, maxRejected := k.Config.Closing.MaxHeld.String(), k.Config.Closing.MaxRejected.String()
	err := k.session.Row(ctx, `select count(*), count(*) filter (where h.net_amount is not null and r.rate is null), coalesce(sum(round(abs(h.net_amount) * r.rate, 2)), 0)::decimal(38,2)::varchar,
			coalesce(sum(round(abs(h.net_amount) * r.rate, 2)), 0) > $2::decimal(18,2)
		from mart.held_lines as h
		left join intermediate.rates as r on r.currency = coalesce(h.currency, $3) and r.rate_date <= last_day($1::date) and last_day($1::date) < r.to_date
		where h.month <= $1::date and h.net_amount is not null`, []any{&held, &unknown, &heldAmount, &tooMuchHeld}, k.Month, maxHeld, k.Config.Programme.Currency)
	if err != nil {
		return err
	}
	err = k.session.Row(ctx, `select coalesce(sum(waiting) filter (where is_loaded), 0)::bigint, coalesce(sum(unread_amounts) filter (where is_loaded), 0)::bigint, count(*) filter (where not is_loaded),
			coalesce(sum(abs(rejected_amount)) filter (where is_loaded), 0)::decimal(38,2)::varchar,
			coalesce(sum(abs(rejected_amount)) filter (where is_loaded), 0) > $1::decimal(18,2)
		from mart.reconciliation where waiting > 0 and kind in ('sales', 'entries') or waiting > 0 and not is_loaded`,
		[]any{&rows, &unread, &files, &rejectedAmount, &tooMuchRejected}, maxRejected)
	if err != nil {
		return err
	}
	const accepted = "or say --accept-held --reason WHY"
	if unknown > 0 || tooMuchHeld {
		o.say("%s held, of the month or before, together %s %s at the rates of the month's last day%s, and closing.max_held is %s: tranche held list says why; let them count, %s, and they are adjustments when they count", plural(held, "line"), heldAmount, k.summary.Currency,
			some(unknown, "whose value is not known, which no limit covers"), maxHeld, accepted)
	}
	if unread > 0 || tooMuchRejected {
		o.say("%s rejected, together %s%s, and closing.max_rejected is %s: tranche rejects list names them; when the sender has corrected them, or never will, tranche rejects waive, %s", plural(rows, "row"), rejectedAmount,
			some(unread, "whose amount cannot be read, which no limit covers"), maxRejected, accepted)
	}
	if files > 0 {
		o.say("%s refused whole, and nothing in there is counted: tranche status names them; when the sender has sent them anew, or never will, tranche rejects waive, %s", plural(files, "file"), accepted)
	}
	return nil
}

// plural is so many things that are something.
func plural(n int64, word string) string {
	if n == 1 {
		return "1 " + word + " is"
	}
	return fmt.Sprintf("%d %ss are", n, word)
}

func some(n int64, what string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d %s", n, what)
}

func (r *run) register(ctx context.Context, month time.Time, e reports.Edition, to shelf) error {
	reg, err := reports.ReadRegister(ctx, r.session, r.letterhead(), month)
	if err != nil {
		return err
	}
	reg.Edition = e
	var book bytes.Buffer
	if err := xlsx.Register(&book, reg); err != nil {
		return err
	}
	return to.put("register.xlsx", book.Bytes())
}
