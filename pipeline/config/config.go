// Package config reads config.yaml. It is the only place that knows YAML: what
// leaves it is plain values for the packages that use them.
//
// Reading is strict. A key that is not known, a value of the wrong sort and a
// rule that makes no sense are *faults*, each shown with its line and a caret;
// all of them at once, so that a person mends the file in one go.
package config

import (
	"cmp"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/programme"
)

// Config is a configuration that makes sense.
type Config struct {
	Path       string
	Vendor     string
	Folders    Folders
	Settle     time.Duration
	Ready      string
	Database   Database
	Feeds      []feed.Feed
	Programme  programme.Programme
	Closing    Closing
	Statement  Statement
	Journal    *Journal // nil: none is written
	Serve      Serve
	Notify     Notify
	Keep       int    // how many publications before can be taken back
	SourceHash string // of the file's bytes
}

// Folders are absolute paths.
type Folders struct {
	Inbox, Landing, Statements, Closed, State string
	Analysts                                  string // where the published file is; the state folder where nothing else is said
}

// Store is the database of loaded facts.
func (f Folders) Store() string { return filepath.Join(f.State, "store.duckdb") }

// Published is the database analysts read.
func (f Folders) Published() string { return filepath.Join(f.Analysts, "published.duckdb") }

// Audit is where people's decisions are kept.
func (f Folders) Audit() string { return filepath.Join(filepath.Dir(f.State), "audit.jsonl") }

// History is where ended runs are remembered.
func (f Folders) History() string { return filepath.Join(f.State, "runs.jsonl") }

// Slots is the table of what was due.
func (f Folders) Slots() string { return filepath.Join(f.State, "slots.jsonl") }

// Outbox is where messages wait.
func (f Folders) Outbox() string { return filepath.Join(filepath.Dir(f.State), "outbox") }

// Work is where things are made before they are renamed into place.
func (f Folders) Work() string { return filepath.Join(f.State, "work") }

// Database says how much of the machine DuckDB may use.
type Database struct {
	MemoryLimit string
	Threads     int
	TempLimit   string
}

// Statement is how workbooks look and how they are sent out.
type Statement struct {
	Logo         []byte // a PNG or JPEG; empty: none
	Address      []string
	Accent, Font string
	SigningKey   ed25519.PrivateKey // signs the manifests; nil: nobody does
	Passwords    map[string]string  // of partners whose workbooks open with one only
}

// Journal is which accounts a month is booked to.
type Journal struct {
	Expense                       map[string]string // by module
	Adjustments, Accrued, Payable string
}

// Closing says what must be so before a month is closed, and who makes it final.
type Closing struct {
	NeedsApproval        bool            // a second person makes a closed month final
	MaxHeld, MaxRejected programme.Cents // amounts that may wait without anybody accepting it
}

// Error is a configuration that cannot be used.
type Error struct {
	Path   string
	Faults []string // each with its lines and a caret
}

// Error shows every fault.
func (e *Error) Error() string {
	what := "1 fault"
	if len(e.Faults) > 1 {
		what = fmt.Sprintf("%d faults", len(e.Faults))
	}
	return fmt.Sprintf("%s: %s\n\n%s", e.Path, what, strings.Join(e.Faults, "\n\n"))
}

// Short is an error in which no line of the configuration is shown, for logs and mails.
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

// Read reads the configuration at path. A *Error says what is wrong in it.
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

// ReadNotify reads as much of a faulty configuration as it takes to tell people so: where
// the outbox is, and who they are. False says that not even that makes sense.
func ReadNotify(path string) (*Config, bool) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, false
	}
	f, r, err := decode(path, source) // a key that is not known does no harm here
	if err != nil {
		return nil, false
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, false
	}
	base := filepath.Dir(path)
	c := &Config{Path: path, Vendor: f.Vendor, Folders: r.folders(base, f), Notify: r.notify(base, f.Notify)}
	c.Serve.Zone = time.UTC
	return c, len(r.faults) == 0
}

// ReadProgramme reads the programme of another file, which may hold nothing
// else: what it leaves out is as in base.
func ReadProgramme(path string, base programme.Programme) (programme.Programme, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return programme.Programme{}, fmt.Errorf("read programme: %w", err)
	}
	f, r, err := decode(path, source, yaml.Strict())
	if err != nil {
		return programme.Programme{}, err
	}
	if f.Currency == "" {
		f.Currency = base.Currency
	}
	p := r.programme(f)
	if len(r.faults) > 0 {
		return p, &Error{Path: path, Faults: r.faults}
	}
	if f.YearStarts == 0 {
		p.YearStarts = base.YearStarts
	}
	if f.FX == (fxFile{}) {
		p.FXMaxAge = base.FXMaxAge
	}
	if f.Pay == (payFile{}) {
		p.MinPayable = base.MinPayable
	}
	return p, nil
}

func parse(path string, source []byte) (*Config, error) {
	f, r, err := decode(path, source, yaml.Strict())
	if err != nil {
		return nil, err
	}
	c := r.config(path, f)
	sum := sha256.Sum256(source)
	c.SourceHash = hex.EncodeToString(sum[:8])
	if len(r.faults) > 0 {
		return nil, &Error{Path: path, Faults: r.faults}
	}
	return c, nil
}

func (r *reader) config(path string, f file) *Config {
	base := filepath.Dir(path)
	c := &Config{
		Path: path, Vendor: f.Vendor, Ready: f.Landing.ReadyMarker,
		Folders:  r.folders(base, f),
		Database: Database(f.Database),
		Settle:   r.duration("$.landing.settle", f.Landing.Settle),
	}
	if f.Vendor == "" {
		r.fault("$.vendor", "the statements need the vendor's name")
	}
	c.Feeds = r.feeds(f.Feeds)
	c.Programme = r.programme(f)
	c.Closing = r.closing(f.Closing)
	c.Statement = r.statement(base, f.Statement)
	c.Journal = r.journal(f.Journal)
	c.Serve = r.serve(base, f.Serve)
	c.Notify = r.notify(base, f.Notify)
	c.Keep = 7
	if f.Publish.Keep != nil {
		if c.Keep = *f.Publish.Keep; c.Keep < 0 {
			r.fault("$.publish.keep", "%d is no number of publications", c.Keep)
		}
	}
	return c
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
	if f.Approval != "" && f.Approval != "required" && f.Approval != "none" {
		r.fault("$.closing.approval", "%q is neither required nor none", f.Approval)
	}
	return Closing{NeedsApproval: f.Approval == "required", MaxHeld: r.money("$.closing.max_held", f.MaxHeld),
		MaxRejected: r.money("$.closing.max_rejected", f.MaxRejected)}
}

func (r *reader) duration(path, text string) time.Duration {
	if text == "" {
		return time.Minute
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		r.fault(path, "%q is no time span; write 30s or 5m", text)
	}
	return d
}

// FillIn stands in an empty start where something is the operator's to write.
const FillIn = "FILL IN"

// Unfilled says whether it still stands in what statements are headed by.
func (c *Config) Unfilled() bool {
	return c.Vendor == FillIn || slices.ContainsFunc(c.Programme.Versions, func(v programme.Version) bool { return v.Name == FillIn })
}
