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
	"strings"
	"sync"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ledger"
	"tranche/pipeline/store"
	"tranche/reports"
	"tranche/reports/agile"
	"tranche/reports/xlsx"
)

// Statements read at a time: the lines of twenty thousand take about ten megabytes. The marts keep a partner's lines
// together in parts of this size.
const (
	batch      = 1000
	batchLines = 20_000
)

// workbooks makes a month's workbooks and journal from the new database.
type workbooks struct {
	config  *config.Config
	session *store.Session
	ledger  *ledger.Ledger
	head    reports.Letterhead

	several  sync.Mutex // several goroutines make workbooks
	withheld []withheld // of the month
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
		head.LogoHash = files.HashBytes(head.Logo)
	}
	return &workbooks{config: c, session: s, ledger: l, head: head}
}

// shelf stores files for several goroutines at once.
type shelf interface {
	// Holds says whether a workbook of these figures is there.
	Holds(name, figures string) bool
	Put(name string, data []byte) error
	// Wait waits until all are on the disk, and says which failed first.
	Wait() error
}

// edition is the version that closing the month makes, and the final one it replaces.
func (w *workbooks) edition(month time.Time) reports.Edition {
	version, _ := w.ledger.Version(month)
	last, _ := w.ledger.LastFinal(month)
	return reports.Edition{Version: version, Replaces: last.Version}
}

// final is the edition that a closing at a moment makes.
func (w *workbooks) final(month, at time.Time) reports.Edition {
	e := w.edition(month)
	e.Final, e.Issued.Time = true, at.UTC().Truncate(24*time.Hour)
	if days := w.config.PayDays; days != nil {
		e.Due.Time = e.Issued.AddDate(0, 0, *days)
	}
	return e
}

// month makes all files of a month. A workbook that cannot be made is withheld; the others are made.
func (w *workbooks) month(
	ctx context.Context, month time.Time, keys []reports.Key, e reports.Edition, to shelf, step func(),
) (withheld map[string]string, err error) {
	w.withheld = nil
	if w.head.Names, err = reports.ReadNames(ctx, w.session); err != nil {
		return nil, err
	}
	err = w.statements(ctx, month, keys, e, to, step)
	if err == nil {
		err = errors.Join(w.register(ctx, month, e, to), w.journal(ctx, month, e, to))
	}
	err = cmp.Or(to.Wait(), err) // a failed write is why the rest was not made
	if err == nil {
		withheld, err = w.reasons(ctx, month)
	}
	return withheld, err
}

// statements makes a month's statements, batch by batch.
func (w *workbooks) statements(
	ctx context.Context, month time.Time, keys []reports.Key, e reports.Edition, to shelf, step func(),
) error {
	var list []*reports.Statement
	var unread error
	next := func() (st *reports.Statement, ok bool) {
		if len(list) == 0 && len(keys) > 0 && unread == nil {
			n := batchOf(keys)
			list, unread = reports.Statements(ctx, w.session, w.head, month, keys[0].Partner, keys[n-1].Partner)
			if unread == nil && len(list) != n {
				list, unread = nil, fmt.Errorf("%s: %d statements were announced and %d came", MonthName(month), n, len(list))
			}
			keys = keys[n:]
		}
		if len(list) == 0 || ctx.Err() != nil {
			return nil, false
		}
		st, list[0], list = list[0], nil, list[1:] // frees its memory
		return st, true
	}
	err := xlsx.Many(next, func(st *reports.Statement) error {
		st.Edition = e
		err := w.statement(st, to)
		step()
		return err
	})
	return cmp.Or(err, unread, ctx.Err()) // a stopped run has not made all
}

// batchOf is how many statements are read together.
func batchOf(keys []reports.Key) int {
	n, lines := 1, keys[0].Lines
	for n < min(batch, len(keys)) && lines+keys[n].Lines <= batchLines {
		lines += keys[n].Lines
		n++
	}
	return n
}

// statement makes a workbook, unless it is there already.
func (w *workbooks) statement(st *reports.Statement, to shelf) error {
	name, password := fileName(st.Partner.ID), w.config.Statement.Passwords[st.Partner.ID]
	if password != "" {
		// A new password makes a new workbook. The hash hides the password.
		st.PasswordHash = files.HashBytes([]byte(st.Partner.ID + "\x00" + password))
	}
	made, err := figures(st)
	if err != nil || to.Holds(name, made) {
		return err
	}
	var workbook bytes.Buffer
	if err := xlsx.Statement(&workbook, st); err != nil {
		w.withhold(name, st.Partner.ID, err)
		return nil
	}
	data := workbook.Bytes()
	if password != "" {
		if data, err = agile.Encrypt(data, password); err != nil {
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
	const name = "register.xlsx"
	if err := xlsx.Register(&workbook, reg); err != nil {
		w.withhold(name, "", err)
		return nil
	}
	return to.Put(name, workbook.Bytes())
}

// figures is a hash of everything in a workbook.
func figures(st *reports.Statement) (string, error) {
	sum := sha256.New()
	to, but := json.NewEncoder(sum), *st
	but.Lines = nil // encoded one by one: together they are megabytes
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

// fileName makes a file name of a partner's id. Other characters than capitals, digits, dot and dash become their
// code. Small letters do, too: a file system without case would confuse two ids.
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
		return "_long_" + files.HashBytes([]byte(id))[:32] + ".xlsx"
	}
	return "statement_" + name.String() + ".xlsx"
}
