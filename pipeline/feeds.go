package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/loading"
	"tranche/pipeline/ingest/proposal"
)

// sampleBytes is how much of a file a proposal looks at.
const sampleBytes = 256 << 10

// ReadSample reads the beginning of a file. Where nobody said how it is encoded, and it is no UTF-8, it tries the
// encoding of Windows and says so.
func ReadSample(path, sheet, encoding string, isSaid bool) (s proposal.Sample, err error) {
	s = proposal.Sample{Name: filepath.Base(path), Encoding: encoding}
	if end := strings.ToLower(filepath.Ext(path)); end == ".xlsx" || end == ".xlsm" {
		s.Encoding, s.Sheet = "", sheet
		s.Rows, s.Whole, err = readSheet(path, sheet)
		return s, err
	}
	s.Text, s.Whole, err = loading.Sample(path, encoding, sampleBytes)
	if err != nil || isSaid {
		return s, err
	}
	for mark, name := range map[string]string{"\xff\xfe": "utf-16", "\xfe\xff": "utf-16"} {
		if strings.HasPrefix(string(s.Text), mark) {
			s.Encoding = name
		}
	}
	if s.Encoding == encoding {
		if utf8.Valid(wholeLines(s.Text, s.Whole)) {
			return s, nil
		}
		s.Encoding = "windows-1252"
	}
	if s.Text, s.Whole, err = loading.Sample(path, s.Encoding, sampleBytes); err != nil {
		return s, err
	}
	s.Doubtful = proposal.DoubtEncoding(s.Encoding, s.Text)
	return s, nil
}

// sampleRows is how many rows of a sheet a proposal looks at.
const sampleRows = 2000

func readSheet(path, sheet string) (rows []proposal.Row, whole bool, err error) {
	s, err := loading.SampleSheet(path, sheet, sampleRows)
	if err != nil {
		return nil, false, err
	}
	for _, rec := range s.Rows {
		r := proposal.Row{Line: rec.Line}
		for i, field := range rec.Fields {
			r.Cells = append(r.Cells, proposal.Cell{Text: string(field), Kind: rec.KindOf(i)})
		}
		rows = append(rows, r)
	}
	return rows, s.Whole, nil
}

// wholeLines leaves out a last line that was cut.
func wholeLines(text []byte, whole bool) []byte {
	if i := strings.LastIndexByte(string(text), '\n'); !whole && i >= 0 {
		return text[:i+1]
	}
	return text
}

// TryFeed reads a file by a feed as it stands under feeds: in a configuration, without keeping anything. faults is what
// is wrong with the feed; then nothing is read.
func TryFeed(ctx context.Context, path, text string, rows int) (u *loading.Understood, faults []string, err error) {
	declared, err := config.ReadFeed(text)
	var faulty *config.Error
	switch {
	case errors.As(err, &faulty):
		for _, fault := range faulty.Faults {
			first, _, _ := strings.Cut(fault, "\n")
			faults = append(faults, strings.TrimPrefix(first, "feeds[0]."))
		}
		return nil, faults, nil
	case err != nil:
		return nil, nil, err
	}
	u, err = loading.Preview(ctx, path, declared, rows)
	return u, nil, err
}

var feedName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$`)

// SaveFeed writes a feed into the folder feeds.d beside the configuration, as a person has decided. The whole
// configuration must hold with it, and is returned. config.yaml stays as it is.
func SaveFeed(c *config.Config, text string) (name string, with *config.Config, err error) {
	declared, err := config.ReadFeed(text)
	if err != nil {
		return "", nil, Mistake{err}
	}
	if !feedName.MatchString(declared.Name) {
		return "", nil, mistake("the name %q of the feed cannot be the name of a file: letters, digits and . _ - only",
			declared.Name)
	}
	folder := config.FeedsFolder(c.Path)
	path := filepath.Join(folder, declared.Name+".yaml")
	if files.Exists(path) {
		return "", nil, mistake("there is a feed %s already, in %s", declared.Name, path)
	}
	if err := files.Folder(folder); err != nil {
		return "", nil, err
	}
	if err := files.Write(path, []byte("feeds:\n"+strings.TrimRight(text, "\n")+"\n"), files.Private); err != nil {
		return "", nil, err
	}
	if with, err = config.Read(c.Path); err != nil {
		return "", nil, Mistake{errors.Join(err, files.Remove(path))}
	}
	return declared.Name, with, nil
}

// Deliver puts a file into the inbox, whole, under a name that some feed is for. It lands in the next run like any
// other.
func Deliver(c *config.Config, name string, from io.Reader) error {
	switch {
	case name != filepath.Base(name), strings.HasPrefix(name, "."), len(name) > 200, !utf8.ValidString(name):
		return mistake("%q cannot be the name of a file", name)
	case len(feed.Of(c.Feeds, name, "")) == 0:
		return mistake("no feed is for files of the name %q: correct the name, or make a feed for its sender", name)
	case files.Exists(filepath.Join(c.Folders.Inbox, name)):
		return mistake("%s lies in the inbox already, and waits for the next run", name)
	}
	path := filepath.Join(c.Folders.Inbox, name)
	// It comes as a whole, so that the next run need not wait for it.
	if err := put(path, from, time.Now().Add(-c.Settle)); err != nil {
		return fmt.Errorf("put %s into the inbox: %w", name, err)
	}
	if c.Ready == "" {
		return nil
	}
	return files.Write(path+c.Ready, nil, files.Private)
}

// put writes a file whole, with the time of its last change: two at once of one name have a part of their own each.
func put(path string, from io.Reader, changed time.Time) error {
	out, err := os.CreateTemp(filepath.Dir(path), ".*.part")
	if err != nil {
		return err
	}
	_, err = io.Copy(out, from)
	if err = errors.Join(err, out.Close()); err == nil {
		err = os.Chtimes(out.Name(), changed, changed)
	}
	if err == nil {
		err = files.Place(out.Name(), path)
	}
	if err != nil {
		err = errors.Join(err, files.Remove(out.Name()))
	}
	return err
}
