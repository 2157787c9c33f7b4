package fetch

import (
	"bytes"
	"crypto/ed25519"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"tranche/fixtures/machine"
	"tranche/pipeline/files"
	"tranche/pipeline/ingest/landing"
)

func newKey(t *testing.T) (ssh.Signer, []byte) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer, pem.EncodeToMemory(block)
}

// openSSH starts OpenSSH's own server in a folder, as whoever runs the test.
func openSSH(t *testing.T, there string) SFTP {
	t.Helper()
	sshd := machine.Program(t, "sshd", "/usr/sbin/sshd")
	server := machine.Program(t, "sftp-server", "/usr/lib/openssh/sftp-server")
	dir := t.TempDir()
	host, hostKey := newKey(t)
	ours, key := newKey(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	for name, data := range map[string][]byte{
		"host": hostKey, "authorized": ssh.MarshalAuthorizedKey(ours.PublicKey()),
		"config": fmt.Appendf(nil, "ListenAddress 127.0.0.1:%d\nHostKey %s/host\nAuthorizedKeysFile %s/authorized\n"+
			"PasswordAuthentication no\nUsePAM no\nStrictModes no\nPidFile none\nPermitRootLogin yes\n"+
			"Subsystem sftp %s -d %s\n", port, dir, dir, server, there),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_ = os.MkdirAll("/run/sshd", 0o755) // Debian's refuses to begin without; only root can make it
	cmd := exec.CommandContext(t.Context(), sshd, "-D", "-e", "-f", filepath.Join(dir, "config"))
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	at := fmt.Sprintf("127.0.0.1:%d", port)
	answers(t, at, &said)
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	return SFTP{Host: "127.0.0.1", Port: port, User: me.Username, Key: key, KnownHosts: known(t, at, host.PublicKey())}
}

// answers waits until a server accepts connections.
func answers(t *testing.T, at string, said *bytes.Buffer) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; {
		c, err := net.Dial("tcp", at)
		if err == nil {
			_ = c.Close()
			return
		}
		if time.Now().After(end) {
			t.Fatal(err, said.String())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// known writes a file of known hosts.
func known(t *testing.T, at string, key ssh.PublicKey) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "known_hosts")
	if err := os.WriteFile(path, []byte(knownhosts.Line([]string{at}, key)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFilesAreFetchedFromOpenSSH(t *testing.T) {
	w := newWorld(t)
	w.from(openSSH(t, w.there))
	w.errand().Folder = "out"
	for i := range 20 {
		w.drop(t, fmt.Sprintf("out/%02d.csv", i), strings.Repeat("x", i*10_000), time.Hour-time.Duration(i)*time.Second)
	}
	l := w.fetch(t)
	if l.Down != "" || len(w.landed(t)) != 20 {
		t.Fatalf("%+v", l)
	}
	w.fates(t, fates{})
	w.errand().After, w.errand().To = Move, "out/done"
	w.drop(t, "out/20.csv", "new", time.Hour)
	w.fates(t, fates{"out/20.csv": landing.Landed})
	left, _ := filepath.Glob(filepath.Join(w.there, "out", "done", "*.csv"))
	if len(left) != 21 {
		t.Errorf("%d files were moved", len(left))
	}
	w.errand().Folder = "missing"
	if l := w.fetch(t); !strings.Contains(l.Down, "list missing") {
		t.Errorf("%+v", l)
	}
}

// server is an SSH server of the test around OpenSSH's sftp-server, which can break at a byte.
type server struct {
	SFTP
	host, client ssh.Signer
	stopAfter    atomic.Int64 // bytes sent to clients until every connection ends; zero: never
	hangs        bool         // instead of ending
	sent         atomic.Int64
}

const thePassword = "correct horse"

func newServer(t *testing.T, there string) *server {
	t.Helper()
	machine.Program(t, "sftp-server", "/usr/lib/openssh/sftp-server")
	s := &server{}
	var key []byte
	s.host, _ = newKey(t)
	s.client, key = newKey(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c, there)
		}
	}()
	s.SFTP = SFTP{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, User: "tranche", Key: key,
		KnownHosts: known(t, l.Addr().String(), s.host.PublicKey())}
	return s
}

func (s *server) serve(c net.Conn, there string) {
	config := &ssh.ServerConfig{
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if !bytes.Equal(key.Marshal(), s.client.PublicKey().Marshal()) {
				return nil, io.EOF
			}
			return nil, nil
		},
		PasswordCallback: func(_ ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			if string(password) != thePassword {
				return nil, io.EOF
			}
			return nil, nil
		},
	}
	config.AddHostKey(s.host)
	_, channels, requests, err := ssh.NewServerConn(c, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for asked := range channels {
		channel, requests, err := asked.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range requests {
				_ = r.Reply(r.Type == "subsystem", nil)
			}
		}()
		cmd := exec.Command("/usr/lib/openssh/sftp-server", "-d", there)
		cmd.Stdin, cmd.Stdout = channel, breaking{channel, s, c}
		_ = cmd.Run()
		_ = channel.Close()
	}
}

type breaking struct {
	io.Writer
	*server
	conn net.Conn
}

func (b breaking) Write(data []byte) (int, error) {
	if most := b.stopAfter.Load(); most > 0 && b.sent.Add(int64(len(data))) > most {
		if b.hangs {
			select {}
		}
		_ = b.conn.Close()
		return 0, io.EOF
	}
	return b.Writer.Write(data)
}

func TestAServerThatStopsInTheMiddleLosesNothing(t *testing.T) {
	for name, hangs := range map[string]bool{"it ends": false, "it says nothing any more": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := newServer(t, w.there)
			s.hangs, s.Patience = hangs, 300*time.Millisecond
			w.from(s.SFTP)
			for i := range 10 {
				w.drop(t, fmt.Sprintf("%d.csv", i), fmt.Sprint(i)+strings.Repeat("x", 300_000),
					time.Hour-time.Duration(i)*time.Second)
			}
			s.stopAfter.Store(1_000_000)
			l := w.fetch(t)
			landed := len(w.landed(t))
			want := "in the middle"
			if hangs {
				want = "nothing came for 300ms"
			}
			if !strings.Contains(l.Down, want) || !strings.Contains(l.Down, "left for the next fetch") || landed > 3 {
				t.Errorf("%d landed: %+v", landed, l)
			}
			s.stopAfter.Store(0)
			if l := w.fetch(t); l.Down != "" || len(l.Arrivals) != 10-landed || len(w.landed(t)) != 10 {
				t.Errorf("%d landed before: %+v", landed, l)
			}
			list, _ := landing.List(w.landing)
			for i, f := range list {
				if f.Name != fmt.Sprintf("%d.csv", i) || f.Size != 300_001 {
					t.Errorf("%d is %+v", i, f)
				}
			}
		})
	}
}

func TestAPasswordOpensAServerAndIsNeverShown(t *testing.T) {
	w := newWorld(t)
	s := newServer(t, w.there)
	s.Key, s.Password = nil, thePassword
	w.from(s.SFTP)
	w.drop(t, "a.csv", "1", time.Hour)
	w.fates(t, fates{"a.csv": landing.Landed})
	s.Password = "wrong secret"
	w.from(s.SFTP)
	l := w.fetch(t)
	if !strings.Contains(l.Down, "does not let tranche in") {
		t.Errorf("%+v", l)
	}
	remembered, _ := os.ReadFile(w.memory)
	if said := fmt.Sprintf("%+v", l) + string(remembered); strings.Contains(said, "secret") {
		t.Errorf("it shows the password: %s", said)
	}
}

func TestAChangedHostKeyIsNotTrusted(t *testing.T) {
	w := newWorld(t)
	s := newServer(t, w.there)
	w.from(s.SFTP)
	s.host, _ = newKey(t)
	l := w.fetch(t)
	if !strings.Contains(l.Down, "is not the one in known_hosts") || !strings.Contains(l.Down, "Ask the sender") {
		t.Errorf("%+v", l)
	}
}

func TestAServerThatIsNotThereIsDown(t *testing.T) {
	w := newWorld(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	key, private := newKey(t)
	w.from(SFTP{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, User: "x", Key: private,
		KnownHosts: known(t, l.Addr().String(), key.PublicKey())})
	_ = l.Close()
	if l := w.fetch(t); !strings.Contains(l.Down, "it cannot be reached") {
		t.Errorf("%+v", l)
	}
}

func TestAFullDiskLeavesTheFileForTheNextFetch(t *testing.T) {
	w := newWorld(t)
	w.from(newServer(t, w.there).SFTP)
	w.drop(t, "a.csv", "1", 2*time.Hour)
	w.drop(t, "b.csv", "2", time.Hour)
	full := 0
	files.Fault = func(act, path string) error {
		if act == "sync" && strings.HasSuffix(path, "fetched-0.part") && full == 0 {
			full++
			return fmt.Errorf("no space left on device")
		}
		return nil
	}
	defer func() { files.Fault = nil }()
	l := w.fates(t, fates{"a.csv": landing.Refused}) // the newer one waits behind the older
	if !strings.Contains(l.Arrivals[0].Detail, "no space left") {
		t.Errorf("%+v", l)
	}
	w.fates(t, fates{"a.csv": landing.Landed, "b.csv": landing.Landed})
}

func TestADiskThatFailsWhereFilesGetTheirNamesLosesNothing(t *testing.T) {
	w := newWorld(t)
	for i := range 3 {
		w.drop(t, fmt.Sprintf("%d.csv", i), fmt.Sprint(i), time.Hour-time.Duration(i)*time.Second)
	}
	w.errand().After = Delete
	renamed := 0
	files.Fault = func(act, path string) error {
		if act != "rename" || filepath.Dir(path) != w.landing {
			return nil
		}
		if renamed++; renamed > 3 { // of six; the second sidecar has its name by then
			return fmt.Errorf("no space left on device")
		}
		return nil
	}
	defer func() { files.Fault = nil }()
	w.fates(t, fates{"0.csv": landing.Refused, "1.csv": landing.Refused, "2.csv": landing.Refused})
	w.lies(t, "0.csv", "1.csv", "2.csv")
	files.Fault = nil
	l := w.fetch(t)
	if l.Down != "" || l.Waits() {
		t.Errorf("%+v", l)
	}
	w.wantLanded(t, "0.csv: 0", "1.csv: 1", "2.csv: 2")
	w.lies(t)
}

func TestAHundredThousandFilesAreListed(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	w := newWorld(t)
	w.from(newServer(t, w.there).SFTP)
	for i := range 100_000 {
		if err := os.WriteFile(filepath.Join(w.there, fmt.Sprintf("old_%06d.txt", i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.drop(t, "a.csv", "1", time.Hour)
	l := w.fates(t, fates{"a.csv": landing.Landed})
	if l.Others != 100_000 || len(l.Other) != 3 {
		t.Errorf("%d others, %v", l.Others, l.Other)
	}
}
