package console

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"tranche/pipeline/config"
)

// policy lets a browser load what we serve, and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guarded refuses requests under foreign names and past the proxies, and keeps browsers from using the answers
// elsewhere.
func (c *Console) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		h := out.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Cache-Control", "no-store")
		serve := c.Config().Serve
		if !knownHost(r.Host, serve.Hosts) {
			http.Error(out, "this is not served under that name (serve.hosts)", http.StatusMisdirectedRequest)
			return
		}
		if len(serve.Proxies) > 0 && !onMachine(r) {
			if !throughProxy(r, serve) {
				http.Error(out, "this is served through the proxy, encrypted (serve.trusted_proxies)", http.StatusForbidden)
				return
			}
		}
		if serve.TLS != nil || len(serve.Proxies) > 0 {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if r.Body != nil {
			r.Body = http.MaxBytesReader(out, r.Body, largestForm)
		}
		next.ServeHTTP(out, r)
	})
}

// knownHost says whether a request asks for this machine: by an address, which no foreign name can stand for, by
// localhost, or by a declared name.
func knownHost(host string, names []string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	name = strings.ToLower(strings.Trim(strings.TrimSuffix(name, "."), "[]"))
	return name == "localhost" || net.ParseIP(name) != nil || slices.Contains(names, name)
}

func peer(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap()
}

func onMachine(r *http.Request) bool {
	return peer(r).IsLoopback() && r.Header.Get("X-Forwarded-Proto") == ""
}

func throughProxy(r *http.Request, s config.Serve) bool {
	return trusted(peer(r), s.Proxies) && r.Header.Get("X-Forwarded-Proto") == "https"
}

func trusted(address netip.Addr, proxies []netip.Prefix) bool {
	return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(address) })
}

// client is the address that a request came from. A trusted proxy says whose it is; the last that no trusted proxy
// has counts.
func client(r *http.Request, s config.Serve) string {
	at := peer(r)
	if !trusted(at, s.Proxies) {
		return at.String()
	}
	forwarded := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, text := range slices.Backward(forwarded) {
		address, err := netip.ParseAddr(strings.TrimSpace(text))
		if err != nil {
			break
		}
		if at = address.Unmap(); !trusted(at, s.Proxies) {
			break
		}
	}
	return at.String()
}

// limits count the attempts to sign in, by address and by account.
type limits struct {
	sync.Mutex
	of map[string]*rate.Limiter
}

// Attempts to sign in: so many at once, and then one in so long.
const (
	attempts = 8
	every    = 15 * time.Second
)

// allow counts an attempt, and says whether it may be made. The address stands first: one that is refused uses up
// nobody's attempts.
func (l *limits) allow(now time.Time, keys ...string) bool {
	l.Lock()
	defer l.Unlock()
	if l.of == nil || len(l.of) > 10_000 { // strangers must not fill the memory
		l.of = map[string]*rate.Limiter{}
	}
	for _, key := range keys {
		if l.of[key] == nil {
			l.of[key] = rate.NewLimiter(rate.Every(every), attempts)
		}
		if !l.of[key].AllowN(now, 1) {
			return false
		}
	}
	return true
}
