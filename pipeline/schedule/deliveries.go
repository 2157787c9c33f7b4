package schedule

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ledger"
	"tranche/pipeline/ledger/anchor"
	"tranche/pipeline/schedule/letters"
	"tranche/pipeline/schedule/outbox"
)

// The kinds of deliveries.
const (
	statementKind = "statement"
	recallKind    = "recall"
	scorecardKind = "scorecard"
	packKind      = "pack"
)

// Parcel is what one receiver gets at one address.
type Parcel struct {
	outbox.Message
	Name    string // of the receiver
	Missing string // why nothing goes to it; empty: it goes

	content func() (map[string][]byte, error) // its files
}

// Deliver adds to the outbox what leaves of the months that became final lately, and withdraws what left of months that
// were reopened. It looks again only when something that it goes by has changed.
func Deliver(ctx context.Context, c *config.Config, now time.Time) error {
	since, err := keptSince(c, now, deliverSince, c.Deliver != nil)
	if err != nil || since.IsZero() {
		return err
	}
	stamp, err := stampOf(c)
	if err != nil {
		return err
	}
	seen := filepath.Join(c.Folders.Outbox(), "planned.json")
	if text, err := os.ReadFile(seen); err == nil && string(text) == stamp {
		return nil
	}
	months, all := pipeline.Finals(c, lately(since, now))
	for _, month := range months {
		_, err := DeliverMonth(ctx, c, now, month)
		all = errors.Join(all, err)
	}
	if all = errors.Join(all, recall(c, now)); all != nil {
		return all
	}
	return errors.Join(files.Folder(c.Folders.Outbox()), files.Write(seen, []byte(stamp), files.Private))
}

// deliverSince is the file of the moment since which deliveries are configured.
const deliverSince = "deliver_since"

// stampOf changes with whatever decides what leaves: the configuration, the published file and the decisions.
func stampOf(c *config.Config) (string, error) {
	stamp := c.SourceHash
	for _, path := range []string{c.Folders.Published(), c.Folders.Audit()} {
		info, err := os.Stat(path)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		if err == nil {
			stamp += fmt.Sprintf(" %d %d", info.Size(), info.ModTime().UnixNano())
		}
	}
	return stamp, nil
}

// ErrNotFinal says that nothing leaves of a month.
var ErrNotFinal = errors.New("it is not final, and only final months leave")

// DeliverMonth adds to the outbox what leaves of a final month, and gives its parcels.
func DeliverMonth(ctx context.Context, c *config.Config, now, month time.Time) ([]Parcel, error) {
	closed, isFinal, err := pipeline.FinalMonth(c, month)
	if err != nil {
		return nil, err
	}
	if !isFinal {
		return nil, fmt.Errorf("%s: %w", pipeline.MonthName(month), ErrNotFinal)
	}
	parcels, err := parcelsOf(ctx, c, now, month, closed)
	if err != nil {
		return nil, err
	}
	box := Outbox(c)
	for _, p := range parcels {
		if p.Missing != "" {
			continue
		}
		if box.Has(p.ID) {
			err = errors.Join(err, box.Readdress(p.ID, p.Delivery.Address))
			continue
		}
		content, failed := p.content()
		if failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		p.Delivery.Files = map[string]string{}
		for name, data := range content {
			p.Delivery.Files[name] = files.HashBytes(data)
		}
		err = errors.Join(err, box.Add(p.Message, content))
	}
	return parcels, err
}

// Parcels are what leaves of a month, or would if it were final today.
func Parcels(ctx context.Context, c *config.Config, now, month time.Time) ([]Parcel, error) {
	closed, _, err := pipeline.FinalMonth(c, month)
	if err != nil || c.Deliver == nil {
		return nil, err
	}
	return parcelsOf(ctx, c, now, month, closed)
}

func parcelsOf(
	ctx context.Context, c *config.Config, now, month time.Time, closed ledger.Closed,
) (parcels []Parcel, err error) {
	p := packer{config: c, now: now, month: pipeline.MonthName(month), closed: closed}
	if closed.Hash != "" {
		p.tree = anchor.NewTree(closed.StatementHashes())
		if p.anchor, err = pipeline.AnchorOf(c, closed); err != nil {
			return nil, err
		}
	}
	if c.Deliver.Statements != config.NoWay || len(c.Deliver.Partners) > 0 {
		receivers, err := pipeline.Receivers(ctx, c, month)
		if err != nil {
			return nil, err
		}
		for _, r := range receivers {
			parcels = append(parcels, p.statements(r)...)
		}
	}
	if c.Deliver.Finance != "" {
		parcels = append(parcels, p.pack())
	}
	cards, err := p.scorecards(ctx)
	return append(parcels, cards...), err
}

// packer makes the parcels of one month.
type packer struct {
	config *config.Config
	now    time.Time
	month  string
	closed ledger.Closed // the zero value: the month is not closed
	anchor *anchor.Anchor
	tree   *anchor.Tree // over its statements
}

func (p *packer) delivery(kind, receiver, way, address string) *outbox.Delivery {
	return &outbox.Delivery{Kind: kind, Month: p.month, Edition: max(1, p.closed.Version), Manifest: p.closed.Hash,
		Receiver: receiver, Way: way, Address: address, From: p.config.Deliver.From}
}

// id names a parcel. Another edition of a month is another parcel, another address is not.
func (p *packer) id(kind string, which ...string) string {
	return kind + "-" + p.month + "-" + p.closed.Hash[:min(12, len(p.closed.Hash))] + "-" +
		shortHash([]byte(strings.Join(which, "\x00")))
}

// named is the name of a file when it leaves: its month and edition are in it.
func (p *packer) named(file string) string {
	end := path.Ext(file)
	return fmt.Sprintf("%s_%s_%d%s", strings.TrimSuffix(file, end), p.month, max(1, p.closed.Version), end)
}

// statements are the parcels of a partner: one for each of its addresses.
func (p *packer) statements(r pipeline.Receiver) (parcels []Parcel) {
	c := p.config
	file, way := pipeline.StatementFile(r.Partner), c.Deliver.Way(r.Partner)
	addresses := r.Addresses()
	switch way {
	case config.NoWay:
		return nil
	case config.ByMail:
		if len(addresses) == 0 {
			return []Parcel{{Name: r.Name, Missing: "the partner file has no address of it (email)",
				Message: outbox.Message{Delivery: p.delivery(statementKind, r.Partner, way, "")}}}
		}
	default:
		addresses = []string{path.Join(p.into(way), folderOf(file))}
	}
	for i, address := range addresses {
		parcel := Parcel{Name: r.Name, content: func() (map[string][]byte, error) { return p.statement(file) }}
		subject, text, err := c.Deliver.Letters.Write(letters.Statement, r.Language, letters.Facts{
			Vendor: c.Vendor, Name: r.Name, Month: p.month, Edition: max(1, p.closed.Version), File: p.named(file),
			Locked: c.Statement.Passwords[r.Partner] != "", Anchor: p.receiptName(file),
		})
		if err != nil {
			parcel.Missing = err.Error()
		}
		parcel.Message = outbox.Message{ID: p.id(statementKind, r.Partner, fmt.Sprint(i)), Subject: subject, Text: text,
			At: p.now.UTC().Truncate(time.Second), Keep: true, Delivery: p.delivery(statementKind, r.Partner, way, address)}
		parcel.Delivery.Language, parcel.Delivery.Name = r.Language, r.Name
		parcels = append(parcels, parcel)
	}
	return parcels
}

// statement is a partner's file, proved against the manifest.
func (p *packer) statement(file string) (map[string][]byte, error) {
	data, err := p.closed.Read(ledger.Statements + "/" + file)
	files := map[string][]byte{p.named(file): data}
	if err == nil && p.anchor != nil {
		receipt := *p.anchor
		receipt.Receipt, err = p.tree.Receipt(file)
		files[p.receiptName(file)] = receipt.Text()
	}
	return files, err
}

// receiptName is the name of the file by which a partner checks its statement; empty: there is none.
func (p *packer) receiptName(file string) string {
	if p.anchor == nil {
		return ""
	}
	return strings.TrimSuffix(p.named(file), ".xlsx") + "." + anchor.Name
}

// folderOf is a receiver's folder, by the name of its workbook.
func folderOf(file string) string {
	return strings.TrimSuffix(strings.TrimPrefix(file, "statement_"), ".xlsx")
}

// into is the folder at a place.
func (p *packer) into(place string) string {
	for _, known := range p.config.Deliver.Places {
		if known.Name == place {
			return known.Into
		}
	}
	return ""
}

// pack is what finance gets at a place.
func (p *packer) pack() Parcel {
	place := p.config.Deliver.Finance
	m := outbox.Message{ID: p.id(packKind, finance), At: p.now.UTC().Truncate(time.Second), Keep: true,
		Subject:  p.config.Vendor + ": the statements of " + p.month + " are final",
		Delivery: p.delivery(packKind, finance, place, path.Join(p.into(place), finance))}
	return Parcel{Name: finance, Message: m, content: func() (map[string][]byte, error) {
		return packOf(p.closed, p.anchor, p.named)
	}}
}

// recall withdraws what left of months that were reopened.
func recall(c *config.Config, now time.Time) error {
	box := Outbox(c)
	list, err := box.Deliveries()
	reopened := map[string]bool{} // by manifest: a month has thousands of statements
	for _, s := range list {
		if kind := s.Delivery.Kind; !s.Went() || kind != statementKind && kind != packKind {
			continue
		}
		manifest := s.Delivery.Manifest
		if _, known := reopened[manifest]; !known {
			reopened[manifest] = revoked(c, s.Message) != ""
		}
		if !reopened[manifest] {
			continue
		}
		back, attach, failed := recallOf(c, now, s.Message)
		if failed == nil {
			failed = box.Add(back, attach)
		}
		err = errors.Join(err, failed)
	}
	return err
}

// recallOf is the message that withdraws another one, by the same way.
func recallOf(
	c *config.Config, now time.Time, m outbox.Message,
) (back outbox.Message, attach map[string][]byte, err error) {
	d := *m.Delivery
	d.Kind, d.Files = recallKind, nil
	back = outbox.Message{ID: "recall-" + m.ID, At: now.UTC().Truncate(time.Second), Keep: true, Delivery: &d,
		Subject: "WITHDRAWN: " + m.Subject, Text: "Those statements are withdrawn: the month was reopened.\n"}
	if m.Delivery.Kind == statementKind {
		back.Subject, back.Text, err = c.Deliver.Letters.Write(letters.Recall, d.Language,
			letters.Facts{Vendor: c.Vendor, Name: d.Name, Month: d.Month, Edition: d.Edition})
	}
	attach = map[string][]byte{}
	if d.Way != outbox.ByMail {
		for _, name := range m.Attach {
			attach[strings.TrimSuffix(name, path.Ext(name))+".WITHDRAWN.txt"] = []byte(back.Subject + "\n\n" + back.Text)
		}
	}
	return back, attach, err
}

// Deliveries lists what became of the deliveries, oldest first.
func Deliveries(c *config.Config) ([]outbox.Sending, error) { return Outbox(c).Deliveries() }

// MissingAddresses are the partners of the newest final month that would be sent a statement by mail and have no
// address.
func MissingAddresses(ctx context.Context, c *config.Config, now time.Time) (missing []Parcel, err error) {
	since, err := readSince(c, deliverSince)
	if err != nil || since.IsZero() || c.Deliver == nil {
		return nil, err
	}
	months, err := pipeline.Finals(c, lately(since, now))
	if err != nil || len(months) == 0 {
		return nil, err
	}
	parcels, err := Parcels(ctx, c, now, months[len(months)-1])
	for _, p := range parcels {
		if p.Missing != "" {
			missing = append(missing, p)
		}
	}
	return missing, err
}
