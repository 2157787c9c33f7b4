package outbox

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// Webhook posts to a program.
type Webhook struct {
	URL    string
	Secret string // signs the body; empty: it is not signed
}

// Name is webhook.
func (Webhook) Name() string { return "webhook" }

// Takes accepts the operators' messages.
func (w Webhook) Takes(m Message) bool { return w.URL != "" && m.To == "operators" }

// Send posts the message as JSON, with its id as Idempotency-Key and, with a secret, an HMAC-SHA-256 of the body as
// X-Tranche-Signature.
func (w Webhook) Send(ctx context.Context, m Message, _ string, leaves func() error) (string, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	var written atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { written.Store(true) }})
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	request.GetBody = nil // the library must not send it a second time
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", m.ID)
	if w.Secret != "" {
		sum := hmac.New(sha256.New, []byte(w.Secret))
		sum.Write(body)
		request.Header.Set("X-Tranche-Signature", "sha256="+hex.EncodeToString(sum.Sum(nil)))
	}
	client := &http.Client{
		Timeout:       30 * time.Second,
		Transport:     &http.Transport{DisableKeepAlives: true, Proxy: http.ProxyFromEnvironment},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if err := leaves(); err != nil {
		return "", err
	}
	answer, err := client.Do(request)
	if err != nil {
		var secret *url.Error // it holds the address, which can be secret
		if errors.As(err, &secret) {
			err = secret.Err
		}
		if written.Load() {
			return "", fmt.Errorf("%w: %w", ErrUnsure, err)
		}
		return "", err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<16))
	switch code := answer.StatusCode; {
	case code/100 == 2:
		return answer.Status, nil
	case code/100 == 5 && code != http.StatusServiceUnavailable && code != http.StatusNotImplemented:
		// A program behind a proxy may have taken it.
		return "", fmt.Errorf("%w: the receiver answered %s", ErrUnsure, answer.Status)
	default:
		return "", fmt.Errorf("the receiver answered %s", answer.Status)
	}
}
