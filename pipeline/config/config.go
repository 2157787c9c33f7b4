// Package config reads config.yaml. Only this package knows YAML; the others get plain values.
//
// Reading is strict. An unknown key, a wrong type and an impossible rule are *faults*, each shown with its line and
// a caret. An unknown key or a wrong type ends the reading; all other faults are shown together.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/fetch"
	"tranche/pipeline/lake"
	"tranche/pipeline/ledger/anchor"
	"tranche/pipeline/programme"
)

// Config is a configuration without faults.
type Config struct {
	Path       string
	Vendor     string
	Folders    Folders
	Settle     time.Duration
	Ready      string
	Database   Database
	Sources    []fetch.Source
	Feeds      []feed.Feed
	Programme  programme.Programme
	Closing    Closing
	People     []Person // who may decide; none: everybody
	Statement  Statement
	PayDays    *int          // from the closing to the payment; nil: statements name no day
	Signing    anchor.Signer // the zero value: closings are not signed
	LookAhead  bool          // the models run once more, to the end of the programme year
	Journal    *Journal      // nil: no journal is written
	Serve      Serve
	Notify     Notify
	Deliver    *Deliver    // nil: nothing leaves but messages
	Keep       int         // earlier publications that can be restored
	Lake       *lake.Place // nil: the file is the only place of publication
	SourceHash string      // of the file's bytes
}

// Folders are absolute paths.
type Folders struct {
	Inbox, Landing, Statements, Closed, State string
	Analysts                                  string // of the published database
}

// Store is the database of loaded facts.
func (f Folders) Store() string { return filepath.Join(f.State, "store.duckdb") }

// Published is the database analysts read.
func (f Folders) Published() string { return filepath.Join(f.Analysts, "published.duckdb") }

// Audit is the file of people's decisions.
func (f Folders) Audit() string { return filepath.Join(filepath.Dir(f.State), "audit.jsonl") }

// History is the file of ended runs.
func (f Folders) History() string { return filepath.Join(f.State, "runs.jsonl") }

// Sources is the file of what was seen at the sources.
func (f Folders) Sources() string { return filepath.Join(f.State, "sources.json") }

// Slots is the table of slots.
func (f Folders) Slots() string { return filepath.Join(f.State, "slots.jsonl") }

// Outbox is the folder of waiting messages.
func (f Folders) Outbox() string { return filepath.Join(filepath.Dir(f.State), "outbox") }

// Work is the folder for output that is not in place yet.
func (f Folders) Work() string { return filepath.Join(f.State, "work") }

// Database limits what DuckDB uses.
type Database struct {
	MemoryLimit string
	Threads     int
	TempLimit   string
}

// Statement is how workbooks look, and how they are locked.
type Statement struct {
	Logo         []byte // PNG or JPEG; empty: none
	Address      []string
	Accent, Font string
	Passwords    map[string]string // of partners with locked workbooks
}

// Journal is the accounts a month is booked to.
type Journal struct {
	Expense                       map[string]string // by incentive
	Adjustments, Accrued, Payable string
	Expected                      string // what is accrued at the expected rate; empty: Accrued
	Company, CostCentre           string
	CostCentres                   map[string]string            // by incentive
	Vendors                       map[string]string            // vendor numbers, by partner
	Dimensions                    map[string]map[string]string // by name: by incentive; "" is for all others
	Exports                       []JournalExport
}

// JournalExport is how an accounting system wants the journal: a file of its own.
type JournalExport struct {
	Name      string
	Delimiter rune
	Decimal   string
	Dates     string // as Go writes 2 January 2006
	Headless  bool
	Sides     map[string]string
	Columns   []JournalColumn
}

// JournalColumn is one column of it: a field, or a text that is always the same.
type JournalColumn struct{ Head, Field, Text string }

// Closing is the requirements of a closed month.
type Closing struct {
	NeedsApproval        bool            // by a second person
	TwoAccounts          bool            // and from another account of the operating system
	MaxHeld, MaxRejected programme.Cents // accepted without a person
	MaxPending           programme.Cents // what waiting changes may move
}

// Error is a configuration that cannot be used.
type Error struct {
	Path   string
	Faults []string // each with its lines and a caret
}

// Error shows every fault.
func (e *Error) Error() string {
	plural := "s"
	if len(e.Faults) == 1 {
		plural = ""
	}
	return fmt.Sprintf("%s: %d fault%s\n\n%s", e.Path, len(e.Faults), plural, strings.Join(e.Faults, "\n\n"))
}

// Short is an error for logs and mails, without lines of the configuration.
func Short(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	var faults []string
	for _, f := range e.Faults {
		first, _, _ := strings.Cut(f, "\n")
		faults = append(faults, first)
	}
	return e.Path + ": " + strings.Join(faults, "; ") + "; tranche validate shows the lines"
}

// Read reads the configuration at path. Faults come as an *Error.
func Read(path string) (*Config, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w (run `tranche init` to make one, or give --config)", err)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	return parse(absolute, source)
}

// ReadNotify reads only the outbox and the recipients, to report a faulty configuration. It is false when they have
// faults, too.
func ReadNotify(path string) (*Config, bool) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, false
	}
	f, r, err := decode(path, source) // unknown keys are allowed here
	if err != nil {
		return nil, false
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, false
	}
	base := filepath.Dir(path)
	c := &Config{Path: path, Vendor: f.Vendor, Folders: r.folders(base, f), Notify: r.notify(base, f)}
	c.Serve.Zone = time.UTC
	return c, len(r.faults) == 0
}

// ReadProgramme reads the programme of another file; other sections are optional. Missing values come from base.
func ReadProgramme(path string, base programme.Programme) (programme.Programme, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return programme.Programme{}, fmt.Errorf("read programme: %w", err)
	}
	f, r, err := decode(path, source, yaml.Strict())
	if err != nil {
		return programme.Programme{}, err
	}
	r.others = base.Names
	f.Currency, f.YearStarts = cmp.Or(f.Currency, base.Currency), cmp.Or(f.YearStarts, base.YearStarts)
	p := r.programme(f)
	if len(r.faults) > 0 {
		return p, &Error{Path: path, Faults: r.faults}
	}
	if f.FX == (fxFile{}) {
		p.FXMaxAge = base.FXMaxAge
	}
	p.UnnamedReturns = cmp.Or(p.UnnamedReturns, base.UnnamedReturns)
	if f.Pay == (payFile{}) {
		p.MinPayable, p.SettleAfter, p.PaysOwn = base.MinPayable, base.SettleAfter, base.PaysOwn
	}
	return p, nil
}

func parse(path string, source []byte) (*Config, error) {
	f, r, err := decode(path, source, yaml.Strict())
	if err != nil {
		return nil, err
	}
	c, source := r.config(path, f, source)
	c.SourceHash = hashOf(source)
	if len(r.faults) > 0 {
		return nil, &Error{Path: path, Faults: r.faults}
	}
	return c, nil
}

func (r *reader) config(path string, f file, source []byte) (*Config, []byte) {
	base := filepath.Dir(path)
	c := &Config{
		Path: path, Vendor: f.Vendor, Ready: f.Landing.ReadyMarker, Keep: 7,
		Folders:  r.folders(base, f),
		Database: Database(f.Database),
		Settle:   r.duration("$.landing.settle", f.Landing.Settle),
	}
	if f.Vendor == "" {
		r.fault("$.vendor", "the statements need the vendor's name")
	}
	r.apart(path, c.Folders, f.Folders)
	c.Programme = r.programme(f)
	c.Feeds, source = r.more(path, r.feeds(f.Feeds, c.Programme.Names), c.Programme.Names, source)
	c.Sources = r.sources(base, f.Sources, f, c.Feeds)
	c.Closing = r.closing(f.Closing)
	c.People = r.people(f.People)
	c.Statement = r.statement(base, f.Statement)
	if c.PayDays = f.Pay.Days; c.PayDays != nil && (*c.PayDays < 0 || *c.PayDays > 366) {
		r.fault("$.pay.days", "%d is not a number of days from 0 to 366", *c.PayDays)
	}
	c.Signing = r.signing(base, f.Signing)
	c.LookAhead = f.LookAhead
	c.Journal = r.journal(base, f.Journal, c.Programme)
	c.Serve = r.serve(base, f.Serve)
	c.Notify = r.notify(base, f)
	c.Deliver = r.deliver(base, f, c.Notify.Mail)
	if f.Publish.Keep != nil {
		c.Keep = *f.Publish.Keep
	}
	if c.Keep < 0 {
		r.fault("$.publish.keep", "%d is not a number of publications", c.Keep)
	}
	if f.Publish.Lake != nil {
		c.Lake = r.lake(base, f, *f.Publish.Lake)
	}
	return c, source
}

func (r *reader) folders(base string, f file) Folders {
	folder := func(name, fallback string) string { return beside(base, cmp.Or(name, fallback)) }
	return Folders{
		Inbox: folder(f.Folders.Inbox, "inbox"), Landing: folder(f.Folders.Landing, "landing"),
		Statements: folder(f.Folders.Statements, "statements"), Closed: folder(f.Folders.Closed, "closed"),
		State: folder(f.Folders.State, "state"), Analysts: folder(f.Folders.Published, cmp.Or(f.Folders.State, "state")),
	}
}

func (r *reader) closing(f closingFile) Closing {
	r.oneOf("$.closing", "approval", f.Approval, true)
	return Closing{
		NeedsApproval: f.Approval == "required" || f.Approval == "accounts",
		TwoAccounts:   f.Approval == "accounts",
		MaxHeld:       r.money("$.closing.max_held", f.MaxHeld),
		MaxRejected:   r.money("$.closing.max_rejected", f.MaxRejected),
		MaxPending:    r.money("$.closing.max_pending", f.MaxPending),
	}
}

func (r *reader) duration(path, text string) time.Duration {
	d, err := time.ParseDuration(cmp.Or(text, "1m"))
	if err != nil || d < 0 {
		r.fault(path, "%q is not a time span; write 30s or 5m", text)
	}
	return d
}

// FillIn marks values that the operator fills in.
const FillIn = "FILL IN"

// Unfilled says whether a name on statements still has the mark.
func (c *Config) Unfilled() bool {
	unnamed := func(v programme.Version) bool { return v.Name == FillIn }
	return c.Vendor == FillIn || slices.ContainsFunc(c.Programme.Versions, unnamed)
}
