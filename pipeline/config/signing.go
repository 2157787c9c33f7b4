package config

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/url"
	"os"
	"path/filepath"

	"tranche/pipeline/ledger/anchor"
)

var errNoKey = errors.New("it is no ed25519 public key in PEM")

type signingFile struct {
	Key       string         `yaml:"key_file" doc:"A file with an ed25519 key, in PEM; chmod 600"`
	Command   names          `doc:"Or: a helper, with its arguments, that signs its standard input by a key elsewhere"`
	Public    string         `yaml:"public_key" doc:"With a command: a file with the public key, in PEM"`
	Earlier   names          `yaml:"earlier_keys" doc:"Files with public keys that signed earlier months, in PEM"`
	Timestamp *timestampFile `doc:"A service for time stamps by RFC 3161"`
}

type timestampFile struct {
	URL string `is:"must" doc:"Such as https://tsa.example/tsr"`
	CA  string `yaml:"ca_file" doc:"Who signs the service's certificates, in PEM; usually the machine knows"`
}

// signing reads by what closings are signed.
func (r *reader) signing(base string, f *signingFile) (s anchor.Signer) {
	const at = "$.signing"
	if f == nil {
		return s
	}
	switch {
	case (f.Key == "") == (len(f.Command) == 0):
		r.fault(at, "closings are signed by a key_file or by a command")
	case f.Key != "":
		s.Private = r.signingKey(base, f.Key)
		if s.Private != nil {
			s.Public, _ = s.Private.Public().(ed25519.PublicKey)
		}
	case f.Public == "":
		r.fault(at, "a command needs public_key, by which its signatures are checked")
	default:
		s.Command = f.Command
		s.Public = r.publicKey(at+".public_key", base, f.Public)
	}
	for _, path := range f.Earlier {
		s.Earlier = append(s.Earlier, r.publicKey(at+".earlier_keys", base, path))
	}
	if t := f.Timestamp; t != nil {
		u, err := url.Parse(t.URL)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || secretIn(t.URL) {
			r.fault(at+".timestamp.url", "the address is not https://host/path, without a password or token")
		}
		s.Service = &anchor.Service{URL: t.URL, CA: r.authority(at+".timestamp", base, t.CA)}
	}
	return s
}

// signingKey reads an ed25519 key as `openssl genpkey -algorithm ed25519` writes it.
func (r *reader) signingKey(base, path string) ed25519.PrivateKey {
	const at = "$.signing.key_file"
	data := r.secret(at, base, path)
	if data == nil {
		return nil
	}
	block, _ := pem.Decode(data)
	if block == nil {
		r.fault(at, "%s is not a PEM file; make one with: openssl genpkey -algorithm ed25519 -out %s", path, path)
		return nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := key.(ed25519.PrivateKey)
	if err != nil || !ok {
		r.fault(at, "%s holds no ed25519 key; make one with: openssl genpkey -algorithm ed25519 -out %s", path, path)
		return nil
	}
	return private
}

func (r *reader) publicKey(at, base, path string) ed25519.PublicKey {
	key, err := ReadPublicKey(beside(base, path))
	if err != nil {
		r.fault(at, "%s holds no ed25519 public key in PEM; openssl pkey -in KEY -pubout writes it", filepath.Base(path))
	}
	return key
}

// ReadPublicKey reads an ed25519 public key as `openssl pkey -pubout` writes it.
func ReadPublicKey(path string) (ed25519.PublicKey, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errNoKey
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	public, ok := key.(ed25519.PublicKey)
	if err != nil || !ok {
		return nil, errNoKey
	}
	return public, nil
}
