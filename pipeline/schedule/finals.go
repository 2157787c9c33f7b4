package schedule

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ledger"
	"tranche/pipeline/ledger/anchor"
	"tranche/pipeline/schedule/outbox"
)

// finalID begins the id of a final month's message. The month and its manifest's hash follow.
const finalID = "final-"

// Finals sends finance, where it is configured, the months that became final lately. It asks the outbox, because the
// program can stop between approval and sending. What became final before finance was configured is not sent. For a
// month that was sent and then reopened, it sends that it must not be paid.
func Finals(ctx context.Context, c *config.Config, now time.Time) error {
	since, err := keptSince(c, now, "finance_since", c.Notify.Mail != nil && len(c.Notify.Mail.Finance) > 0)
	if err != nil || since.IsZero() {
		return err
	}
	months, all := pipeline.Finals(c, lately(since, now))
	for _, month := range months {
		all = errors.Join(all, sendFinal(ctx, c, now, month))
	}
	sent, err := Outbox(c).Sent(finalID)
	var unstamped []outbox.Message
	for _, m := range sent {
		if why := revoked(c, m); why != "" && !Outbox(c).Has("not-"+m.ID) {
			revocation := message(c, finance, "not-"+m.ID, now,
				"NOT TO BE PAID BY: "+strings.TrimPrefix(m.Subject, c.Vendor+": "),
				"Those statements are withdrawn: "+why+".\nThey will be sent again when the month is final again. "+
					"tranche log says who took it back, and why.\n"+recalled(c, strings.TrimPrefix(m.ID, finalID)))
			revocation.Keep = true
			all = errors.Join(all, notify(c, revocation, nil))
		} else if strings.Contains(m.Text, noStamp) && !Outbox(c).Has("stamped-"+m.ID) {
			unstamped = append(unstamped, m)
		}
	}
	if len(unstamped) > 0 {
		mayAsk, failed := seldom(filepath.Join(c.Folders.State, "asked_for_a_stamp"), now)
		for _, m := range unstamped {
			if mayAsk && failed == nil {
				all = errors.Join(all, sendStamped(ctx, c, now, m))
			}
		}
		all = errors.Join(all, failed)
	}
	return errors.Join(all, err)
}

// lately is the moment since which months are looked at: what became final long before is in the outbox.
func lately(since, now time.Time) time.Time {
	if lately := now.Add(-remembered / 3); since.Before(lately) {
		return lately
	}
	return since
}

// keptSince is the moment since which something is configured; zero: it is not. It is kept in a file from the first
// time that it is configured until it no longer is.
func keptSince(c *config.Config, now time.Time, name string, isOn bool) (time.Time, error) {
	path := filepath.Join(c.Folders.State, name)
	if !isOn {
		return time.Time{}, files.Remove(path)
	}
	if since, err := readSince(c, name); err != nil || !since.IsZero() {
		return since, err
	}
	since := now.UTC().Truncate(time.Second) // as decisions are dated
	if err := files.Folder(c.Folders.State); err != nil {
		return time.Time{}, err
	}
	return since, files.Write(path, []byte(since.Format(time.RFC3339)+"\n"), files.Private)
}

// readSince reads such a file; zero: there is none.
func readSince(c *config.Config, name string) (since time.Time, err error) {
	path := filepath.Join(c.Folders.State, name)
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return since, nil
	}
	if err == nil {
		since, err = time.Parse(time.RFC3339, strings.TrimSpace(string(text)))
	}
	if err != nil {
		err = fmt.Errorf("%s: %w; write the moment since which it is configured, as 2024-08-31T00:00:00Z", path, err)
	}
	return since, err
}

// revoked says why a final month's message no longer holds.
func revoked(c *config.Config, m outbox.Message) string {
	if d := m.Delivery; d != nil {
		if d.Kind != statementKind && d.Kind != packKind {
			return ""
		}
		manifest, err := readManifest(c, d.Month)
		if err == nil && files.HashBytes(manifest) != d.Manifest || errors.Is(err, os.ErrNotExist) {
			return "the month was reopened"
		}
		return ""
	}
	name, ok := strings.CutPrefix(m.ID, finalID)
	if !ok || len(name) < len("2006-01") {
		return ""
	}
	name = name[:len("2006-01")]
	manifest, err := readManifest(c, name)
	if err == nil && finalID+name+"-"+shortHash(manifest) != m.ID || errors.Is(err, os.ErrNotExist) {
		return "the month was reopened"
	}
	return "" // an unreadable manifest revokes nothing
}

func readManifest(c *config.Config, month string) ([]byte, error) {
	return os.ReadFile(filepath.Join(c.Folders.Closed, month, ledger.ManifestName))
}

// sendFinal sends finance the register and all statements of a final month.
func sendFinal(ctx context.Context, c *config.Config, now, first time.Time) error {
	closed, isFinal, err := pipeline.FinalMonth(c, first)
	if err != nil || !isFinal {
		return err
	}
	month := pipeline.MonthName(closed.First)
	id := finalID + month + "-" + closed.Hash[:12]
	if Outbox(c).Has(id) {
		return nil
	}
	a, unstamped, err := pipeline.Anchored(ctx, c, closed)
	if err != nil {
		return err
	}
	attached := "Attached are the register"
	if closed.Files[ledger.Statements+"/"+journalFile] != "" {
		attached += ", the journal"
	}
	m := message(c, finance, id, now, "the statements of "+month+" are final",
		attached+", and in one archive every statement of "+month+" with the manifest of their hashes.\n"+totals(c, month))
	m.Keep = true
	if a != nil {
		m.Text += anchorText
		if unstamped != nil {
			m.Text += noStamp + unstamped.Error() + "\n"
		}
		m.Text += "\n" + string(a.Text())
	}
	attach, err := packOf(closed, a, func(file string) string {
		end := filepath.Ext(file)
		return strings.TrimSuffix(file, end) + "-" + month + end
	})
	if err != nil {
		return err
	}
	return notify(c, m, attach)
}

// noStamp says that a mail left without a time stamp, because the service was down.
const noStamp = "There is no time stamp yet; it follows. "

// sendStamped sends the anchor once more when it has got its time stamp.
func sendStamped(ctx context.Context, c *config.Config, now time.Time, m outbox.Message) error {
	month, err := time.Parse("2006-01", strings.TrimPrefix(m.ID, finalID)[:len("2006-01")])
	if err != nil {
		return err
	}
	closed, isFinal, err := pipeline.FinalMonth(c, month)
	if err != nil || !isFinal {
		return err
	}
	a, _, err := pipeline.Anchored(ctx, c, closed)
	if err != nil || a == nil || a.Token == nil {
		return err
	}
	stamped := message(c, finance, "stamped-"+m.ID, now, "the time stamp of "+closed.Month,
		anchorText+"\n"+string(a.Text()))
	stamped.Keep = true
	return notify(c, stamped, map[string][]byte{"anchor-" + closed.Month + ".txt": a.Text()})
}

// anchorText says what an anchor is for.
const anchorText = "\nKeep this mail at a place that nobody can write who can write the folder of Tranche: by the\n" +
	"anchor below, and in anchor-*.txt, tranche verify --anchor MAIL says whether the folder\n" +
	"still holds what was stated.\n"

// seldom says whether a quarter of an hour has passed since it last said so. A service that is down is not asked at
// every look.
func seldom(path string, now time.Time) (bool, error) {
	info, err := os.Stat(path)
	if err == nil && now.Sub(info.ModTime()).Abs() < 15*time.Minute {
		return false, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return false, err
	}
	return true, errors.Join(files.Write(path, nil, files.Private), os.Chtimes(path, now, now))
}

// mostNamed is how many partners a message names; the register has all.
const mostNamed = 200

// totals says which edition the statements are, what is paid in all, and by how much that differs from the edition
// before, partner by partner. A message without them is better than none.
func totals(c *config.Config, month string) string {
	pay, err := payOf(c, month)
	if err != nil {
		return "\nWhat is paid in all cannot be said here: " + err.Error() + "\n"
	}
	text := fmt.Sprintf("\nVersion %d. Payable in all: %s %s.\n", pay.Version, pay.Total, pay.Currency)
	if pay.Replaces == 0 {
		return text
	}
	text += fmt.Sprintf("It replaces version %d, which paid %s; the difference is %s.\n", pay.Replaces, pay.Before,
		pay.Moved)
	return text + named(pay, func(p pipeline.PaidPartner) string {
		if p.Payable == p.Before {
			return ""
		}
		return fmt.Sprintf("%s %s: %s, before %s", p.Partner, p.Name, p.Payable, p.Before)
	})
}

// recalled names the partners whose statements must not be paid by, with their amounts.
func recalled(c *config.Config, name string) string {
	pay, err := payOf(c, name[:len("2006-01")])
	if err != nil {
		return "\nWhom it paid cannot be said here: " + err.Error() + "\n"
	}
	return fmt.Sprintf("\nVersion %d paid %s %s in all, to:\n", pay.Version, pay.Total, pay.Currency) +
		named(pay, func(p pipeline.PaidPartner) string {
			if p.Payable == "0.00" {
				return ""
			}
			return fmt.Sprintf("%s %s: %s", p.Partner, p.Name, p.Payable)
		})
}

func payOf(c *config.Config, month string) (*pipeline.StatedPay, error) {
	first, err := time.Parse("2006-01", month)
	if err != nil {
		return nil, err
	}
	return pipeline.PayOf(context.Background(), c, first)
}

// named lists partners, a line for each that there is something to say of.
func named(pay *pipeline.StatedPay, line func(pipeline.PaidPartner) string) string {
	var text strings.Builder
	n := 0
	for _, p := range pay.Partners {
		said := line(p)
		if said == "" {
			continue
		}
		if n++; n <= mostNamed {
			text.WriteString("  " + said + "\n")
		}
	}
	if n > mostNamed {
		fmt.Fprintf(&text, "  and %d others, whom the register has\n", n-mostNamed)
	}
	return text.String()
}

const journalFile = "journal.csv"

// packOf is what finance gets of a final month: the register, the journal, the anchor, and an archive of every
// statement with the manifest. Each file is proved against the manifest.
func packOf(closed ledger.Closed, a *anchor.Anchor, named func(string) string) (map[string][]byte, error) {
	pack := map[string][]byte{}
	if a != nil {
		pack[named(anchor.Name)] = a.Text()
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	add := func(name string, data []byte) error {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(closed.Files)) {
		file, isStatement := strings.CutPrefix(name, ledger.Statements+"/")
		if !isStatement {
			continue
		}
		data, err := closed.Read(name)
		if err == nil {
			err = add(file, data)
		}
		if err != nil {
			return nil, err
		}
		if file == "register.xlsx" || file == journalFile {
			pack[named(file)] = data
		}
	}
	manifest, err := os.ReadFile(filepath.Join(closed.Folder, ledger.ManifestName))
	if err == nil {
		err = errors.Join(add(ledger.ManifestName, manifest), z.Close())
	}
	pack[named("statements.zip")] = out.Bytes()
	return pack, err
}
