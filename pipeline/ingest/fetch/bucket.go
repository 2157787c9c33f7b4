package fetch

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Bucket is object storage that speaks as S3 does.
type Bucket struct {
	Endpoint      string // https://host, without a path
	Region        string // us-east-1
	Name          string
	KeyID, Secret string
	CA            *x509.CertPool // nil: the machine's
	Patience      time.Duration
}

// Address is its endpoint and name.
func (b Bucket) Address() string { return b.Endpoint + "/" + b.Name }

// Check looks at the endpoint and the name.
func (b Bucket) Check() error {
	_, err := b.client()
	return err
}

func (b Bucket) client() (*minio.Client, error) {
	u, err := url.Parse(b.Endpoint)
	if err != nil {
		return nil, err
	}
	silent := cmp.Or(b.Patience, usualPatience)
	c, err := minio.New(u.Host, &minio.Options{
		Creds: credentials.NewStaticV4(b.KeyID, b.Secret, ""), Secure: u.Scheme == "https",
		Region: cmp.Or(b.Region, "us-east-1"), MaxRetries: 2,
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: silent}).DialContext,
			TLSClientConfig: &tls.Config{RootCAs: b.CA, MinVersion: tls.VersionTLS12}, TLSHandshakeTimeout: silent,
			ResponseHeaderTimeout: silent, MaxIdleConnsPerHost: 16, DisableCompression: true,
		},
	})
	return c, err
}

func (b Bucket) connect(context.Context) (connection, error) {
	c, err := b.client()
	return &bucket{c, b}, err
}

type bucket struct {
	client *minio.Client
	Bucket
}

// prefix is what the keys of a folder begin with.
func prefix(folder string) string {
	if folder = strings.Trim(folder, "/"); folder == "" {
		return ""
	}
	return folder + "/"
}

func (b *bucket) list(ctx context.Context, e *Errand, each func(remote)) error {
	options := minio.ListObjectsOptions{Prefix: prefix(e.Folder)}
	for o := range b.client.ListObjectsIter(ctx, b.Name, options) {
		if o.Err != nil {
			return b.explained(o.Err)
		}
		if strings.HasSuffix(o.Key, "/") && !strings.HasSuffix(o.Key, "../") {
			continue // a folder
		}
		each(remote{path: o.Key, name: path.Base(o.Key), size: o.Size, modified: o.LastModified, isWhole: true,
			version: o.ETag + " " + o.LastModified.UTC().Format(time.RFC3339Nano)})
	}
	return ctx.Err()
}

// etag is the part of the version that a request can ask for.
func (r remote) etag() string {
	tag, _, _ := strings.Cut(r.version, " ")
	return tag
}

func (b *bucket) read(ctx context.Context, r remote, to io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	silence := newPatience(b.Patience, stop)
	defer silence.await()()
	var options minio.GetObjectOptions
	if tag := r.etag(); tag != "" {
		if err := options.SetMatchETag(tag); err != nil {
			return err
		}
	}
	body, _, _, err := minio.Core{Client: b.client}.GetObject(ctx, b.Name, r.path, options)
	if err == nil {
		defer body.Close()
		_, err = io.CopyBuffer(to, heard{body, silence}, make([]byte, 256<<10)) // fewer calls into the kernel
	}
	switch lost := silence.lost(); {
	case lost != nil:
		return lost
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF),
		err != nil && strings.Contains(err.Error(), "Connection closed by foreign host"): // the library's word for it
		return lostError("the connection ended in the middle")
	}
	return b.explained(err)
}

// heard tells of what comes.
type heard struct {
	from io.Reader
	*patience
}

func (h heard) Read(data []byte) (int, error) {
	n, err := h.from.Read(data)
	if n > 0 {
		h.came()
	}
	return n, err
}

// explained says what an answer means.
func (b *bucket) explained(err error) error {
	var answer minio.ErrorResponse
	if !errors.As(err, &answer) {
		return err
	}
	switch answer.Code {
	case minio.NoSuchKey, minio.PreconditionFailed:
		return fmt.Errorf("%w: %s", errChanged, answer.Message)
	case minio.AccessDenied:
		if answer.Key != "" {
			return fmt.Errorf("%w: %s", errDenied, answer.Message)
		}
		return fmt.Errorf("%s does not let the key %s list %s", b.Endpoint, b.KeyID, b.Name)
	case minio.InvalidAccessKeyID, minio.SignatureDoesNotMatch:
		return fmt.Errorf("%s does not let the key %s in: it or its secret is wrong", b.Endpoint, b.KeyID)
	case minio.NoSuchBucket:
		return fmt.Errorf("%s has no bucket %s", b.Endpoint, b.Name)
	case "RequestTimeTooSkewed":
		return fmt.Errorf("the clocks of %s and of this machine differ too much: correct this one", b.Endpoint)
	}
	return err
}

// remove needs no second look before it: an object that was written meanwhile has another ETag.
func (b *bucket) remove(ctx context.Context, r remote, e *Errand) error {
	now, err := b.client.StatObject(ctx, b.Name, r.path, minio.StatObjectOptions{})
	switch {
	case minio.ToErrorResponse(err).Code == minio.NoSuchKey:
		return nil // somebody was faster
	case err != nil:
		return b.explained(err)
	case now.ETag != r.etag() || now.Size != r.size:
		return errors.New("it has changed since it was fetched, and the next fetch takes it")
	}
	if e.After == Move {
		to := prefix(e.To) + r.name
		if _, err := b.client.StatObject(ctx, b.Name, to, minio.StatObjectOptions{}); err == nil {
			to = prefix(e.To) + timed(r)
		}
		_, err := b.client.CopyObject(ctx, minio.CopyDestOptions{Bucket: b.Name, Object: to},
			minio.CopySrcOptions{Bucket: b.Name, Object: r.path, MatchETag: r.etag()})
		if err != nil {
			return b.explained(err)
		}
	}
	return b.explained(b.client.RemoveObject(ctx, b.Name, r.path, minio.RemoveObjectOptions{}))
}

func (b *bucket) atOnce() int   { return 8 }
func (b *bucket) failed() error { return nil }
func (b *bucket) close()        {}
