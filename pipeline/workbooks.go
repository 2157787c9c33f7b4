package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/ledger"
	"tranche/pipeline/store"
	"tranche/reports"
	"tranche/reports/journal"
	"tranche/reports/xlsx"
)

// So many statements are read at a time, or so many lines of them: the lines of twenty thousand take some ten
// megabytes. The lines of a partner stand together in their marts, as far as these are made at a time.
const (
	batch      = 1000
	batchLines = 20_000
)

// workbooks makes a month's workbooks and its journal from the new database.
type workbooks struct {
	config  *config.Config
	session *store.Session
	ledger  *ledger.Ledger
	head    reports.Letterhead
}

func newWorkbooks(c *config.Config, s *store.Session, l *ledger.Ledger) *workbooks {
	paper := c.Statement
	head := reports.Letterhead{
		Vendor:  c.Vendor,
		Address: paper.Address,
		Accent:  paper.Accent,
		Font:    paper.Font,
		Logo:    paper.Logo,
	}
	if len(head.Logo) > 0 {
		sum := sha256.Sum256(head.Logo)
		head.LogoHash = hex.EncodeToString(sum[:])
	}
	return &workbooks{config: c, session: s, ledger: l, head: head}
}

// shelf is where files are put, by several goroutines at once.
type shelf interface {
	// Holds says whether the workbook made of these figures is there.
	Holds(name, figures string) bool
	Put(name string, data []byte) error
	// Wait waits until all are on the disk, and says which failed first.
	Wait() error
}

// edition is the version that closing a month makes, and the final one it replaces.
func (w *workbooks) edition(month time.Time) reports.Edition {
	version, _ := w.ledger.Version(month)
	last, _ := w.ledger.LastFinal(month)
	return reports.Edition{Version: version, Replaces: last.Version}
}

// month makes everything of a month.
func (w *workbooks) month(
	ctx context.Context, month time.Time, keys []reports.Key, e reports.Edition, to shelf, step func(),
) error {
	err := w.statements(ctx, month, keys, e, to, step)
	if err == nil {
		err = errors.Join(w.register(ctx, month, e, to), w.journal(ctx, month, e, to))
	}
	return cmp.Or(to.Wait(), err) // what could not be written is why no more was made
}

// statements makes the statements of a month and puts each. Some are read, and made, before the next are read.
func (w *workbooks) statements(
	ctx context.Context, month time.Time, keys []reports.Key, e reports.Edition, to shelf, step func(),
) error {
	var list []*reports.Statement
	var unread error
	next := func() (st *reports.Statement, ok bool) {
		if len(list) == 0 && len(keys) > 0 && unread == nil {
			n := batchOf(keys)
			list, unread = w.read(ctx, month, keys[:n])
			keys = keys[n:]
		}
		if len(list) == 0 || ctx.Err() != nil {
			return nil, false
		}
		st, list[0], list = list[0], nil, list[1:] // nothing of it stays behind
		return st, true
	}
	err := xlsx.Many(next, func(st *reports.Statement) error {
		st.Edition = e
		err := putStatement(st, w.config.Statement.Passwords[st.Partner.ID], to)
		step()
		return err
	})
	return cmp.Or(err, unread, ctx.Err()) // of a run that is stopped not all have been made
}

func (w *workbooks) read(ctx context.Context, month time.Time, keys []reports.Key) ([]*reports.Statement, error) {
	list, err := reports.Statements(ctx, w.session, w.head, month, keys[0].Partner, keys[len(keys)-1].Partner)
	if err == nil && len(list) != len(keys) {
		return nil, fmt.Errorf("%s: %d statements were announced and %d came", MonthName(month), len(keys), len(list))
	}
	return list, err
}

// batchOf is how many statements are read at a time.
func batchOf(keys []reports.Key) int {
	n, lines := 1, keys[0].Lines
	for n < min(batch, len(keys)) && lines+keys[n].Lines <= batchLines {
		lines += keys[n].Lines
		n++
	}
	return n
}

// putStatement makes and puts a workbook that is not there yet.
func putStatement(st *reports.Statement, password string, to shelf) error {
	name := fileName(st.Partner.ID)
	if password != "" {
		st.PasswordHash = secretHash(st.Partner.ID, password)
	}
	made, err := figures(st)
	if err != nil || to.Holds(name, made) {
		return err
	}
	var workbook bytes.Buffer
	if err := xlsx.Statement(&workbook, st); err != nil {
		return err
	}
	data := workbook.Bytes()
	if password != "" {
		if data, err = xlsx.Encrypt(data, password); err != nil {
			return err
		}
	}
	return to.Put(name, data)
}

// register makes the workbook of all partners.
func (w *workbooks) register(ctx context.Context, month time.Time, e reports.Edition, to shelf) error {
	reg, err := reports.ReadRegister(ctx, w.session, w.head, month)
	if err != nil {
		return err
	}
	reg.Edition = e
	var workbook bytes.Buffer
	if err := xlsx.Register(&workbook, reg); err != nil {
		return err
	}
	return to.Put("register.xlsx", workbook.Bytes())
}

const journalName = "journal.csv"

// journal makes a month's postings, where the configuration has accounts for them.
func (w *workbooks) journal(ctx context.Context, month time.Time, e reports.Edition, to shelf) error {
	if w.config.Journal == nil {
		return nil
	}
	j, err := reports.ReadJournal(ctx, w.session, month)
	if err != nil {
		return err
	}
	j.Edition = e
	before, err := postedBefore(w.ledger, month)
	if err != nil {
		return err
	}
	list, err := journal.Make(j, journal.Accounts(*w.config.Journal), before)
	if err != nil {
		return fmt.Errorf("%s: %w", ledger.Folder(month), err)
	}
	edition := "draft"
	if e.Final {
		edition = fmt.Sprintf("final version %d", e.Version)
	}
	var out bytes.Buffer
	if err := journal.Write(&out, list, w.config.Programme.Currency, edition); err != nil {
		return err
	}
	return to.Put(journalName, out.Bytes())
}

// postedBefore is the postings of a month's last final edition. An edition that was never approved was never posted.
func postedBefore(l *ledger.Ledger, month time.Time) ([]journal.Posting, error) {
	last, ok := l.LastFinal(month)
	if !ok {
		return nil, nil
	}
	path := filepath.Join(last.Folder, ledger.Statements, journalName)
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil // nobody had accounts for it then
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, err := journal.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return list, nil
}

// figures names everything that a workbook is made of.
func figures(st *reports.Statement) (string, error) {
	sum := sha256.New()
	to, but := json.NewEncoder(sum), *st
	but.Lines = nil // one by one: all together they are megabytes of text
	err := to.Encode(but)
	for i := range st.Lines {
		err = cmp.Or(err, to.Encode(&st.Lines[i]))
	}
	if err != nil {
		return "", err
	}
	sum.Write([]byte(xlsx.Fingerprint()))
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// secretHash tells one password from another without saying either.
func secretHash(partner, password string) string {
	sum := sha256.Sum256([]byte(partner + "\x00" + password))
	return hex.EncodeToString(sum[:])
}

// fileName makes a file name of a partner's id, which is data: whatever is not a
// plain letter, digit, dot or dash is written as its code, capitals too where
// folding them could make twins.
func fileName(id string) string {
	var name strings.Builder
	for i, c := range []byte(id) {
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c == '-', c == '.' && i > 0:
			name.WriteByte(c)
		default:
			fmt.Fprintf(&name, "_%02x", c)
		}
	}
	if name.Len() > 120 {
		sum := sha256.Sum256([]byte(id))
		return "_long_" + hex.EncodeToString(sum[:16]) + ".xlsx"
	}
	return "statement_" + name.String() + ".xlsx"
}
