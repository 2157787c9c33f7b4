// Package laketest gives tests the real parts of a lake: PostgreSQL, object storage, and DuckDB's extensions.
package laketest

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// missing skips a test that lacks a part; where the lake is what is tested, it fails.
func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("LAKE") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf("SKIPPED: "+format, args...)
}

// Extensions is the folder with the extensions of a version of DuckDB, as v1.5.5.
func Extensions(t *testing.T, version string) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(cache, "tranche-tests", "duckdb-extensions", version)
	if _, err := os.Stat(filepath.Join(dir, "ducklake.duckdb_extension")); err != nil {
		missing(t, "%s holds no extensions of DuckDB %s (make test-lake fetches those of the last version that has any)",
			dir, version)
	}
	return dir
}

// Postgres is a server of its own on this machine.
type Postgres struct {
	programs, dir string
	port          int
	server        *exec.Cmd
	said          *bytes.Buffer
}

// Password is the password of its user lake.
const Password = "kept secret"

// NewPostgres starts a server with an empty database.
func NewPostgres(t *testing.T) *Postgres {
	t.Helper()
	if testing.Short() {
		t.Skip("long: it starts servers")
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(found) == 0 {
		missing(t, "PostgreSQL is not on this machine (see .ci/run)")
	}
	dir, err := os.MkdirTemp("", "lake") // the server cannot reach into t.TempDir where it is another user
	if err != nil {
		t.Fatal(err)
	}
	p := &Postgres{programs: filepath.Dir(slices.Max(found)), dir: dir, port: freePort(t)}
	t.Cleanup(func() { p.Stop(t); _ = os.RemoveAll(dir) })
	secret := filepath.Join(dir, "password")
	if err := os.WriteFile(secret, []byte(Password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if own := owner(t); own != nil {
		for _, path := range []string{dir, secret} {
			if err := os.Chown(path, int(own.Uid), int(own.Gid)); err != nil {
				t.Fatal(err)
			}
		}
	}
	out, err := p.command(t, "initdb", "-D", filepath.Join(dir, "data"), "-U", "lake", "-A", "scram-sha-256",
		"--pwfile", secret, "--no-sync", "-E", "UTF8", "--locale", "C").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p.Start(t)
	return p
}

// owner is who runs the server where we are root, which it refuses.
func owner(t *testing.T) *syscall.Credential {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		t.Fatal(err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func (p *Postgres) command(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(filepath.Join(p.programs, name), args...)
	cmd.Dir = p.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: owner(t)}
	return cmd
}

// Start starts it, and waits until it answers.
func (p *Postgres) Start(t *testing.T) {
	t.Helper()
	p.said = &bytes.Buffer{}
	p.server = p.command(t, "postgres", "-D", filepath.Join(p.dir, "data"), "-p", fmt.Sprint(p.port), "-k", p.dir,
		"-c", "listen_addresses=127.0.0.1", "-c", "fsync=off")
	p.server.Stderr, p.server.Stdout = p.said, p.said
	if err := p.server.Start(); err != nil {
		t.Fatal(err)
	}
	Until(t, "PostgreSQL answers", func() bool {
		return p.command(t, "pg_isready", "-h", "127.0.0.1", "-p", fmt.Sprint(p.port)).Run() == nil
	})
}

// Stop stops it at once, as a crash does.
func (p *Postgres) Stop(t *testing.T) {
	t.Helper()
	if p.server == nil {
		return
	}
	_ = p.server.Process.Signal(syscall.SIGQUIT)
	_ = p.server.Wait()
	p.server = nil
}

// Running says whether it runs.
func (p *Postgres) Running() bool { return p.server != nil }

// Catalog is how it is reached, without the password.
func (p *Postgres) Catalog() string {
	return fmt.Sprintf("host=127.0.0.1 port=%d dbname=postgres user=lake", p.port)
}

// Ask runs a statement, and gives its one value.
func (p *Postgres) Ask(t *testing.T, statement string) string {
	t.Helper()
	out, err := p.Psql(t, statement).Output()
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return string(bytes.TrimSpace(out))
}

// Psql is a client that runs a statement.
func (p *Postgres) Psql(t *testing.T, statement string) *exec.Cmd {
	t.Helper()
	cmd := p.command(t, "psql", "-h", "127.0.0.1", "-p", fmt.Sprint(p.port), "-U", "lake", "-d", "postgres",
		"-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-c", statement)
	cmd.Env = append(os.Environ(), "PGPASSWORD="+Password)
	return cmd
}

// Key and Secret open the object storage.
const (
	Key    = "ours"
	Secret = "kept secret"
)

// NewStorage starts an S3 server with the bucket lake, which is the folder that it also returns.
func NewStorage(t *testing.T) (endpoint, bucket string) {
	t.Helper()
	gateway, err := exec.LookPath("versitygw")
	if err != nil {
		gateway, err = exec.LookPath(filepath.Join(os.Getenv("HOME"), "go", "bin", "versitygw"))
	}
	if err != nil {
		missing(t, "versitygw is not on this machine (see .ci/run)")
	}
	root, at := t.TempDir(), fmt.Sprintf("127.0.0.1:%d", freePort(t))
	bucket = filepath.Join(root, "lake")
	if err := os.Mkdir(bucket, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(gateway, "--access", Key, "--secret", Secret, "--port", at, "--quiet",
		"posix", "--sidecar", t.TempDir(), root)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	Until(t, "the object storage answers", func() bool {
		c, err := net.Dial("tcp", at)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
	return "http://" + at, bucket
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// Until waits for something that has to come true.
func Until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(3 * time.Minute); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}
