package anchor

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranche/fixtures/machine"
)

func newAnchor() *Anchor {
	return &Anchor{Vendor: "Larkspur\nSystems", Month: "2024-08", Edition: 2,
		At:       time.Date(2024, 9, 3, 10, 0, 0, 0, time.UTC),
		Manifest: strings.Repeat("ab", 32), Log: strings.Repeat("cd", 32), Line: 17, Root: NewTree(someFiles(5)).Root()}
}

func someFiles(n int) map[string]string {
	files := map[string]string{}
	for i := range n {
		files[fmt.Sprintf("statement_P%d.xlsx", i)] = fmt.Sprintf("%064x", i+1)
	}
	return files
}

func newSigner(t *testing.T) Signer {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return Signer{Public: public, Private: private}
}

func TestAnyChangeOfASignedAnchorShows(t *testing.T) {
	a := newAnchor()
	if err := newSigner(t).Sign(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	text := string(a.Text())
	again, err := Parse([]byte("Dear finance,\r\n" + strings.ReplaceAll(text, "\n", "\r\n") + "bye"))
	if err != nil || string(again.Text()) != text || again.Check() != nil {
		t.Fatalf("%v: %s", err, text)
	}
	for i := range text {
		changed := []byte(text)
		if changed[i] ^= 1; changed[i] == '\n' || text[i] == '\n' {
			continue
		}
		if b, err := Parse(changed); err == nil && b.Check() == nil && string(b.Text()) != text {
			t.Errorf("a change of byte %d passes: %s", i, changed)
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		if b, err := Parse([]byte(strings.Replace(text, line+"\n", "", 1))); err == nil && line != "" && b.Check() == nil {
			t.Errorf("without the line %q it passes", line)
		}
	}
	// Signed anew by somebody else, it names another key.
	forged := *a
	forged.Manifest = strings.Repeat("00", 32)
	if err := newSigner(t).Sign(t.Context(), &forged); err != nil || Fingerprint(forged.Key) == Fingerprint(a.Key) {
		t.Error("two keys have one name")
	}
}

func TestEachFileHasAReceiptAndNoOtherPassesByIt(t *testing.T) {
	for n := 1; n < 20; n++ {
		files := someFiles(n)
		a := newAnchor()
		a.Root = NewTree(files).Root()
		for name, hash := range files {
			var err error
			if a.Receipt, err = NewTree(files).Receipt(name); err != nil {
				t.Fatal(err)
			}
			b, err := Parse(a.Text())
			if err != nil || !b.Holds(hash) {
				t.Fatalf("%d files: %s does not pass (%v)", n, name, err)
			}
			for other, wrong := range files {
				if other != name && b.Holds(wrong) {
					t.Errorf("%d files: %s passes as %s", n, other, name)
				}
				if other != name && strings.Contains(string(a.Text()), wrong) {
					t.Errorf("the receipt of %s holds the hash of %s", name, other)
				}
			}
		}
	}
	if _, err := NewTree(someFiles(3)).Receipt("other.xlsx"); err == nil {
		t.Error("a file that is none of them has a receipt")
	}
}

func TestAnAnchorIsFoundInTheMailThatItCameIn(t *testing.T) {
	a := newAnchor()
	mail := "From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/mixed; boundary=edge\r\n\r\n" +
		"--edge\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nThe files=3D are\r\n" +
		"--edge\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	var encoded bytes.Buffer
	for text := string(a.Text()); text != ""; {
		n := min(57, len(text))
		encoded.WriteString(base64.StdEncoding.EncodeToString([]byte(text[:n])) + "\r\n")
		text = text[n:]
	}
	found, err := Find([]byte(mail + encoded.String() + "--edge--\r\n"))
	if err != nil || found.Log != a.Log {
		t.Errorf("%v %+v", err, found)
	}
	if _, err := Find([]byte(mail + "\r\n--edge--\r\n")); err == nil {
		t.Error("a mail without an anchor has one")
	}
}

func openssl(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), machine.Program(t, "openssl"), args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("openssl %v: %v %s", args, err, out)
	}
}

// TestAHelperSignsWithAKeyThatWeNeverSee lets OpenSSL sign, and refuses what is not signed by the public key.
func TestAHelperSignsWithAKeyThatWeNeverSee(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, "genpkey", "-algorithm", "ed25519", "-out", "key.pem")
	openssl(t, dir, "pkey", "-in", "key.pem", "-pubout", "-out", "public.pem")
	data, err := os.ReadFile(filepath.Join(dir, "public.pem"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(data)
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	helper := filepath.Join(dir, "helper")
	script := "#!/bin/sh\nset -e\ncat >" + dir + "/text\nopenssl pkeyutl -sign -inkey " + dir +
		"/key.pem -rawin -in " + dir + "/text $1\n"
	if err := os.WriteFile(helper, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	s := Signer{Command: []string{helper}, Public: key.(ed25519.PublicKey)}
	a := newAnchor()
	if err := s.Sign(t.Context(), a); err != nil || a.Check() != nil {
		t.Errorf("%v %v", err, a.Check())
	}
	wrong := s
	wrong.Public = newSigner(t).Public
	err = wrong.Sign(t.Context(), newAnchor())
	if err == nil || !strings.Contains(err.Error(), "not that of signing.public_key") {
		t.Errorf("another key passes: %v", err)
	}
	s.Command = []string{"false"}
	if err := s.Sign(t.Context(), newAnchor()); err == nil {
		t.Error("a helper that fails passes")
	}
	s.Command = []string{"true"}
	err = s.Sign(t.Context(), newAnchor())
	if err == nil || !strings.Contains(err.Error(), "writes no ed25519 signature") {
		t.Errorf("a helper that says nothing: %v", err)
	}
}

// stampService is OpenSSL's time stamping behind a server on loopback.
func stampService(t *testing.T, changed func([]byte) []byte) *Service {
	t.Helper()
	dir := t.TempDir()
	config := "[tsa]\nserial = " + dir + "/serial\nsigner_cert = " + dir + "/tsa.pem\nsigner_key = " + dir + "/tsa.key\n" +
		"signer_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256\naccuracy = secs:1\nordering = yes\n" +
		"ess_cert_id_chain = no\n[ext]\nextendedKeyUsage = critical,timeStamping\nbasicConstraints = CA:FALSE\n" +
		"[req]\ndistinguished_name = dn\n[dn]\n"
	for name, text := range map[string]string{"serial": "01\n", "conf": config} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	openssl(t, dir, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key",
		"-out", "ca.pem", "-subj", "/CN=authority", "-days", "3650")
	openssl(t, dir, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "tsa.key", "-out",
		"tsa.csr", "-subj", "/CN=tsa", "-config", "conf")
	openssl(t, dir, "x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
		"-out", "tsa.pem", "-days", "3650", "-extfile", "conf", "-extensions", "ext")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		question, _ := io.ReadAll(r.Body)
		_ = os.WriteFile(filepath.Join(dir, "question"), question, 0o600)
		openssl(t, dir, "ts", "-reply", "-config", "conf", "-section", "tsa", "-queryfile", "question", "-out", "answer")
		answer, _ := os.ReadFile(filepath.Join(dir, "answer"))
		if changed != nil {
			answer = changed(answer)
		}
		_, _ = w.Write(answer)
	}))
	t.Cleanup(server.Close)
	authority, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	s := &Service{URL: server.URL, CA: x509.NewCertPool()}
	s.CA.AppendCertsFromPEM(authority)
	return s
}

func TestATimeStampOfOpenSSLIsProved(t *testing.T) {
	s := stampService(t, nil)
	a := newAnchor()
	if err := newSigner(t).Sign(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if err := s.Stamp(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	b, err := Parse(a.Text())
	if err != nil {
		t.Fatal(err)
	}
	at, err := b.Stamped(s.CA)
	if err != nil || at.IsZero() {
		t.Errorf("%v %v", at, err)
	}
	if _, err := b.Stamped(x509.NewCertPool()); err == nil {
		t.Error("it passes without its authority")
	}
	b.Manifest = strings.Repeat("00", 32)
	if err := newSigner(t).Sign(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Stamped(s.CA); err == nil || !strings.Contains(err.Error(), "of another anchor") {
		t.Errorf("the stamp of another anchor: %v", err)
	}
	// The answer to an earlier question, played again, is refused, and so is one that was changed.
	var earlier []byte
	replaying := stampService(t, func(answer []byte) []byte {
		if earlier == nil {
			earlier = answer
		}
		return earlier
	})
	if err := replaying.Stamp(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if err := replaying.Stamp(t.Context(), a); err == nil || !strings.Contains(err.Error(), "another question") {
		t.Errorf("played again: %v", err)
	}
	changing := stampService(t, func(answer []byte) []byte {
		answer[len(answer)-1] ^= 1
		return answer
	})
	c := newAnchor()
	if err := changing.Stamp(t.Context(), c); err == nil || c.Token != nil {
		t.Errorf("changed: %v", err)
	}
}
