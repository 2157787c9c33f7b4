// Package pipeline is one run, from the inbox to the statements. It knows the
// order of things and computes nothing itself.
//
// A *run* takes whole files out of the inbox (land), turns them into typed
// facts (load), works out the marts (transform), holds them against every check
// (check), makes the workbooks that changed (report) and puts them and the new
// database where people find them (publish). A run that fails leaves everything
// that anyone reads as it was.
package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"github.com/gofrs/flock"

	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/ingest/loading"
	"tranche/pipeline/ledger"
	"tranche/pipeline/ledger/audit"
	"tranche/pipeline/store"
	"tranche/transforms"
)

// Options say what to run.
type Options struct {
	Config    *config.Config
	Month     time.Time // first day of the month to run for; zero: the newest month with sales that has begun
	Now       time.Time
	Program   string                              // name and version, kept with the run
	Progress  func(stage string, done, total int) // may be nil
	Stage     func(Stage)                         // told of each stage as it ends; may be nil
	NotBefore time.Time                           // where no month is given, at least this one
	Plans     string                              // folder for the plan of each model as it was carried out; empty for none
	NoBooks   bool                                // publishes without workbooks, to measure what is before them
}

// Stage is one part of a run that has ended.
type Stage struct {
	Name    string
	Attempt string // names this run among all, as soon as it has begun
	RunID   string // what it comes to, once that is known: equal files and rules have the same
	Took    time.Duration
	Facts   map[string]any
}

// ErrLocked says that another run is at work in the same folders.
var ErrLocked = errors.New("another run is at work in these folders")

// ErrClosed says that a month has been stated and is not worked out again.
var ErrClosed = errors.New("the month is closed, and its statements stand; tranche reopen takes the last closed month back")

// ErrTooEarly says that the month asked for lies before the programme.
var ErrTooEarly = errors.New("the month lies before the first programme version")

// Run runs from inbox to statements.
func Run(ctx context.Context, o Options) (*Summary, error) {
	r, err := beginUnproven(ctx, o)
	if err != nil {
		return nil, err
	}
	defer r.release()
	if _, closed := r.ledger.Of(o.Month); closed {
		return nil, cmp.Or(r.proven(), fmt.Errorf("%s: %w", ledger.Folder(o.Month), ErrClosed))
	}
	stages := []stage{{"land", r.land}, {"load", r.load}, {"transform", r.transform}, {"check", r.check}, {"report", r.report}, {"publish", r.publish}}
	if o.NoBooks {
		stages = slices.DeleteFunc(stages, func(s stage) bool { return s.name == "report" })
	}
	return r.summary, r.stages(ctx, "run", stages)
}

type stage struct {
	name string
	work func(context.Context) error
}

// stages carries them out one after another, and remembers what came of it.
func (r *run) stages(ctx context.Context, did string, list []stage) error {
	began := time.Now()
	return r.remember(did, began, r.carryOut(ctx, list))
}

func (r *run) carryOut(ctx context.Context, list []stage) error {
	r.took, r.attempt = map[string]int64{}, fmt.Sprintf("%s-%d", time.Now().UTC().Format("20060102T150405"), os.Getpid())
	for _, s := range list {
		began := time.Now()
		r.facts = map[string]any{}
		if err := s.work(ctx); err != nil {
			if damage := r.proven(); damage != nil && ctx.Err() == nil && !errors.Is(err, damage) {
				err = errors.Join(damage, err) // of which it may be the cause
			}
			if o := new(Obstacles); errors.As(err, &o) {
				return o // what speaks against a closing is no failure of a stage
			}
			return fmt.Errorf("%s: %w", s.name, err)
		}
		r.took[s.name] = time.Since(began).Milliseconds()
		if r.Stage != nil {
			r.Stage(Stage{Name: s.name, Attempt: r.attempt, RunID: r.summary.RunID, Took: time.Since(began), Facts: r.facts})
		}
	}
	return nil
}

type run struct {
	Options
	lock     *flock.Flock // of the state folder
	landLock *flock.Flock // of the landed files
	session  *store.Session
	beside   *store.Session // of a night, to the same databases, for models and checks at the same time; otherwise nil
	landed   []landing.File
	ledger   *ledger.Ledger
	proven   func() error // waits until every closed file was held against its hash, and says what is damaged
	log      []audit.Decision
	month    time.Time
	facts    map[string]any
	made     []*monthWriter // workbooks, aside until everything is
	summary  *Summary
	attempt  string
	tookBack string           // the run whose unfinished publication was taken back as this one began
	took     map[string]int64 // milliseconds of each stage that has ended
}

func (r *run) progress(stage string, done, total int) {
	if r.Progress != nil {
		r.Progress(stage, done, total)
	}
}

// land takes whole files out of the inbox, which is the senders' and has to be
// there.
func (r *run) land(context.Context) error {
	if inbox := r.Config.Folders.Inbox; !isThere(inbox) {
		return fmt.Errorf("the inbox %s is not there; make it, or correct folders.inbox in %s", inbox, r.Config.Path)
	}
	arrivals, err := landing.Land(landingBy(r.Config, r.Now))
	if err != nil {
		return err
	}
	r.summary.Arrivals = arrivals
	if r.landed, err = landing.List(r.Config.Folders.Landing); err == nil && len(r.landed) == 0 {
		err = r.nothingIsLost()
	}
	for i, a := range arrivals {
		arrivals[i].Whole = a.Whole.In(r.Config.Serve.Zone)
		count, _ := r.facts[string(a.Fate)].(int)
		r.facts[string(a.Fate)] = count + 1
	}
	return err
}

// nothingIsLost refuses an empty landing folder where statements were made from it: it is
// another disk's, or was emptied, and every statement would be taken away.
func (r *run) nothingIsLost() error {
	f := r.Config.Folders
	made, err := files.Glob(f.Statements, "*/statement_*.xlsx")
	if err == nil && len(made) > 0 {
		err = fmt.Errorf("%s is empty, and the statements in %s were made from it: is its disk mounted? Restore it from a copy; to begin anew, remove the statements as well", f.Landing, f.Statements)
	}
	return err
}

// load opens the store and brings it up to what has landed.
func (r *run) load(ctx context.Context) error {
	if err := r.openStore(ctx); err != nil {
		return err
	}
	l := r.loader()
	if err := cmp.Or(l.Keep(ctx, r.landed), keysStand(r.ledger.Last(), r.Config.Feeds, r.landed)); err != nil {
		return err
	}
	loaded := 0
	for i, f := range r.landed {
		r.progress("load", i, len(r.landed))
		out, fresh, err := l.Load(ctx, f)
		if err != nil {
			return err
		}
		if fresh {
			loaded++
			r.summary.Loaded = append(r.summary.Loaded, out)
		}
	}
	if err := l.Gather(ctx); err != nil {
		return err
	}
	r.progress("load", len(r.landed), len(r.landed))
	debug.FreeOSMemory() // what reading files took is DuckDB's to use from here on
	r.facts["files"], r.facts["new"] = len(r.landed), loaded
	return r.chooseMonth(ctx)
}

func (r *run) loader() *loading.Loader {
	fresh := map[string]bool{}
	for _, a := range r.summary.Arrivals {
		if a.Fate == landing.Landed {
			fresh[a.File.SHA256] = true
		}
	}
	return &loading.Loader{Session: r.session, Landing: r.Config.Folders.Landing, Work: r.Config.Folders.Work(), Feeds: r.Config.Feeds, Fresh: fresh}
}

// chooseMonth takes the month asked for, or the newest with sales that has
// begun: a date far ahead in somebody's file must not open the future.
func (r *run) chooseMonth(ctx context.Context) error {
	r.month = r.Month
	first := r.Config.Programme.Versions[0].From
	if r.month.IsZero() {
		err := r.session.Row(ctx, `select coalesce(date_trunc('month', max(document_date) filter (where document_date < ?)), ?)
			from store.raw.sales`, []any{&r.month}, monthOf(r.Now).AddDate(0, 1, 0), monthOf(first))
		if err != nil {
			return err
		}
	}
	if r.month.AddDate(0, 1, 0).Before(first) || r.month.AddDate(0, 1, 0).Equal(first) {
		if !r.Month.IsZero() {
			return fmt.Errorf("%s: %w (%s)", r.month.Format("2006-01"), ErrTooEarly, first.Format(time.DateOnly))
		}
		r.month = monthOf(first)
	}
	if r.Month.IsZero() && r.month.Before(r.NotBefore) {
		r.month = r.NotBefore
	}
	r.workFor(r.month)
	r.facts["month"] = MonthName(r.month)
	return nil
}

// workFor makes a month the one the run is for, or the first open one if that is
// later.
func (r *run) workFor(month time.Time) {
	if open := r.firstOpen(); month.Before(open) {
		month = open
	}
	r.month, r.summary.Month = month, month
}

func (r *run) aside() string { return filepath.Join(r.Config.Folders.Work(), "published.duckdb") }

// tables is where what the marts are made from stands while they are made. In a file it is
// compressed; in memory it would be several times as large, and go through the disk all
// the same as soon as there is much of it.
func (r *run) tables() string { return filepath.Join(r.Config.Folders.Work(), "tables.duckdb") }

func (r *run) removeTables() error { return os.RemoveAll(r.tables()) }

// transform builds the marts in a new database aside, which begins with what closed
// months have stated.
func (r *run) transform(ctx context.Context) error {
	if err := r.rules(ctx); err != nil {
		return err
	}
	hasStated, err := r.beginWithStated(ctx)
	if err != nil {
		return err
	}
	if err := r.session.Attach(ctx, r.aside(), "published"); err != nil {
		return err
	}
	return r.models(ctx, hasStated)
}

// models builds every model from the attached store into whatever is attached as
// published. hasStated says that what is stated is there.
func (r *run) models(ctx context.Context, hasStated bool) error {
	if err := r.session.AttachUnlogged(ctx, r.tables(), "tables"); err != nil {
		return err
	}
	for _, q := range []string{
		"create schema if not exists published.mart",
		"create schema tables.staging",
		"create schema tables.intermediate",
		modelsPath,
	} {
		if err := r.session.Exec(ctx, q); err != nil {
			return err
		}
	}
	to := transforms.Target{Work: "tables", Mart: "published", HasStated: hasStated, Plans: r.Plans, Read: []string{"intermediate.rates"}}
	if hasStated {
		if err := r.openBeside(ctx); err != nil {
			return err
		}
		to.Beside = append(to.Beside, r.beside)
	}
	done := 0
	return transforms.Build(ctx, r.session, to, func(_ string, of int) {
		done++
		r.progress("transform", done, of)
	})
}

// modelsPath is where models and checks find what they read.
const modelsPath = "set search_path = 'memory.main,store.raw,memory.rules,memory.stated,tables.staging,tables.intermediate,published.mart'"

// openBeside opens a second connection. Most models of a night have so little to do that one
// processor does it; those of a whole year need all processors, and the memory, each.
func (r *run) openBeside(ctx context.Context) (err error) {
	if r.beside, err = r.session.Beside(ctx); err != nil {
		return err
	}
	return r.beside.Exec(ctx, modelsPath)
}

func (r *run) closeBeside() (err error) {
	if r.beside != nil {
		err = r.beside.Close()
		r.beside = nil
	}
	return err
}

// check includes that closed months are as they were stated.
func (r *run) check(ctx context.Context) error {
	if err := r.proven(); err != nil {
		return err
	}
	if r.beside == nil {
		return transforms.Check(ctx, r.session)
	}
	err := transforms.Check(ctx, r.session, r.beside)
	return errors.Join(err, r.closeBeside())
}

// publish closes the new database and renames it over the one analysts read, and
// the workbooks into the folders of their months.
func (r *run) publish(ctx context.Context) error {
	r.summary.missingFeeds(r.Config.Feeds)
	if err := r.summary.read(ctx, r.session); err != nil {
		return err
	}
	if err := r.unknownIDs(ctx); err != nil {
		return err
	}
	decisions, err := r.fileDecisions(ctx)
	if err != nil {
		return err
	}
	rows, err := r.counts(ctx, "published")
	if err != nil {
		return err
	}
	if err := r.session.Exec(ctx, "set search_path = 'memory.main'"); err != nil {
		return err
	}
	if err := r.session.Detach(ctx, r.aside(), "published"); err != nil {
		return err
	}
	if err := r.verified(ctx, rows); err != nil {
		return err
	}
	if err := r.session.Detach(ctx, r.Config.Folders.Store(), "store"); err != nil {
		return err
	}
	if err := r.publishable(); err != nil {
		return err
	}
	if err := r.writeDown(decisions); err != nil {
		return err
	}
	return r.replacing(r.replace)
}

// replace puts the new database and the workbooks where people look.
func (r *run) replace(before *previous) error {
	target := r.Config.Folders.Published()
	if err := before.save(target, filepath.Base(target)); err != nil {
		return err
	}
	if err := os.Chmod(r.aside(), files.Shared); err != nil {
		return err
	}
	if err := files.Place(r.aside(), target); err != nil {
		return err
	}
	return r.putOut(before)
}

// publishable says what would make the new database unreadable.
func (r *run) publishable() error {
	target := r.Config.Folders.Published()
	if _, err := os.Stat(target + ".wal"); err == nil {
		return fmt.Errorf("%s.wal: %w; somebody opened the published file for writing; remove the log and run again", target, store.ErrStaleLog)
	}
	return nil
}
