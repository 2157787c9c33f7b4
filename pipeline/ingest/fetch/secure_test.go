package fetch

import (
	"crypto/ed25519"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// certificate makes one for this machine, and who has signed it; it gives the paths of both.
func certificate(t *testing.T) (pool *x509.CertPool, certificate, key string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(nil, form, form, public, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certificate, key = filepath.Join(dir, "certificate"), filepath.Join(dir, "key")
	for path, block := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: der},
		key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AddCert(parsed)
	return pool, certificate, key
}

// TestObjectsAndMailsAreFetchedOverTLS does so from a real S3 server and from Dovecot, with the right authority and
// with another one.
func TestObjectsAndMailsAreFetchedOverTLS(t *testing.T) {
	pool, certified, key := certificate(t)
	others, _, _ := certificate(t)
	t.Run("S3", func(t *testing.T) {
		w := newWorld(t)
		b := gateway(t, t.TempDir(), "--cert", certified, "--key", key)
		b.Endpoint, b.CA = strings.Replace(b.Endpoint, "http:", "https:", 1), pool
		put(t, made(t, b), "a.csv", "1")
		w.from(b)
		if l := w.fetch(t); l.Down != "" || l.New != 1 {
			t.Errorf("%+v", l)
		}
		b.CA = others
		w.from(b)
		if l := w.fetch(t); !strings.Contains(l.Down, "certificate") {
			t.Errorf("by another authority it is trusted: %+v", l)
		}
	})
	for _, security := range []string{"tls", "starttls"} {
		t.Run("IMAP "+security, func(t *testing.T) {
			setting := fmt.Sprintf("ssl = required\nssl_cert = <%s\nssl_key = <%s\n", certified, key)
			m := dovecotWith(t, setting)
			if security == "tls" {
				m = dovecotWith(t, setting+"service imap-login {\n  inet_listener imap {\n    ssl = yes\n  }\n}\n")
			}
			w := newWorld(t)
			m.Security, m.CA = security, pool
			w.from(m)
			if l := w.fetch(t); l.Down != "" {
				t.Errorf("%+v", l)
			}
			m.CA = others
			w.from(m)
			if l := w.fetch(t); !strings.Contains(l.Down, "certificate") {
				t.Errorf("by another authority it is trusted: %+v", l)
			}
		})
	}
}

// TestAListingOfAHundredThousandIsRead lists so many objects, and so many files of a folder.
func TestAListingOfAHundredThousandIsRead(t *testing.T) {
	if testing.Short() {
		t.Skip("make test-all runs it")
	}
	const many = 100_000
	folder := t.TempDir()
	b := gateway(t, folder)
	made(t, b)
	for i := range many { // as the server keeps objects
		if err := os.WriteFile(filepath.Join(folder, b.Name, fmt.Sprintf("%06d.csv", i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range []Place{b, Folder{filepath.Join(folder, b.Name)}} {
		w := newWorld(t)
		w.from(p)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began := time.Now()
		looks, err := Try(t.Context(), w.options)
		runtime.ReadMemStats(&after)
		if err != nil || looks[0].Down != "" || looks[0].Found != many || looks[0].New != many {
			t.Fatalf("%v %+v", err, looks)
		}
		t.Logf("%T: %d listed in %v, the process has %d MB", p, many, time.Since(began), after.Sys>>20)
		if grown := int64(after.Sys) - int64(before.Sys); grown > 400<<20 {
			t.Errorf("it took %d MB", grown>>20)
		}
	}
}

// TestAFileIsPutWholeAndNeverReplaced puts files to a folder, to OpenSSH and to a real S3 server.
func TestAFileIsPutWholeAndNeverReplaced(t *testing.T) {
	there := t.TempDir()
	bucketFolder := t.TempDir()
	put := func(p Place, folder, text string, leaves func() error) (string, error) {
		read := func(string) ([]byte, error) { return []byte(text), nil }
		return Put(t.Context(), p, folder, []string{"x", "y"}, read, leaves)
	}
	for name, place := range map[string]func(*testing.T) (Place, string){
		"folder": func(t *testing.T) (Place, string) { return Folder{there}, there },
		"SFTP": func(t *testing.T) (Place, string) {
			dir := t.TempDir()
			return openSSH(t, dir), dir
		},
		"S3": func(t *testing.T) (Place, string) {
			b := gateway(t, bucketFolder)
			made(t, b)
			return b, filepath.Join(bucketFolder, b.Name)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, at := place(t)
			left := 0
			leaves := func() error { left++; return nil }
			if err := TryPut(t.Context(), p, ""); err != nil {
				t.Fatal(err)
			}
			for range 2 { // the same once more is success, and nothing leaves
				answer, err := put(p, "a b/P1", "whole", leaves)
				if err != nil || !strings.HasSuffix(answer, "a b/P1/x, 5 bytes; stored as a b/P1/y, 5 bytes") {
					t.Fatalf("%q %v", answer, err)
				}
			}
			if _, err := put(p, "a b/P1", "other", leaves); err == nil || left != 2 {
				t.Errorf("another file replaces it; %d left (%v)", left, err)
			}
			if _, err := put(p, "", "", func() error { return os.ErrClosed }); err == nil {
				t.Error("it leaves although it may not")
			}
			data, err := os.ReadFile(filepath.Join(at, "a b", "P1", "y"))
			if err != nil || string(data) != "whole" {
				t.Errorf("%q %v", data, err)
			}
			if _, err := os.Stat(filepath.Join(at, "y")); err == nil {
				t.Error("what may not leave is there")
			}
		})
	}
	if _, err := put(Folder{there}, "..", "", func() error { return nil }); err == nil {
		t.Error("a file leaves the folder")
	}
	if _, err := put(Mailbox{Host: "127.0.0.1", Port: 1}, "", "", nil); err == nil {
		t.Error("a mailbox takes files")
	}
}
