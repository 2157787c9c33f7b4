// Package anchor keeps outside of a folder what the folder cannot prove by itself.
//
// Whoever can write the folder can forge a closed month and every hash in it. An *anchor* is a short text about one
// closing: the hash of its manifest, the hash of its line in the audit log, and the root of a tree over its statements.
// It is signed when the month is closed, with a key that may lie elsewhere, and sent to finance. A *time stamp* (RFC
// 3161) says that the signature is no younger. A *receipt* is the anchor with the path from one statement to the root:
// a partner checks its own statement by it, and learns nothing of the others.
//
// This package signs what it is given. Whoever calls Sign has proved the closing before.
package anchor

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Name is the file of an anchor in the folder of its closed month.
const Name = "anchor.txt"

// Anchor is what is kept of a closing.
type Anchor struct {
	Vendor   string
	Month    string // as 2024-08
	Edition  int
	At       time.Time
	Manifest string // SHA-256 of the manifest
	Log      string // SHA-256 of the closing's line in the audit log
	Line     int    // the number of that line, from 1
	Root     string // of the tree over the statements
	Key      ed25519.PublicKey
	// Signature is nil where no key was configured: such an anchor is worth as much as the place it is kept at.
	Signature []byte
	Token     []byte // the time stamp; nil: none

	Receipt *Receipt // nil: it is not about one statement
}

const (
	begin        = "-----BEGIN TRANCHE ANCHOR-----"
	end          = "-----END TRANCHE ANCHOR-----"
	beginReceipt = "-----BEGIN TRANCHE RECEIPT-----"
	endReceipt   = "-----END TRANCHE RECEIPT-----"
)

// signed is the text that the key signs.
func (a *Anchor) signed() string {
	text := fmt.Sprintf("vendor: %s\nmonth: %s\nedition: %d\nclosed: %s\nmanifest: %s\nlog: %s\nlog-line: %d\nfiles: %s\n",
		strings.Join(strings.Fields(a.Vendor), " "), a.Month, a.Edition, a.At.UTC().Format(time.RFC3339), a.Manifest, a.Log,
		a.Line, a.Root)
	if a.Key != nil {
		text += "key: " + base64.StdEncoding.EncodeToString(a.Key) + "\n"
	}
	return text
}

// toSign is what the signature is about; the first line keeps it from being taken for a signature of something else.
func (a *Anchor) toSign() []byte { return []byte("tranche anchor 1\n" + a.signed()) }

// stamped is the hash that a time stamp is about.
func (a *Anchor) stamped() []byte {
	sum := sha256.Sum256(append(a.toSign(), a.Signature...))
	return sum[:]
}

// Text writes an anchor, and its receipt.
func (a *Anchor) Text() []byte {
	var out bytes.Buffer
	out.WriteString(begin + "\n" + a.signed())
	if a.Signature != nil {
		out.WriteString("signature: " + base64.StdEncoding.EncodeToString(a.Signature) + "\n")
	}
	if a.Token != nil {
		out.WriteString("timestamp:")
		for text := base64.StdEncoding.EncodeToString(a.Token); text != ""; {
			n := min(76, len(text))
			out.WriteString("\n " + text[:n])
			text = text[n:]
		}
		out.WriteString("\n")
	}
	out.WriteString(end + "\n")
	if a.Receipt != nil {
		out.WriteString(a.Receipt.text())
	}
	return out.Bytes()
}

// ErrNone says that a text holds no anchor.
var ErrNone = errors.New("it holds no anchor of tranche")

// Parse reads an anchor out of a text, with its receipt if one follows. Text around them does not matter.
func Parse(text []byte) (*Anchor, error) {
	lines, rest, err := block(string(text), begin, end)
	if err != nil {
		return nil, err
	}
	var a Anchor
	var faults error
	fail := func(key string, err error) {
		if err != nil {
			faults = errors.Join(faults, fmt.Errorf("anchor: %s: %w", key, err))
		}
	}
	for _, l := range lines {
		switch key, value := l[0], l[1]; key {
		case "vendor":
			a.Vendor = value
		case "month":
			a.Month = value
			_, err := time.Parse("2006-01", value)
			fail(key, err)
		case "edition":
			a.Edition, err = strconv.Atoi(value)
			fail(key, err)
		case "closed":
			a.At, err = time.Parse(time.RFC3339, value)
			fail(key, err)
		case "manifest":
			a.Manifest, err = hash(value)
			fail(key, err)
		case "log":
			a.Log, err = hash(value)
			fail(key, err)
		case "log-line":
			a.Line, err = strconv.Atoi(value)
			fail(key, err)
		case "files":
			a.Root, err = hash(value)
			fail(key, err)
		case "key":
			a.Key, err = sized(value, ed25519.PublicKeySize)
			fail(key, err)
		case "signature":
			a.Signature, err = sized(value, ed25519.SignatureSize)
			fail(key, err)
		case "timestamp":
			a.Token, err = base64.StdEncoding.DecodeString(value)
			fail(key, err)
		default:
			fail(key, errors.New("it is unknown"))
		}
	}
	if faults == nil && (a.Manifest == "" || a.Log == "" || a.Root == "" || a.Month == "" || a.Line < 1) {
		faults = errors.New("the anchor is not whole")
	}
	if faults != nil {
		return nil, faults
	}
	a.Receipt, err = parseReceipt(rest)
	return &a, err
}

// block is the lines of a part as keys and values, and what follows it. A line that begins with a space goes on.
func block(text, begin, end string) (lines [][2]string, rest string, err error) {
	_, text, ok := strings.Cut(strings.ReplaceAll(text, "\r\n", "\n"), begin+"\n")
	if !ok {
		return nil, "", ErrNone
	}
	text, rest, ok = strings.Cut(text, end)
	if !ok {
		return nil, "", errors.New("the anchor is cut off")
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		if strings.HasPrefix(line, " ") && len(lines) > 0 {
			lines[len(lines)-1][1] += strings.TrimSpace(line)
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, "", fmt.Errorf("the anchor has a line %q", line)
		}
		lines = append(lines, [2]string{key, strings.TrimSpace(value)})
	}
	return lines, rest, nil
}

func hash(text string) (string, error) {
	if raw, err := hex.DecodeString(text); err != nil || len(raw) != sha256.Size || text != strings.ToLower(text) {
		return "", errors.New("it is no SHA-256")
	}
	return text, nil
}

func sized(text string, size int) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err == nil && len(raw) != size {
		err = fmt.Errorf("it has %d bytes, not %d", len(raw), size)
	}
	return raw, err
}

// Check proves the signature by the key that the anchor names. Who holds that key, only its fingerprint says.
func (a *Anchor) Check() error {
	switch {
	case a.Key == nil && a.Signature == nil:
		return nil
	case a.Key == nil || a.Signature == nil || !ed25519.Verify(a.Key, a.toSign(), a.Signature):
		return errors.New("the signature is not that of this text: the anchor was changed")
	}
	return nil
}

// Fingerprint names a key to people.
func Fingerprint(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return "SHA256:" + hex.EncodeToString(sum[:])
}
