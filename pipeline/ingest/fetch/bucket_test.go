package fetch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"golang.org/x/sync/errgroup"

	"tranche/fixtures/machine"
	"tranche/pipeline/ingest/landing"
)

// newBucket starts a real S3 server over a folder, and makes a bucket.
func newBucket(t *testing.T) (Bucket, *minio.Client) {
	t.Helper()
	b := gateway(t, t.TempDir())
	return b, made(t, b)
}

// made makes the bucket.
func made(t *testing.T, b Bucket) *minio.Client {
	t.Helper()
	c, err := b.client()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.MakeBucket(t.Context(), b.Name, minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	return c
}

// gateway starts the server over a folder.
func gateway(t *testing.T, folder string, more ...string) Bucket {
	t.Helper()
	gateway := machine.Program(t, "versitygw", filepath.Join(os.Getenv("HOME"), "go", "bin", "versitygw"))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	_ = l.Close()
	args := append([]string{"--access", "ours", "--secret", "top secret", "--port", at, "--quiet"}, more...)
	cmd := exec.CommandContext(t.Context(), gateway, append(args,
		"posix", "--sidecar", t.TempDir(), folder)...) // beside it, because not every file system keeps attributes
	var said bytes.Buffer
	cmd.Stderr, cmd.Stdout = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	answers(t, at, &said)
	return Bucket{Endpoint: "http://" + at, Name: "exports", KeyID: "ours", Secret: "top secret"}
}

func put(t *testing.T, c *minio.Client, key, text string) {
	t.Helper()
	_, err := c.PutObject(t.Context(), "exports", key, strings.NewReader(text), int64(len(text)), minio.PutObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
}

func keys(t *testing.T, c *minio.Client) (list []string) {
	t.Helper()
	for o := range c.ListObjectsIter(t.Context(), "exports", minio.ListObjectsOptions{Recursive: true}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		list = append(list, o.Key)
	}
	return list
}

func TestEachVersionOfAnObjectIsFetchedOnce(t *testing.T) {
	w := newWorld(t)
	b, c := newBucket(t)
	w.from(b)
	w.errand().Folder = "out"
	put(t, c, "out/a.csv", "1")
	put(t, c, "out/Sales.csv", "2")
	put(t, c, "out/sales.csv", "3")
	put(t, c, "out/deeper/b.csv", "not asked for")
	put(t, c, "out/notes.txt", "?")
	l := w.fates(t, fates{"out/a.csv": landing.Landed, "out/Sales.csv": landing.Landed, "out/sales.csv": landing.Landed})
	if l.Others != 1 {
		t.Errorf("%+v", l)
	}
	w.fates(t, fates{})
	put(t, c, "out/a.csv", "11")
	w.fates(t, fates{"out/a.csv": landing.Landed})
	if got := w.landed(t); len(got) != 4 || got[3] != "a.csv: 11" {
		t.Errorf("%v", got)
	}
	w.errand().After, w.errand().To = Move, "done"
	w.fates(t, fates{})
	put(t, c, "out/a.csv", "111")
	w.fates(t, fates{"out/a.csv": landing.Landed})
	w.errand().After, w.errand().To = Delete, ""
	put(t, c, "out/c.csv", "4")
	w.fates(t, fates{"out/c.csv": landing.Landed})
	if got := keys(t, c); len(got) != 6 || got[0] != "done/Sales.csv" || !strings.HasPrefix(got[1], "done/a.2") ||
		got[2] != "done/a.csv" || got[3] != "done/sales.csv" || got[5] != "out/notes.txt" {
		t.Errorf("%v", got)
	}
}

func TestAWrongSecretAndAMissingBucketAreSaid(t *testing.T) {
	w := newWorld(t)
	b, _ := newBucket(t)
	b.Secret = "WRONG"
	w.from(b)
	if l := w.fetch(t); !strings.Contains(l.Down, "does not let the key ours in") || strings.Contains(l.Down, "WRONG") {
		t.Errorf("%+v", l)
	}
	b.Secret, b.Name = "top secret", "nothing"
	w.from(b)
	if l := w.fetch(t); !strings.Contains(l.Down, "has no bucket nothing") {
		t.Errorf("%+v", l)
	}
}

// breakingProxy stands before a server and ends an answer in the middle.
func breakingProxy(t *testing.T, b Bucket) (Bucket, *atomic.Bool) {
	t.Helper()
	to, err := url.Parse(b.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	var breaks atomic.Bool
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host },
		ModifyResponse: func(r *http.Response) error {
			if breaks.Load() && strings.HasSuffix(r.Request.URL.Path, "2.csv") {
				r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, 100), broken{}))
			}
			return nil
		},
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() { _ = http.Serve(l, proxy) }()
	b.Endpoint = "http://" + l.Addr().String()
	return b, &breaks
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("broken") }

func TestAnObjectThatEndsInTheMiddleIsFetchedAgain(t *testing.T) {
	w := newWorld(t)
	b, c := newBucket(t)
	b, breaks := breakingProxy(t, b)
	w.from(b)
	for i := range 5 {
		put(t, c, fmt.Sprintf("%d.csv", i), strings.Repeat("x", 100_000)+fmt.Sprint(i))
	}
	breaks.Store(true)
	l := w.fetch(t)
	if !strings.Contains(l.Down, "2.csv: the connection ended in the middle (3 of 5 files were left") {
		t.Errorf("%+v", l)
	}
	breaks.Store(false)
	if l := w.fetch(t); l.Down != "" || len(l.Arrivals) != 3 || len(w.landed(t)) != 5 {
		t.Errorf("%+v", l)
	}
}

// TestLandingAThousandObjectsCostsLittleMoreThanDownloadingThem says what it measures; a busy machine decides nothing.
func TestLandingAThousandObjectsCostsLittleMoreThanDownloadingThem(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	w := newWorld(t)
	b, c := newBucket(t)
	w.from(b)
	w.options.Landing.Most = func(string) int64 { return 2 << 20 }
	const n = 1000
	for i := range n {
		put(t, c, fmt.Sprintf("%04d.csv", i), fmt.Sprint(i)+strings.Repeat("x", 1<<20))
	}
	aside := t.TempDir()
	began := time.Now()
	var alone errgroup.Group
	alone.SetLimit(8)
	for i := range n {
		alone.Go(func() error {
			name := fmt.Sprintf("%04d.csv", i)
			return c.FGetObject(t.Context(), b.Name, name, filepath.Join(aside, name), minio.GetObjectOptions{})
		})
	}
	if err := alone.Wait(); err != nil {
		t.Fatal(err)
	}
	only := time.Since(began)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began = time.Now()
	if l := w.fetch(t); l.Down != "" || len(l.Arrivals) != n {
		t.Fatalf("%+v", l.Down)
	}
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	t.Logf("%d objects of 1 MiB: %v downloaded by the library, eight at once; %v landed; the process has %d MB",
		n, only, took, after.Sys>>20)
	if grown := int64(after.Sys) - int64(before.Sys); grown > 200<<20 {
		t.Errorf("it took %d MB", grown>>20)
	}
}
