package pipeline

import (
	"fmt"

	"tranche/pipeline/config"
	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/loading"
)

// LandedLine is one physical line of a landed file, as its sender wrote it.
type LandedLine struct {
	File LandedFile
	Text string
}

// ReadLandedLine reads a physical line of the landed file of that number.
func ReadLandedLine(c *config.Config, file, line int64) (LandedLine, error) {
	list, err := Landed(c)
	if err != nil {
		return LandedLine{}, err
	}
	for _, f := range list {
		if f.Sequence != file {
			continue
		}
		feeds := feed.Of(c.Feeds, f.Name, f.From)
		if len(feeds) == 0 {
			return LandedLine{File: f}, mistake("no feed says how %s is written", f.Name)
		}
		text, err := loading.Line(f.Path(c.Folders.Landing), f.Name, feeds[0], line)
		if err != nil {
			err = fmt.Errorf("read line %d of %s: %w", line, f.Name, err)
		}
		return LandedLine{f, text}, err
	}
	return LandedLine{}, mistake("no landed file has the number %d", file)
}

// StatementName is the file name of a partner's statement in the folder of its month.
func StatementName(partner string) string { return fileName(partner) }
