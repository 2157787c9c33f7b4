package schedule

import (
	"bytes"
	"context"
	"encoding/csv"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/schedule/letters"
	"tranche/pipeline/schedule/outbox"
)

// scorecards are what distributors get: once for each month, whatever its edition.
func (p *packer) scorecards(ctx context.Context) (parcels []Parcel, err error) {
	c := p.config
	for _, name := range slices.Sorted(maps.Keys(c.Deliver.Scorecards)) {
		card, err := p.scorecard(ctx, name)
		if err != nil {
			return nil, err
		}
		for _, to := range c.Deliver.Scorecards[name] {
			way, address := outbox.ByMail, to
			if !strings.Contains(to, "@") {
				way, address = to, path.Join(p.into(to), folderOf(pipeline.StatementFile(name)))
			}
			subject, text, err := c.Deliver.Letters.Write(letters.Scorecard, "en", letters.Facts{Vendor: c.Vendor, Name: name,
				Month: p.month, Rows: card.Rows, Loaded: card.Loaded, Waiting: card.Waiting})
			if err != nil {
				return nil, err
			}
			m := outbox.Message{Subject: subject, Text: text, At: p.now.UTC().Truncate(time.Second), Keep: true,
				ID:       scorecardKind + "-" + p.month + "-" + shortHash([]byte(name+"\x00"+to)),
				Delivery: p.delivery(scorecardKind, name, way, address)}
			content := func() (map[string][]byte, error) { return p.tables(card) }
			parcels = append(parcels, Parcel{Message: m, Name: name, content: content})
		}
	}
	return parcels, nil
}

func (p *packer) tables(card pipeline.Scorecard) (map[string][]byte, error) {
	files := map[string][]byte{}
	for name, table := range map[string][][]string{"scorecard.csv": card.Files, "rejected_rows.csv": card.Rejects} {
		if len(table) == 1 && name == "rejected_rows.csv" {
			continue
		}
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		for _, row := range table {
			if err := w.Write(pipeline.ForSheets(row)); err != nil {
				return nil, err
			}
		}
		w.Flush()
		files[p.named(name)] = out.Bytes()
	}
	return files, nil
}

// scorecard reads what became of the files that landed since the month before was closed.
func (p *packer) scorecard(ctx context.Context, distributor string) (pipeline.Scorecard, error) {
	var feeds []string
	for _, f := range p.config.Feeds {
		if f.Constants["distributor"] == distributor {
			feeds = append(feeds, f.Name)
		}
	}
	month, err := time.Parse("2006-01", p.month)
	if err != nil {
		return pipeline.Scorecard{}, err
	}
	before, _, err := pipeline.FinalMonth(p.config, month.AddDate(0, -1, 0))
	if err != nil {
		return pipeline.Scorecard{}, err
	}
	through := p.closed.Landed
	if p.closed.Hash == "" {
		through = 1 << 62
	}
	return pipeline.ReadScorecard(ctx, p.config, feeds, before.Landed, through)
}
