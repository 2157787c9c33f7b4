package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// SFTP is a server that speaks SFTP over SSH.
type SFTP struct {
	Host       string
	Port       int // 22
	User       string
	Key        []byte // a private key, as ssh-keygen writes it; empty: the password decides
	Password   string
	KnownHosts string // a file, as ssh writes it; it must hold the server's key
	Patience   time.Duration
}

// Address is its user, host and port.
func (s SFTP) Address() string { return "sftp://" + s.User + "@" + s.host() }

func (s SFTP) host() string { return net.JoinHostPort(s.Host, strconv.Itoa(cmp.Or(s.Port, 22))) }

// Check reads the key and the known hosts.
func (s SFTP) Check() error {
	_, err := s.config()
	return err
}

func (s SFTP) config() (*ssh.ClientConfig, error) {
	known, err := knownhosts.New(s.KnownHosts)
	if err != nil {
		return nil, fmt.Errorf("the known hosts cannot be read: %w; ssh-keyscan -p %d %s writes such a file, "+
			"and the sender says whether its key is right", err, cmp.Or(s.Port, 22), s.Host)
	}
	c := &ssh.ClientConfig{User: s.User, HostKeyCallback: s.explained(known), Timeout: s.Patience}
	c.HostKeyAlgorithms, err = algorithms(known, s.host())
	if err != nil {
		return nil, fmt.Errorf("%s holds no key of %s; ssh-keyscan -p %d %s writes it, and the sender says whether it "+
			"is right", path.Base(s.KnownHosts), s.Host, cmp.Or(s.Port, 22), s.Host)
	}
	if len(s.Key) > 0 {
		signer, err := ssh.ParsePrivateKey(s.Key)
		if missing := new(ssh.PassphraseMissingError); errors.As(err, &missing) {
			return nil, errors.New("the key has a passphrase; make one without: ssh-keygen -p -N '' -f KEY, and chmod 600 KEY")
		} else if err != nil {
			return nil, errors.New("the key is no private key as ssh-keygen writes it")
		}
		c.Auth = append(c.Auth, ssh.PublicKeys(signer))
	}
	if s.Password != "" {
		c.Auth = append(c.Auth, ssh.Password(s.Password), ssh.KeyboardInteractive(
			func(_, _ string, questions []string, _ []bool) ([]string, error) {
				return slices.Repeat([]string{s.Password}, len(questions)), nil
			}))
	}
	return c, nil
}

// algorithms are those of the keys that are known of a host. A server has several keys, and must show one of these.
func algorithms(known ssh.HostKeyCallback, host string) (list []string, err error) {
	var wrong *knownhosts.KeyError
	if !errors.As(known(host, noAddress{}, noKey{}), &wrong) || len(wrong.Want) == 0 {
		return nil, errors.New("not there")
	}
	for _, k := range wrong.Want {
		if k.Key.Type() == ssh.KeyAlgoRSA {
			list = append(list, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		} else {
			list = append(list, k.Key.Type())
		}
	}
	return list, nil
}

// noAddress and noKey ask which keys are known.
type noAddress struct{}

func (noAddress) Network() string { return "tcp" }
func (noAddress) String() string  { return "0.0.0.0:0" }

type noKey struct{}

func (noKey) Type() string                        { return "none" }
func (noKey) Marshal() []byte                     { return []byte("none") }
func (noKey) Verify([]byte, *ssh.Signature) error { return errors.New("no key") }

// explained says what a wrong host key means.
func (s SFTP) explained(known ssh.HostKeyCallback) ssh.HostKeyCallback {
	return func(host string, at net.Addr, key ssh.PublicKey) error {
		err := known(host, at, key)
		var wrong *knownhosts.KeyError
		var revoked *knownhosts.RevokedError
		switch {
		case errors.As(err, &revoked):
			return errHostKey{fmt.Errorf("the key of %s is revoked in %s", s.Host, path.Base(s.KnownHosts))}
		case errors.As(err, &wrong):
			return errHostKey{fmt.Errorf("the host key of %s is not the one in %s (it shows %s): the server has a new key, "+
				"or another machine answers for it. Nothing was sent to it. Ask the sender, and only then change the file",
				s.Host, path.Base(s.KnownHosts), ssh.FingerprintSHA256(key))}
		}
		return err
	}
}

type errHostKey struct{ error }

func (s SFTP) connect(ctx context.Context) (connection, error) {
	config, err := s.config()
	if err != nil {
		return nil, err
	}
	limit := cmp.Or(s.Patience, usualPatience)
	raw, err := (&net.Dialer{Timeout: limit}).DialContext(ctx, "tcp", s.host())
	if err != nil {
		return nil, fmt.Errorf("it cannot be reached: %w", err)
	}
	c := &sftpConnection{patience: newPatience(limit, func() { _ = raw.Close() })}
	c.stop = context.AfterFunc(ctx, func() { _ = raw.Close() })
	defer c.await()()
	conn, channels, requests, err := ssh.NewClientConn(patientConn{raw, c.patience}, s.host(), config)
	if err != nil {
		c.close()
		_ = raw.Close()
		return nil, s.refused(cmp.Or(c.lost(), err))
	}
	c.ssh = ssh.NewClient(conn, channels, requests)
	go func() { // the only one who notices that it ends
		_ = c.ssh.Wait()
		c.ended.Store(true)
	}()
	if c.client, err = sftp.NewClient(c.ssh); err != nil {
		c.close()
		return nil, cmp.Or(c.lost(), fmt.Errorf("it answers, but offers no SFTP: %w", err))
	}
	return c, nil
}

// refused says what a handshake failed with.
func (s SFTP) refused(err error) error {
	var key errHostKey
	switch {
	case errors.As(err, &key):
		return key.error
	case strings.Contains(err.Error(), "no common algorithm for host key"):
		return fmt.Errorf("the host key of %s is not the one in %s: it has a key of another kind. Nothing was sent to it. "+
			"Ask the sender, and only then change the file", s.Host, path.Base(s.KnownHosts))
	case strings.Contains(err.Error(), "unable to authenticate"):
		return fmt.Errorf("%s does not let %s in: the key or the password is refused", s.Host, s.User)
	}
	return err
}

type sftpConnection struct {
	*patience
	ssh    *ssh.Client
	client *sftp.Client
	stop   func() bool
	ended  atomic.Bool
}

func (c *sftpConnection) list(ctx context.Context, e *Errand, each func(remote)) error {
	defer c.await()()
	entries, err := c.client.ReadDirContext(ctx, beginning(e.Folder))
	if err != nil {
		return fmt.Errorf("list %s: %w", beginning(e.Folder), err)
	}
	for _, info := range entries {
		at := path.Join(e.Folder, info.Name())
		if info.Mode()&fs.ModeSymlink != 0 {
			to, err := c.client.Stat(at)
			if err != nil {
				continue // a link to nothing
			}
			info = linked{to, info.Name()}
		}
		if info.Mode().IsRegular() {
			each(fileAt(at, info))
		}
	}
	return nil
}

// linked is what a link leads to, under the link's name.
type linked struct {
	fs.FileInfo
	name string
}

func (l linked) Name() string { return l.name }

func (c *sftpConnection) read(ctx context.Context, r remote, to io.Writer) error {
	defer c.await()()
	in, err := c.client.Open(r.path)
	var status *sftp.StatusError
	if errors.As(err, &status) {
		return fmt.Errorf("%w: %w", errDenied, err)
	} else if err != nil {
		return ofOneFile(err)
	}
	defer in.Close()
	if _, err := in.WriteTo(watched{ctx, to}); err != nil {
		return err
	}
	now, err := c.client.Stat(r.path)
	if err != nil {
		return ofOneFile(err)
	}
	return r.same(now)
}

// watched stops writing when the context ends.
type watched struct {
	ctx context.Context
	to  io.Writer
}

func (w watched) Write(data []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.to.Write(data)
}

func (c *sftpConnection) remove(_ context.Context, r remote, e *Errand) error {
	defer c.await()()
	return removeFile(c.client, r, e)
}

func (c *sftpConnection) atOnce() int { return 4 }

func (c *sftpConnection) failed() error {
	if err := c.lost(); err != nil {
		return err
	}
	if c.ended.Load() {
		return lostError("the connection ended in the middle")
	}
	return nil
}

func (c *sftpConnection) close() {
	c.stop()
	if c.client != nil {
		_ = c.client.Close()
	}
	if c.ssh != nil {
		_ = c.ssh.Close()
	}
}
