package anchor

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"slices"
	"time"

	"github.com/smallstep/pkcs7"
)

// Service gives time stamps by RFC 3161.
type Service struct {
	URL string
	CA  *x509.CertPool // who signs its certificate; nil: the machine knows
}

// stampTimeout is how long a service may take.
const stampTimeout = 30 * time.Second

var sha256ID = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}

// The structures of RFC 3161.
type (
	imprint struct {
		Algorithm pkix.AlgorithmIdentifier
		Hash      []byte
	}
	stampRequest struct {
		Version  int
		Imprint  imprint
		Nonce    *big.Int
		WantCert bool
	}
	stampStatus struct {
		Status int
		Rest   []asn1.RawValue `asn1:"optional"`
	}
	stampAnswer struct {
		Status asn1.RawValue
		Token  asn1.RawValue `asn1:"optional"`
	}
	stampInfo struct {
		Version int
		Policy  asn1.ObjectIdentifier
		Imprint imprint
		Serial  *big.Int
		At      time.Time       `asn1:"generalized"`
		Rest    []asn1.RawValue `asn1:"optional"`
	}
)

// Stamp asks the service for a time stamp of an anchor, and checks it.
func (s *Service) Stamp(ctx context.Context, a *Anchor) error {
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return err
	}
	algorithm := pkix.AlgorithmIdentifier{Algorithm: sha256ID, Parameters: asn1.NullRawValue}
	question, err := asn1.Marshal(stampRequest{1, imprint{algorithm, a.stamped()}, nonce, true})
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, stampTimeout)
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, bytes.NewReader(question))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/timestamp-query")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("time stamp: %w", err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil || answer.StatusCode != http.StatusOK {
		return errors.Join(fmt.Errorf("time stamp: the service answers %s", answer.Status), err)
	}
	var whole stampAnswer
	if _, err := asn1.Unmarshal(data, &whole); err != nil {
		return fmt.Errorf("time stamp: the service answers what is no time stamp: %w", err)
	}
	if status, err := statusOf(whole.Status.Bytes); err != nil || status > 1 || whole.Token.FullBytes == nil {
		return fmt.Errorf("time stamp: the service refuses (status %d)", status)
	}
	stamped := *a
	stamped.Token = whole.Token.FullBytes
	info, err := stamped.stamp(s.CA)
	if err != nil {
		return err
	}
	if !bytes.Contains(info.raw, mustMarshal(nonce)) {
		return errors.New("time stamp: the service answers another question")
	}
	a.Token = stamped.Token
	return nil
}

func mustMarshal(n *big.Int) []byte {
	out, _ := asn1.Marshal(n) // a number always can be
	return out
}

func statusOf(data []byte) (status int, err error) {
	_, err = asn1.Unmarshal(data, &status)
	return status, err
}

// provenInfo is what a time stamp says.
type provenInfo struct {
	at  time.Time
	raw []byte
}

// Stamped is the time of an anchor's time stamp, once it is proved; zero: it has none. Where ca is nil, the machine's
// authorities have to know the service.
func (a *Anchor) Stamped(ca *x509.CertPool) (time.Time, error) {
	if a.Token == nil {
		return time.Time{}, nil
	}
	info, err := a.stamp(ca)
	return info.at, err
}

func (a *Anchor) stamp(ca *x509.CertPool) (provenInfo, error) {
	var none provenInfo
	token, err := pkcs7.Parse(a.Token)
	if err != nil {
		return none, fmt.Errorf("time stamp: %w", err)
	}
	var info stampInfo
	if _, err := asn1.Unmarshal(token.Content, &info); err != nil {
		return none, fmt.Errorf("time stamp: %w", err)
	}
	if !info.Imprint.Algorithm.Algorithm.Equal(sha256ID) || !bytes.Equal(info.Imprint.Hash, a.stamped()) {
		return none, errors.New("the time stamp is of another anchor")
	}
	if ca == nil {
		if ca, err = x509.SystemCertPool(); err != nil {
			return none, err
		}
	}
	if err := token.VerifyWithChainAtTime(ca, info.At); err != nil {
		return none, fmt.Errorf("time stamp: %w", err)
	}
	signer := token.GetOnlySigner()
	if signer == nil || !slices.Contains(signer.ExtKeyUsage, x509.ExtKeyUsageTimeStamping) {
		return none, errors.New("the time stamp is not signed by a service for time stamps")
	}
	return provenInfo{info.At.UTC(), token.Content}, nil
}
