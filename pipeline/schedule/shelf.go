package schedule

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tranche/pipeline/config"
	"tranche/pipeline/ingest/fetch"
	"tranche/pipeline/schedule/outbox"
)

// shelf puts deliveries at a place.
type shelf struct{ place config.DeliveryPlace }

// Name is place, and its name in the configuration.
func (s shelf) Name() string { return "place " + s.place.Name }

// Takes says whether a delivery goes there.
func (s shelf) Takes(m outbox.Message) bool {
	return m.Delivery != nil && m.Delivery.Way == s.place.Name
}

// Send puts a delivery's files into its folder. A file that is there already is not put again.
func (s shelf) Send(ctx context.Context, m outbox.Message, folder string, leaves func() error) (string, error) {
	read := func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(folder, name)) }
	answer, err := fetch.Put(ctx, s.place.Place, m.Delivery.Address, m.Attach, read, leaves)
	if errors.Is(err, fetch.ErrUnsure) {
		err = fmt.Errorf("%w: %w", outbox.ErrUnsure, err)
	}
	return answer, err
}

// mailServer is the server of the configuration.
func mailServer(c *config.Config) outbox.Mail {
	m := c.Notify.Mail
	return outbox.Mail{From: m.From, Host: m.Host, Port: m.Port, Security: m.Security, User: m.User,
		Password: m.Password, TLS: trusting(m)}
}

// trusting is whom a mail server's certificate may be signed by; nil: as the machine says.
func trusting(m *config.Mail) *tls.Config {
	if m.CA == nil {
		return nil
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, ServerName: m.Host, RootCAs: m.CA}
}

// Way is a way out that was tried.
type Way struct {
	Name, Address, Error string // without an error it works
}

// TryWays tries the mail server and every place that deliveries go to. Nothing is sent.
func TryWays(ctx context.Context, c *config.Config) (ways []Way) {
	say := func(name, address string, err error) {
		w := Way{Name: name, Address: address}
		if err != nil {
			w.Error = strings.Join(strings.Fields(err.Error()), " ")
		}
		ways = append(ways, w)
	}
	if m := c.Notify.Mail; m != nil {
		say("mail", fmt.Sprintf("%s:%d", m.Host, m.Port), mailServer(c).Try(ctx))
	}
	if c.Deliver != nil {
		for _, p := range c.Deliver.Places {
			say(p.Name, p.Address(), fetch.TryPut(ctx, p.Place, p.Into))
		}
	}
	return ways
}
