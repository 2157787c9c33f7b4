package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranche/pipeline/files"
	"tranche/pipeline/ledger/anchor"
)

// TestAStatementIsCheckedOfflineByWhatCameWithIt needs no folder, no configuration and no network.
func TestAStatementIsCheckedOfflineByWhatCameWithIt(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write := func(name string, data []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keys := map[string]ed25519.PrivateKey{}
	for _, name := range []string{"ours.pem", "theirs.pem"} {
		public, private, err := ed25519.GenerateKey(nil)
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.MarshalPKIXPublicKey(public)
		if err != nil {
			t.Fatal(err)
		}
		keys[name] = private
		write(name, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	}
	write("mine.xlsx", []byte("mine"))
	write("other.xlsx", []byte("other"))
	tree := anchor.NewTree(map[string]string{"statement_P1.xlsx": files.HashBytes([]byte("mine")),
		"statement_P2.xlsx": files.HashBytes([]byte("other"))})
	a := &anchor.Anchor{Vendor: "V", Month: "2024-08", Edition: 1, At: time.Unix(0, 0), Manifest: strings.Repeat("0", 64),
		Log: strings.Repeat("0", 64), Line: 1, Root: tree.Root()}
	ours := anchor.Signer{Private: keys["ours.pem"], Public: keys["ours.pem"].Public().(ed25519.PublicKey)}
	if err := ours.Sign(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	var err error
	if a.Receipt, err = tree.Receipt("statement_P1.xlsx"); err != nil {
		t.Fatal(err)
	}
	write("a.txt", a.Text())
	write("changed.txt", bytes.Replace(a.Text(), []byte("edition: 1"), []byte("edition: 2"), 1))
	for _, x := range []struct {
		args string
		code int
		says string
	}{
		{"--anchor a.txt --key ours.pem mine.xlsx", exitDone, "mine.xlsx is as it was stated"},
		{"--anchor a.txt mine.xlsx", exitDone, "compare that with what the vendor has told you"},
		{"--anchor a.txt --key ours.pem other.xlsx", exitFailed, "it is not statement_P1.xlsx as it was stated"},
		{"--anchor a.txt --key theirs.pem mine.xlsx", exitFailed, "which is not that of theirs.pem"},
		{"--anchor changed.txt --key ours.pem mine.xlsx", exitFailed, "the anchor was changed"},
		{"--anchor mine.xlsx mine.xlsx", exitFailed, "it holds no anchor of tranche"},
		{"mine.xlsx", exitUsage, "--anchor FILE"},
	} {
		var out, told bytes.Buffer
		code := run(t.Context(), append([]string{"verify"}, strings.Fields(x.args)...), nil, &out, &told)
		if said := out.String() + told.String(); code != x.code || !strings.Contains(said, x.says) {
			t.Errorf("%s ends with %d: %s", x.args, code, said)
		}
	}
}
