package schedule

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ledger"
	"tranche/pipeline/ledger/anchor"
	"tranche/pipeline/ledger/audit"
)

func keyFile(t *testing.T) (ed25519.PrivateKey, string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return private, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// copied is a copy of an installation's folder, as an attacker has it.
type copied struct {
	t      *testing.T
	dir    string
	config *config.Config
}

func (w *outward) copied() copied {
	w.t.Helper()
	dir := w.t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(w.dir)); err != nil {
		w.t.Fatal(err)
	}
	for _, name := range []string{"key.pem", "config.yaml"} { // a copy opens what it makes to others
		if err := os.Chmod(filepath.Join(dir, name), 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	c, err := config.Read(filepath.Join(dir, "config.yaml"))
	if err != nil {
		w.t.Fatal(err)
	}
	return copied{w.t, dir, c}
}

func (c copied) path(name string) string { return filepath.Join(c.dir, name) }

func (c copied) read(name string) []byte {
	c.t.Helper()
	data, err := os.ReadFile(c.path(name))
	if err != nil {
		c.t.Fatal(err)
	}
	return data
}

func (c copied) write(name string, data []byte) {
	c.t.Helper()
	if err := os.WriteFile(c.path(name), data, 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// forge replaces a final workbook and works every hash anew: those of the manifest, of the log and of its head.
func (c copied) forge(key ed25519.PublicKey) {
	c.t.Helper()
	c.write("closed/2024-01/statements/statement_PQ1.xlsx", []byte("forged"))
	c.write("statements/2024-01/statement_PQ1.xlsx", []byte("forged"))
	for _, name := range []string{"closed/2024-01/manifest.json", "statements/2024-01/manifest.json"} {
		var m map[string]any
		if err := json.Unmarshal(c.read(name), &m); err != nil {
			c.t.Fatal(err)
		}
		of := strings.Replace("statements/statement_PQ1.xlsx", map[bool]string{true: "statements/"}[name[0] == 's'], "", 1)
		m["files"].(map[string]any)[of] = files.HashBytes([]byte("forged"))
		if name[0] == 'c' {
			m["key"] = ""
			if key != nil {
				m["key"] = anchor.Fingerprint(key)
			}
		}
		data, _ := json.Marshal(m)
		c.write(name, data)
	}
	list, err := audit.Read(c.path("audit.jsonl"))
	if err != nil {
		c.t.Fatal(err)
	}
	for i := range list {
		if list[i].Act == audit.Close {
			list[i].Manifest = files.HashBytes(c.read("closed/2024-01/manifest.json"))
		}
	}
	c.rewrite(list)
}

func (c copied) rewrite(list []audit.Decision) {
	c.t.Helper()
	for _, name := range []string{"audit.jsonl", "audit.jsonl.head"} {
		if err := os.Remove(c.path(name)); err != nil {
			c.t.Fatal(err)
		}
	}
	if err := audit.Append(c.path("audit.jsonl"), list...); err != nil {
		c.t.Fatal(err)
	}
}

func (c copied) verify(a *anchor.Anchor) error {
	_, err := pipeline.Verify(pipeline.Place{Closed: c.config.Folders.Closed, Log: c.config.Folders.Audit(),
		Statements: c.config.Folders.Statements}, a)
	return err
}

// refused wants that neither the anchor nor a run takes the folder for what was stated.
func (c copied) refused(what string, a *anchor.Anchor, says string, now time.Time, runs string) {
	c.t.Helper()
	if err := c.verify(a); err == nil || !strings.Contains(err.Error(), says) {
		c.t.Errorf("%s: the anchor says %v", what, err)
	}
	_, err := pipeline.Run(c.t.Context(), pipeline.Options{Config: c.config, Now: now, Program: "test"})
	if runs != "" && (err == nil || !strings.Contains(err.Error(), runs)) {
		c.t.Errorf("%s: a run says %v", what, err)
	}
	signed, _ := filepath.Glob(c.path("*/*/*.sig"))
	if len(signed) > 0 {
		c.t.Errorf("%s: a run signs %v", what, signed)
	}
}

// TestAForgedFolderShowsByTheMailAlone closes a month and keeps the mail to finance. Whatever an attacker does to the
// folder then, the mail shows it; and a run signs nothing.
func TestAForgedFolderShowsByTheMailAlone(t *testing.T) {
	long(t)
	w := newOutward(t, "deliver: {statements: mail}\nsigning: {key_file: key.pem}\n", "key.pem")
	before := w.copied()
	w.close()
	a := w.anchorIn("pay@v.example")
	if a.Key == nil || a.Receipt != nil {
		t.Fatalf("the mail to finance holds %+v", a)
	}
	if err := w.copied().verify(a); err != nil {
		t.Fatal(err)
	}
	now := w.now.AddDate(0, 0, 1)

	forged := w.copied()
	forged.forge(a.Key)
	forged.refused("forged", a, "is not what it was when 2024-01 was closed", now, "not as they were stated")

	unsigned := w.copied()
	unsigned.forge(nil)
	if err := os.Remove(unsigned.path("closed/2024-01/anchor.txt")); err != nil {
		t.Fatal(err)
	}
	unsigned.refused("forged, without an anchor", a, "is not what it was when 2024-01 was closed", now, "")

	resigned := w.copied()
	theirs, _ := keyFile(t)
	s := anchor.Signer{Private: theirs, Public: theirs.Public().(ed25519.PublicKey)}
	resigned.forge(s.Public)
	list, hashes, err := audit.ReadHashed(resigned.path("audit.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	closed, err := ledger.Closing(resigned.path("closed"), list, len(list))
	if err != nil {
		t.Fatal(err)
	}
	b := *a
	b.Manifest, b.Log, b.Root = closed.Hash, hashes[len(hashes)-1], anchor.NewTree(closed.StatementHashes()).Root()
	if err := s.Sign(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	resigned.write("closed/2024-01/anchor.txt", b.Text())
	resigned.refused("signed anew", a, "is not what it was when 2024-01 was closed", now, "is none of signing.public_key")
	if resigned.config.Signing.Knows(b.Key) || !resigned.config.Signing.Knows(a.Key) {
		t.Error("the forger's key is taken for ours")
	}

	truncated := w.copied()
	truncated.rewrite(list[:len(list)-1])
	if err := os.RemoveAll(truncated.path("closed/2024-01")); err != nil {
		t.Fatal(err)
	}
	truncated.refused("truncated", a, "it was cut off, or is an older one", now, "")
	before.refused("rolled back", a, "it was cut off, or is an older one", now, "")

	published := w.copied()
	published.write("statements/2024-01/statement_PQ1.xlsx", []byte("forged"))
	published.refused("only what is published", a, "is not what was stated", now, "")

	head := w.copied()
	head.write("audit.jsonl", bytes.TrimSuffix(head.read("audit.jsonl"), lastLine(head.read("audit.jsonl"))))
	head.refused("the log alone", a, "no longer holds the decision that was its last", now, "no longer holds the decision")
}

func lastLine(data []byte) []byte {
	return data[bytes.LastIndexByte(data[:len(data)-1], '\n')+1:]
}

// anchorIn is the anchor in the last mail to somebody.
func (w *outward) anchorIn(to string) *anchor.Anchor {
	w.t.Helper()
	w.office.Lock()
	defer w.office.Unlock()
	var found *anchor.Anchor
	for _, l := range w.office.letters {
		if l.to == to {
			var err error
			if found, err = anchor.Find([]byte(l.text)); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	if found == nil {
		w.t.Fatalf("%s got no letter", to)
	}
	return found
}

func TestAPartnerChecksItsOwnStatementByItsMailAlone(t *testing.T) {
	long(t)
	w := newOutward(t, "deliver: {statements: mail}\nsigning: {key_file: key.pem}\n", "key.pem")
	w.close()
	a := w.anchorIn("alpha@a.example")
	if a.Receipt == nil || a.Receipt.File != "statement_PQ1.xlsx" || !a.Key.Equal(w.config.Signing.Public) {
		t.Fatalf("%+v", a)
	}
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(w.dir, "closed", "2024-01", name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	own, other := read("statements/statement_PQ1.xlsx"), read("statements/statement_PQ2.xlsx")
	manifest := read("manifest.json")
	if err := pipeline.VerifyFile(a, nil, "renamed.xlsx", own); err != nil {
		t.Error(err)
	}
	if err := pipeline.VerifyFile(a, nil, "statement_PQ1.xlsx", other); err == nil {
		t.Error("the statement of another passes")
	}
	if err := pipeline.VerifyFile(a, nil, "statement_PQ1.xlsx", append(own, 0)); err == nil {
		t.Error("a changed one passes")
	}
	if err := pipeline.VerifyFile(w.anchorIn("pay@v.example"), manifest, "statement_PQ2.xlsx", other); err != nil {
		t.Error(err)
	}
	if err := pipeline.VerifyFile(a, append(manifest, ' '), "statement_PQ2.xlsx", other); err == nil {
		t.Error("by another manifest it passes")
	}
	// Without its key a month is not closed.
	w.write("key.pem", "")
	if _, err := w.server.Read(); err == nil {
		t.Error("a key that is none passes")
	}
	c := *w.config
	c.Signing.Private, c.Signing.Command = nil, []string{"false"}
	closing := pipeline.Closing{Month: january.AddDate(0, 1, 0), By: "anna", Accepted: "known"}
	if _, err := pipeline.Close(t.Context(), w.options(&c, 40), closing); err == nil ||
		!strings.Contains(err.Error(), "signing.command") {
		t.Errorf("it is closed without a signature: %v", err)
	}
	if months, err := pipeline.Finals(&c, time.Time{}); err != nil || len(months) != 1 {
		t.Errorf("closed are %v (%v)", months, err)
	}
}
