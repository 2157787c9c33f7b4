// Package web answers whoever watches: is the program alive, is what it published
// fresh, and what do its runs come to. It shows no partner's name and takes no orders.
package web

import (
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"tranche/pipeline"
	"tranche/pipeline/config"
)

// Watched is what the pages are made of.
type Watched interface {
	// Ready says why nobody should rely on what is published; nil: they may.
	Ready() error
	// History is the runs that have ended, oldest first.
	History() ([]pipeline.Past, error)
	// Fresh is when each feed last came.
	Fresh() ([]pipeline.Freshness, error)
	// Unsent is how many messages have not arrived.
	Unsent() (int, error)
	Now() time.Time
}

// Guard is how the pages are kept from strangers.
type Guard struct {
	Address     string // host and port
	Token       string // asked for as a bearer; empty: nothing is asked
	Certificate *tls.Certificate
	Clients     *x509.CertPool // whose certificates are let in; nil: nobody's is asked for
}

// Check says whether the guard is enough for its address.
func (g Guard) Check() error {
	host, _, err := net.SplitHostPort(g.Address)
	if err != nil {
		return fmt.Errorf("%q is no host and port: %w", g.Address, err)
	}
	if !config.OnLoopback(host) && g.Token == "" && (g.Certificate == nil || g.Clients == nil) {
		return fmt.Errorf("%s: %w", g.Address, config.ErrOpen)
	}
	return nil
}

// New makes the server, which its caller starts and stops.
func New(w Watched, g Guard) (*http.Server, error) {
	if err := g.Check(); err != nil {
		return nil, err
	}
	registry := prometheus.NewRegistry()
	if err := registry.Register(collector{w}); err != nil {
		return nil, err
	}
	pages := http.NewServeMux()
	pages.HandleFunc("GET /healthz", func(out http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintln(out, "alive") })
	pages.HandleFunc("GET /readyz", func(out http.ResponseWriter, _ *http.Request) {
		if err := w.Ready(); err != nil {
			http.Error(out, err.Error(), http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprintln(out, "ready")
	})
	pages.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.HTTPErrorOnError, MaxRequestsInFlight: 2, Timeout: 20 * time.Second}))
	s := &http.Server{Addr: g.Address, Handler: guarded(pages, g.Token), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 8 << 10}
	if g.Certificate != nil {
		s.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*g.Certificate}}
		if g.Clients != nil {
			s.TLSConfig.ClientAuth, s.TLSConfig.ClientCAs = tls.RequireAndVerifyClientCert, g.Clients
		}
	}
	return s, nil
}

// guarded lets only reading in, with the token where there is one, and tells browsers to
// make nothing of the answer.
func guarded(next http.Handler, token string) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		h := out.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Content-Security-Policy", "default-src 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			http.Error(out, "this can only be read", http.StatusMethodNotAllowed)
			return
		}
		if token != "" && subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+token)) != 1 {
			h.Set("WWW-Authenticate", "Bearer")
			http.Error(out, "a token is needed", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(out, r)
	})
}
