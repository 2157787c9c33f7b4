package fetch

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"tranche/fixtures/machine"
	"tranche/pipeline/files"
	"tranche/pipeline/ingest/landing"
)

// attached is a mail with files, as mailers write them.
func attached(from, subject, id string, attachments ...[2]string) string {
	text := "From: North <" + from + ">\r\nTo: us@vendor.example\r\nSubject: " + subject + "\r\nMessage-ID: <" + id +
		">\r\nDate: Thu, 19 Sep 2024 10:00:00 +0000\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/mixed; boundary=edge\r\n\r\n--edge\r\nContent-Type: text/plain\r\n\r\nAs agreed.\r\n"
	for _, a := range attachments {
		text += "--edge\r\nContent-Type: text/csv\r\nContent-Transfer-Encoding: base64\r\n" +
			"Content-Disposition: attachment; filename" + a[0] + "\r\n\r\n" +
			base64.StdEncoding.EncodeToString([]byte(a[1])) + "\r\n"
	}
	return text + "--edge--\r\n"
}

// dovecot starts Dovecot with one account.
func dovecot(t *testing.T) Mailbox {
	t.Helper()
	return dovecotWith(t, "ssl = no")
}

// dovecotWith starts it with a setting of its own.
func dovecotWith(t *testing.T, setting string) Mailbox {
	t.Helper()
	server := machine.Program(t, "dovecot", "/usr/sbin/dovecot")
	if os.Getuid() != 0 {
		t.Skip("SKIPPED: Dovecot is started by root only")
	}
	dir, err := os.MkdirTemp("/tmp", "dovecot") // the paths of its sockets have to be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	config := fmt.Sprintf(`
base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/log
protocols = imap
listen = 127.0.0.1
%[4]s
disable_plaintext_auth = no
mail_location = maildir:%[1]s/mail
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
first_valid_gid = 1
passdb {
  driver = static
  args = password=%[2]s
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=%[1]s/home
}
service imap-login {
  inet_listener imap {
    address = 127.0.0.1
    port = %[3]d
  }
  inet_listener imaps {
    port = 0
  }
}
`, dir, "pass-word", port, setting)
	if err := os.WriteFile(filepath.Join(dir, "conf"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"mail", "home"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o777); err != nil {
			t.Fatal(err)
		}
		_ = os.Chmod(filepath.Join(dir, name), 0o777) //nolint:gosec // for whoever Dovecot runs as
	}
	cmd := exec.CommandContext(t.Context(), server, "-F", "-c", filepath.Join(dir, "conf"))
	var said bytes.Buffer
	cmd.Stderr, cmd.Stdout = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(os.Interrupt); _ = cmd.Wait() })
	answers(t, fmt.Sprintf("127.0.0.1:%d", port), &said)
	return Mailbox{Host: "127.0.0.1", Port: port, Security: "none", User: "us", Password: "pass-word"}
}

// inMemory starts the IMAP server of the library.
func inMemory(t *testing.T) Mailbox {
	t.Helper()
	users := imapmemserver.New()
	us := imapmemserver.NewUser("us", "pass-word")
	if err := us.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	users.AddUser(us)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return users.NewSession(), nil, nil
		},
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}, imap.CapMove: {}},
		InsecureAuth: true,
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return Mailbox{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Security: "none",
		User: "us", Password: "pass-word"}
}

// deliver puts mails into the mailbox, each a minute after the one before.
func deliver(t *testing.T, m Mailbox, mails ...string) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(m.host(), nil)
	if err == nil {
		err = c.Login(m.User, m.Password).Wait()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	for i, text := range mails {
		a := c.Append("INBOX", int64(len(text)), &imap.AppendOptions{Time: now.Add(time.Duration(i)*time.Minute - time.Hour)})
		_, err := a.Write([]byte(text))
		if err == nil {
			err = a.Close()
		}
		if err == nil {
			_, err = a.Wait()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func left(t *testing.T, c *imapclient.Client, mailbox string) int {
	t.Helper()
	data, err := c.Status(mailbox, &imap.StatusOptions{NumMessages: true}).Wait()
	if err != nil {
		t.Fatal(err)
	}
	return int(*data.NumMessages)
}

func TestAttachmentsAreFetchedByTheirSenderAndSubject(t *testing.T) {
	const out = "../../etc/x.csv"
	for name, start := range map[string]func(*testing.T) Mailbox{"Dovecot": dovecot, "the library's server": inMemory} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			m := start(t)
			w.from(m)
			w.errand().Senders, w.errand().Subject = []string{"exports@north.example"}, "sales"
			two := attached("Exports@North.example", "Monthly sales", "two@north",
				[2]string{"=a.csv", "1,2\r\n"}, [2]string{`="b c.csv"`, "3"}, [2]string{"=logo.png", "not ours"})
			c := deliver(t, m, two,
				attached("stranger@other.example", "Monthly sales", "x@other", [2]string{"=forged.csv", "9"}),
				attached("exports@north.example", "Greetings", "g@north", [2]string{"=card.csv", "9"}),
				attached("exports@north.example", "Sales", "names@north", [2]string{"*=utf-8''%C3%A9t%C3%A9.csv", "4"},
					[2]string{`="=?UTF-8?Q?ao=C3=BBt.csv?="`, "5"}, [2]string{`="../../etc/x.csv"`, "out"}))
			l := w.fates(t, fates{"a.csv": landing.Landed, "b c.csv": landing.Landed, "été.csv": landing.Landed,
				"août.csv": landing.Landed, out: landing.Refused})
			if l.Others != 1 {
				t.Errorf("%+v", l)
			}
			w.wantLanded(t, "a.csv: 1,2\r\n", "b c.csv: 3", "août.csv: 5", "été.csv: 4")
			list, _ := landing.List(w.landing)
			kept, err := os.ReadFile(filepath.Join(w.landing, list[0].Origins[0].Message+".eml"))
			if err != nil || string(kept) != two || files.HashBytes(kept) != list[1].Origins[0].Message {
				t.Errorf("%v: the mail was not kept: %s", err, kept)
			}
			w.fates(t, fates{out: landing.Refused})
			w.errand().After = Delete
			w.fates(t, fates{out: landing.Refused})
			if n := left(t, c, "INBOX"); n != 3 { // without that of the two files; in another one is a file that did not land
				t.Errorf("%d mails are left", n)
			}
			if err := c.Create("Done", nil).Wait(); err != nil {
				t.Fatal(err)
			}
			w.errand().After, w.errand().To = Move, "Done"
			deliver(t, m, attached("exports@north.example", "sales", "again@north", [2]string{"=a.csv", "6"}))
			w.fates(t, fates{"a.csv": landing.Landed, out: landing.Refused})
			if n := left(t, c, "Done"); n != 1 {
				t.Errorf("%d mails were moved", n)
			}
			m.Password = "wrong secret"
			w.from(m)
			if l := w.fetch(t); !strings.Contains(l.Down, "does not let us in") || strings.Contains(l.Down, "secret") {
				t.Errorf("%+v", l)
			}
		})
	}
}
