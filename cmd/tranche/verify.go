package main

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/ledger/anchor"
)

// verification is what verify is asked.
type verification struct {
	anchor, key, authority, folder string
}

func (a *app) verifyCommand() *cobra.Command {
	var v verification
	c := &cobra.Command{
		Use:   "verify --anchor FILE [PATH...]",
		Short: "Say whether a folder, or a statement, is still what was stated",
		Long: `Say whether a folder still holds what was stated when a month was closed. FILE is the mail
that finance got then, as a file, or the anchor that came with it. The audit log, the closed
month and the published statements are held against it.
With a PATH, only that file is held against it, and no folder is needed: a partner gives its
statement and the anchor or mail that came with it; an auditor gives manifest.json and any
files of its month.
The anchor names the key that signed it. Give the key you know with --key, or compare the
fingerprint: without that, anybody could have signed it. Whatever differs is named, and the
command ends with 1.`,
		Example: `  tranche verify --anchor closing-2024-08.eml
  tranche verify --anchor statement_P1001_2024-08_1.anchor.txt statement_P1001_2024-08_1.xlsx`,
		RunE: func(_ *cobra.Command, paths []string) error {
			if v.anchor == "" {
				return usagef("give the anchor, or the mail it came in: --anchor FILE")
			}
			data, err := os.ReadFile(v.anchor)
			if err != nil {
				return usageError{err}
			}
			found, err := anchor.Find(data)
			if err != nil {
				return fmt.Errorf("%s: %w", v.anchor, err)
			}
			if err := a.printSigned(v, found); err != nil {
				return err
			}
			if len(paths) > 0 {
				return a.verifyFiles(found, paths)
			}
			return a.verifyFolder(v, found)
		},
	}
	c.Flags().StringVar(&v.anchor, "anchor", "", "the anchor, or the mail it came in")
	c.Flags().StringVar(&v.key, "key", "", "the vendor's public key, in PEM")
	c.Flags().StringVar(&v.authority, "tsa-ca", "", "who signs the certificates of the time stamp service, in PEM "+
		"(default: whom this machine knows)")
	c.Flags().StringVar(&v.folder, "folder", "",
		"the folder with closed and audit.jsonl (default: those of the configuration)")
	return c
}

// printSigned says who signed an anchor, and when.
func (a *app) printSigned(v verification, found *anchor.Anchor) error {
	if err := found.Check(); err != nil {
		return err
	}
	a.say("%s: %s, edition %d, closed %s", found.Vendor, found.Month, found.Edition,
		found.At.Format("2006-01-02 15:04 UTC"))
	switch {
	case found.Key == nil && v.key != "":
		return errors.New("the anchor is not signed")
	case found.Key == nil:
		a.say("It is not signed: it is worth as much as the place where it was kept.")
		return nil
	case v.key != "":
		key, err := config.ReadPublicKey(v.key)
		if err != nil {
			return usagef("%s: %w", v.key, err)
		}
		if !key.Equal(found.Key) {
			return fmt.Errorf("it is signed by the key %s, which is not that of %s (%s)", anchor.Fingerprint(found.Key), v.key,
				anchor.Fingerprint(key))
		}
		a.say("It is signed by the key of %s.", v.key)
	default:
		a.say("It is signed by the key %s: compare that with what the vendor has told you.", anchor.Fingerprint(found.Key))
	}
	var ca *x509.CertPool
	if v.authority != "" {
		data, err := os.ReadFile(v.authority)
		ca = x509.NewCertPool()
		if err != nil || !ca.AppendCertsFromPEM(data) {
			return usagef("%s holds no certificate in PEM", v.authority)
		}
	}
	at, err := found.Stamped(ca)
	if err == nil && !at.IsZero() {
		a.say("Its time stamp says %s.", at.Format(time.RFC3339))
	}
	return err
}

// verifyFiles holds files against an anchor.
func (a *app) verifyFiles(found *anchor.Anchor, paths []string) (all error) {
	var manifest []byte
	for _, path := range paths {
		if filepath.Base(path) == "manifest.json" {
			var err error
			if manifest, err = os.ReadFile(path); err != nil {
				return err
			}
		}
	}
	for _, path := range paths {
		name := filepath.Base(path)
		data, err := os.ReadFile(path)
		if err == nil {
			err = pipeline.VerifyFile(found, manifest, name, data)
		}
		if err != nil {
			all = errors.Join(all, fmt.Errorf("%s: %w", path, err))
			continue
		}
		a.say("%s is as it was stated.", path)
	}
	return all
}

// verifyFolder holds a folder against an anchor.
func (a *app) verifyFolder(v verification, found *anchor.Anchor) error {
	place := pipeline.Place{Closed: filepath.Join(v.folder, "closed"), Log: filepath.Join(v.folder, "audit.jsonl"),
		Statements: filepath.Join(v.folder, "statements")}
	if v.folder == "" {
		c, err := a.config()
		if err != nil {
			return err
		}
		place = pipeline.Place{Closed: c.Folders.Closed, Log: c.Folders.Audit(), Statements: c.Folders.Statements}
	}
	f, err := pipeline.Verify(place, found)
	if err != nil {
		return fmt.Errorf("the folder is NOT what was stated: %w", err)
	}
	a.say("The folder holds it: %s as they were stated, line %d of the audit log closed the month, and %s since.",
		counted(int64(f.Files), "file"), found.Line, cmp.Or(map[int]string{0: "nothing was decided"}[f.After],
			counted(int64(f.After), "decision")+" followed"))
	if f.Reopened != "" {
		a.say("This edition stands no more: %s", f.Reopened)
		return errWaiting
	}
	return nil
}
