package console

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/console/accounts"
	"tranche/pipeline/store"
	"tranche/reports"
)

// publication is an opened published file. Its readers are closed when another has taken its place and nobody reads
// it any more.
type publication struct {
	file    os.FileInfo
	readers *store.Readers
	names   reports.Names
	run     string
	month   time.Time // the last that it works out
	visits  int
	isOld   bool
	views   map[string]bool
	kept    answers
}

// publications is the newest publication, and those that visits still read.
type publications struct {
	sync.Mutex
	current *publication
	known   map[string]accounts.Scope // by the view that shows it
}

// What the readers may use. A night at work beside them has memory of its own.
const (
	readersMemory = "128MB"
	readers       = 4
)

// viewOf names the view of a scope; empty: everything.
func viewOf(s accounts.Scope) string {
	if !s.IsLimited() {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.Join(s.Countries, "\x1f") + "\x1e" + strings.Join(s.Partners, "\x1f")))
	return "scope_" + hex.EncodeToString(sum[:8])
}

// take gives the publication that is in place now. Whoever takes it gives it back.
func (p *publications) take(ctx context.Context, c *config.Config, scope accounts.Scope) (*publication, error) {
	p.Lock()
	defer p.Unlock()
	view := viewOf(scope)
	if scope.IsLimited() {
		p.known[view] = scope
	}
	path := c.Folders.Published()
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, pipeline.ErrNothingPublished
	}
	if err != nil {
		return nil, err
	}
	if now := p.current; now != nil && os.SameFile(now.file, info) && (view == "" || now.views[view]) {
		now.visits++
		return now, nil
	}
	opened, err := open(ctx, path, p.known)
	if err != nil {
		return nil, err
	}
	if p.current != nil {
		p.current.isOld = true
		err = p.current.closeUnread()
	}
	p.current = opened
	opened.visits++
	return opened, err
}

// open opens the file at path. The file may be replaced at any moment, so it is looked at before and after.
func open(ctx context.Context, path string, scopes map[string]accounts.Scope) (*publication, error) {
	views := make([]store.View, 0, len(scopes))
	p := &publication{views: map[string]bool{}}
	for _, name := range slices.Sorted(maps.Keys(scopes)) {
		views = append(views, viewFor(name, scopes[name]))
		p.views[name] = true
	}
	for range 5 {
		before, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		p.readers, err = store.OpenReaders(ctx, path, readers, views, store.Options{MemoryLimit: readersMemory, Threads: 2})
		if err != nil {
			return nil, err
		}
		if p.file, err = os.Stat(path); err == nil && os.SameFile(before, p.file) {
			if err := p.read(ctx); err != nil {
				return nil, errors.Join(err, p.readers.Close())
			}
			return p, nil
		}
		if err := errors.Join(err, p.readers.Close()); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%s is replaced all the time", path)
}

// read reads what every page needs.
func (p *publication) read(ctx context.Context) error {
	s, err := p.readers.Take(ctx, "")
	if err != nil {
		return err
	}
	defer s.Close()
	if err = pipeline.OfThisVersion(ctx, s); err == nil {
		p.names, err = reports.ReadNames(ctx, s)
	}
	if err == nil {
		err = s.Row(ctx, "select hash, through_month from mart.as_of where part = 'run'", []any{&p.run, &p.month})
	}
	return err
}

// viewFor shows the rows of a scope's partners. Of deals that partners share it leaves out what is another's.
func viewFor(name string, s accounts.Scope) store.View {
	var texts []string
	for _, country := range s.Countries {
		texts = append(texts, "country = "+store.Literal(country))
	}
	for _, partner := range s.Partners {
		texts = append(texts, "partner_id = "+store.Literal(partner))
	}
	const shared = "incentive in (select incentive from published.mart.incentives where credits = 'claims')"
	hide := func(columns ...string) string {
		var list []string
		for _, column := range columns {
			list = append(list, "if("+shared+", null, "+column+") as "+column)
		}
		return strings.Join(list, ", ")
	}
	return store.View{
		Name:     name,
		Partners: "(" + strings.Join(texts, " or ") + ")",
		Shared: []string{"admissions", "as_of", "currencies", "incentives", "labels", "level_rules", "months", "names",
			"point_rules", "programme", "rules", "sell_with_roles"},
		Instead: map[string]string{
			"statement_lines": hide("document_no", "line_no", "line_key", "end_customer", "quantity", "net_amount",
				"currency", "rate", "rate_date", "amount", "returns_document", "returns_line", "sale_id"),
			"uncounted_lines": hide("document_no", "line_no", "end_customer", "net_amount", "returns_document",
				"returns_line", "sale_id"),
			"adjustments":       hide("document_no", "line_no", "line_key", "sale_id"),
			"tranche_slices":    hide("sale_id"),
			"sell_with_claims":  hide("document_no", "line_no", "sale_id", "returned_sale_id"),
			"sell_with_credits": hide("document_no", "line_no", "matched_sale", "sale_id"),
		},
	}
}

// give gives a publication back.
func (p *publications) give(taken *publication) error {
	p.Lock()
	defer p.Unlock()
	taken.visits--
	return taken.closeUnread()
}

func (p *publication) closeUnread() error {
	if !p.isOld || p.visits > 0 || p.readers == nil {
		return nil
	}
	err := p.readers.Close()
	p.readers = nil
	return err
}

func (p *publications) close() error {
	p.Lock()
	defer p.Unlock()
	if p.current == nil {
		return nil
	}
	p.current.isOld = true
	return p.current.closeUnread()
}

// answers are what pages have read of a publication. It never changes, so neither do they.
type answers struct {
	sync.Mutex
	of map[string]any
}

// mostAnswers is how many are kept.
const mostAnswers = 500

func (a *answers) find(key string) (any, bool) {
	a.Lock()
	defer a.Unlock()
	found, ok := a.of[key]
	return found, ok
}

func (a *answers) keep(key string, answer any) {
	a.Lock()
	defer a.Unlock()
	if a.of == nil || len(a.of) >= mostAnswers {
		a.of = map[string]any{}
	}
	a.of[key] = answer
}
