package schedule

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ledger"
	"tranche/pipeline/schedule/outbox"
)

// finalID begins the id of a final month's message. The month and its manifest's hash follow.
const finalID = "final-"

// Finals sends finance, where it is configured, the months that became final lately. It asks the outbox, because the
// program can stop between approval and sending. What became final before finance was configured is not sent. For a
// month that was sent and then reopened, it sends that it must not be paid.
func Finals(c *config.Config, now time.Time) error {
	since, err := toldSince(c, now)
	if err != nil || since.IsZero() {
		return err
	}
	if lately := now.Add(-remembered / 3); since.Before(lately) {
		since = lately
	}
	months, all := pipeline.Finals(c, since)
	for _, month := range months {
		all = errors.Join(all, sendFinal(c, now, pipeline.MonthName(month)))
	}
	sent, err := Outbox(c).Sent(finalID)
	for _, m := range sent {
		if why := revoked(c, m); why != "" && !Outbox(c).Has("not-"+m.ID) {
			revocation := message(c, finance, "not-"+m.ID, now,
				"NOT TO BE PAID BY: "+strings.TrimPrefix(m.Subject, c.Vendor+": "),
				"Those statements are withdrawn: "+why+".\nThey will be sent again when the month is final again. "+
					"tranche log says who took it back, and why.\n"+recalled(c, strings.TrimPrefix(m.ID, finalID)))
			revocation.Keep = true
			all = errors.Join(all, notify(c, revocation, nil))
		}
	}
	return errors.Join(all, err)
}

// toldSince is the moment since which finance is told of final months; zero: it is not. It is kept in a file from the
// first time that finance is configured until it no longer is.
func toldSince(c *config.Config, now time.Time) (time.Time, error) {
	path := filepath.Join(c.Folders.State, "finance_since")
	if c.Notify.Mail == nil || len(c.Notify.Mail.Finance) == 0 {
		return time.Time{}, files.Remove(path)
	}
	text, err := os.ReadFile(path)
	if err == nil {
		if since, err := time.Parse(time.RFC3339, strings.TrimSpace(string(text))); err == nil {
			return since, nil
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		return time.Time{}, err
	}
	since := now.UTC().Truncate(time.Second) // as decisions are dated
	if err := files.Folder(c.Folders.State); err != nil {
		return time.Time{}, err
	}
	return since, files.Write(path, []byte(since.Format(time.RFC3339)+"\n"), files.Private)
}

// revoked says why a final month's message no longer holds.
func revoked(c *config.Config, m outbox.Message) string {
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
func sendFinal(c *config.Config, now time.Time, month string) error {
	manifest, err := readManifest(c, month)
	if err != nil {
		return err
	}
	m := message(c, finance, finalID+month+"-"+shortHash(manifest), now, "the statements of "+month+" are final",
		"Attached are the register, and in one archive every statement of "+month+
			" with the manifest of their hashes.\n"+totals(c, month))
	m.Keep = true
	if Outbox(c).Has(m.ID) {
		return nil
	}
	statements := filepath.Join(c.Folders.Closed, month, ledger.Statements)
	register, err := os.ReadFile(filepath.Join(statements, "register.xlsx"))
	if err != nil {
		return err
	}
	archive, err := archived(statements, manifest)
	if err != nil {
		return err
	}
	return notify(c, m, map[string][]byte{
		"register-" + month + ".xlsx":  register,
		"statements-" + month + ".zip": archive,
	})
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

// archived is a folder's files and the manifest, as a zip archive.
func archived(dir string, manifest []byte) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	if err := z.AddFS(os.DirFS(dir)); err != nil {
		return nil, err
	}
	w, err := z.Create(ledger.ManifestName)
	if err == nil {
		_, err = w.Write(manifest)
	}
	err = errors.Join(err, z.Close())
	return out.Bytes(), err
}
