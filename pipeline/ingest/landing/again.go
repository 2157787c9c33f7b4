package landing

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tranche/pipeline/ingest/content"
)

// again handles bytes that have landed before. They change nothing, unless their earlier name was wrong (without a
// feed, or with the suffix of another archive), or they are a complete file after others.
func (l *lander) again(c *candidate, f File) error {
	c.Fate, c.File = Repeated, f
	name := filepath.Base(c.Source)
	is, err := f.content(l.Landing)
	if err != nil {
		return err
	}
	then, now := l.Feeds(f.Name, f.From), l.Feeds(name, c.from())
	c.Detail = "the same bytes landed before as " + f.Name
	switch fromNow := fmt.Sprintf("; they are read as %s from now on", name); {
	case len(then) == 0:
		c.Detail += ", which no feed knows" + fromNow
		return l.rename(c, f)
	case !fits(f.Name, is) && fits(name, is):
		c.Detail += ", whose suffix does not fit the bytes" + fromNow
		return l.rename(c, f)
	case !slices.Equal(then, now):
		c.Detail += fmt.Sprintf(", for the feed %s; "+
			"if that name was wrong, %s and send it again", strings.Join(then, " and "), changing(is))
	case len(now) == 1 && l.Complete != nil && l.Complete(now[0]) && f.Sequence < l.newest[now[0]]:
		c.Detail = "the same bytes landed before; as a complete file they stand again"
		return l.standAgain(c)
	default:
		c.Detail = ""
	}
	return nil
}

// changing says how to make other bytes of a file that say the same.
func changing(is content.Content) string {
	if is == content.Text {
		return "put an empty line at its end"
	}
	return "save or pack it anew"
}

// standAgain lands the same bytes once more, with a sidecar of their own.
func (l *lander) standAgain(c *candidate) error {
	f := l.newFile(c.File.SHA256, *c)
	f.Again = true
	if err := l.write(f); err != nil {
		return err
	}
	l.keep(f)
	c.Fate, c.File = Landed, f
	return nil
}

func archive(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".gz") }

// fits says whether a name has the suffix of an archive where the bytes are one, and only there.
func fits(name string, is content.Content) bool {
	zipped := strings.HasSuffix(strings.ToLower(name), ".zip")
	return archive(name) == (is == content.Gzip) && zipped == (is == content.Zip)
}

// content says what the landed bytes are.
func (f File) content(landing string) (content.Content, error) {
	file, err := os.Open(f.Path(landing))
	if err != nil {
		return content.Text, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return content.Text, err
	}
	return content.Look(file, info.Size())
}

// rename gives a landed file its new name and keeps its sequence. The bytes are under both paths until the sidecar
// is written.
func (l *lander) rename(c *candidate, f File) error {
	from := f.Path(l.Landing)
	f.Name, f.Source, f.ModifiedAt = filepath.Base(c.Source), c.Source, c.info.ModTime().UTC()
	f.From = c.from()
	to := f.Path(l.Landing)
	if from != to {
		if err := os.Link(from, to); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	if err := l.write(f); err != nil {
		return err
	}
	l.known[f.SHA256] = f
	c.Fate, c.File = Renamed, f
	if from != to {
		return os.Remove(from)
	}
	return nil
}
