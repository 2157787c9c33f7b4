package schedule

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/console"
	"tranche/pipeline/schedule/web"
)

// openPages opens the configured pages: the console, and what monitoring asks.
func (s *Server) openPages(c *config.Config) (stop func(), err error) {
	if c.Serve.Listen == "" {
		return func() {}, nil
	}
	l, err := net.Listen("tcp", c.Serve.Listen)
	if err != nil {
		return nil, fmt.Errorf("serve.listen: %w", err)
	}
	people := console.New(console.Options{Config: s.lately(), Now: s.Now, Program: s.Program, Log: s.Log, Link: s.Link,
		Stage: s.Stage, Final: tellFinals, Address: l.Addr().String()})
	monitoring := web.Pages(web.Source{Config: s.current, Now: s.Now, Unsent: func() (int, error) {
		unsent, err := Outbox(s.current()).Unsent()
		return len(unsent), err
	}}, c.Serve.Token)
	server := newServer(people.Handler(monitoring), c.Serve)
	go func() {
		serve := server.Serve
		if server.TLSConfig != nil {
			serve = func(l net.Listener) error { return server.ServeTLS(l, "", "") }
		}
		if err := serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.Log(err, "the pages could not be served")
		}
	}()
	s.Log(nil, "the pages are open", "address", l.Addr().String())
	if err := people.Announce(); err != nil {
		s.Log(err, "the accounts cannot be read")
	}
	return func() {
		ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
		defer stop()
		_ = server.Shutdown(ctx)
		if err := people.Close(); err != nil {
			s.Log(err, "the console could not be closed")
		}
	}, nil
}

// tellFinals tells finance, and sends statements, after a month was approved in the console.
func tellFinals(c *config.Config, now time.Time) error {
	return errors.Join(Finals(context.Background(), c, now), Deliver(context.Background(), c, now))
}

// lately reads the configuration again at most once a second: a page asks for it several times.
func (s *Server) lately() func() *config.Config {
	var lock sync.Mutex
	var read time.Time
	var last *config.Config
	return func() *config.Config {
		lock.Lock()
		defer lock.Unlock()
		if now := time.Now(); last == nil || now.Sub(read) > time.Second {
			last, read = s.current(), now
		}
		return last
	}
}

// newServer is the server of the pages, with limits against visitors that never end.
func newServer(pages http.Handler, c config.Serve) *http.Server {
	s := &http.Server{
		Handler:           pages,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
	if c.TLS != nil {
		s.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*c.TLS}}
		if c.Clients != nil {
			s.TLSConfig.ClientAuth, s.TLSConfig.ClientCAs = tls.RequireAndVerifyClientCert, c.Clients
		}
	}
	return s
}
