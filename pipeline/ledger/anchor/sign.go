package anchor

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// Signer signs anchors. The zero value signs nothing.
type Signer struct {
	Private ed25519.PrivateKey // nil: the command signs
	// Command is a helper that reads what it is to sign on its standard input and writes the signature, 64 bytes, as they
	// are or in base64. The key is where the helper has it.
	Command []string
	Public  ed25519.PublicKey
	Earlier []ed25519.PublicKey // that signed earlier months

	Service *Service // gives time stamps; nil: none
}

// signTimeout is how long a helper may take, such as to wait for a touch of a key.
const signTimeout = 2 * time.Minute

// IsSet says whether anchors are signed.
func (s Signer) IsSet() bool { return s.Public != nil }

// Knows says whether a key is, or was, ours.
func (s Signer) Knows(key ed25519.PublicKey) bool {
	for _, ours := range append([]ed25519.PublicKey{s.Public}, s.Earlier...) {
		if ours != nil && ours.Equal(key) {
			return true
		}
	}
	return false
}

// Sign signs an anchor. Without a key it stays unsigned. A signature that the public key does not prove is an error.
func (s Signer) Sign(ctx context.Context, a *Anchor) error {
	if !s.IsSet() {
		return nil
	}
	a.Key = s.Public
	if s.Private != nil {
		a.Signature = ed25519.Sign(s.Private, a.toSign())
		return a.Check()
	}
	ctx, stop := context.WithTimeout(ctx, signTimeout)
	defer stop()
	cmd := exec.CommandContext(ctx, s.Command[0], s.Command[1:]...)
	cmd.Stdin = bytes.NewReader(a.toSign())
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &said, time.Second
	if err := cmd.Run(); err != nil {
		first, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
		return fmt.Errorf("signing.command: %w: %s", err, first)
	}
	a.Signature = out.Bytes()
	if len(a.Signature) != ed25519.SignatureSize {
		a.Signature, _ = base64.StdEncoding.DecodeString(strings.TrimSpace(out.String()))
	}
	if len(a.Signature) != ed25519.SignatureSize {
		return errors.New("signing.command: it writes no ed25519 signature: 64 bytes, as they are or in base64")
	}
	if err := a.Check(); err != nil {
		return errors.New("signing.command: its signature is not that of signing.public_key")
	}
	return nil
}
