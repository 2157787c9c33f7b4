// Package web answers monitoring: is the program alive, is the published file fresh, and how did runs end. It shows
// no partner's name and changes nothing.
package web

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"tranche/pipeline"
	"tranche/pipeline/config"
)

// Source is the data of the pages.
type Source struct {
	Config func() *config.Config // as it is now
	Now    func() time.Time
	Unsent func() (int, error) // messages that may not have arrived
}

// Pages answers /healthz, /readyz and /metrics, to whoever has the token where there is one.
func Pages(source Source, token string) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector{source})
	pages := http.NewServeMux()
	pages.HandleFunc("GET /healthz", func(out http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintln(out, "alive") })
	pages.HandleFunc("GET /readyz", func(out http.ResponseWriter, _ *http.Request) {
		if err := source.ready(); err != nil {
			http.Error(out, err.Error(), http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprintln(out, "ready")
	})
	pages.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.HTTPErrorOnError, MaxRequestsInFlight: 2, Timeout: 20 * time.Second,
	}))
	return guarded(pages, token)
}

// ready says why the published file may be too old.
func (s Source) ready() error {
	c, now := s.Config(), s.Now()
	past, err := pipeline.History(c)
	if err != nil {
		return err
	}
	at, ok := pipeline.LastSuccess(past, now)
	if !ok {
		return errors.New("no run has ended well yet")
	}
	if age := now.Sub(at); age > c.Serve.Overdue {
		return fmt.Errorf("no run has ended well for %s", age.Truncate(time.Minute))
	}
	return nil
}

// guarded allows only reading, with the token where there is one, and keeps browsers from using the answer.
func guarded(next http.Handler, token string) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		h := out.Header()
		h.Set("Content-Security-Policy", "default-src 'none'") // the console sets the other headers for all pages
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			http.Error(out, "this can only be read", http.StatusMethodNotAllowed)
			return
		}
		given := []byte(r.Header.Get("Authorization"))
		if token != "" && subtle.ConstantTimeCompare(given, []byte("Bearer "+token)) != 1 {
			h.Set("WWW-Authenticate", "Bearer")
			http.Error(out, "a token is needed", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(out, r)
	})
}
