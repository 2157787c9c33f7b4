package pipeline

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tranche/pipeline/files"
	"tranche/pipeline/ingest/feed"
)

// Suggestion is a sale that looks like a registered deal that it does not name.
type Suggestion struct {
	Distributor, Document string
	Line                  int64
	Key                   string // empty unless the feed declares a key
	Deal                  string
}

// AcceptDeal puts a row that says to which deal a sale belongs into the inbox, as a file of the feed of links. It
// counts from the next run on, like any other. The name of the file is returned.
func AcceptDeal(ctx context.Context, o Options, x Suggestion, who, reason string) (name string, err error) {
	s, err := OpenPublished(ctx, o.Config)
	if err != nil {
		return "", err
	}
	defer s.Close()
	if err := OfThisVersion(ctx, s); err != nil {
		return "", err
	}
	var isSuggested bool
	err = s.Row(ctx, `select exists (from mart.sell_with_suggestions where distributor = ? and document_no = ?
		and line_no = ? and line_key = ? and deal_id = ?)`,
		[]any{&isSuggested}, x.Distributor, x.Document, x.Line, x.Key, x.Deal)
	if err != nil {
		return "", err
	}
	if !isSuggested {
		return "", mistake("%s, document %s, line %d does not look like deal %s; tranche match --deals lists what does",
			x.Distributor, x.Document, x.Line, x.Deal)
	}
	at := slices.IndexFunc(o.Config.Feeds, func(f feed.Feed) bool { return f.Kind == feed.Links })
	if at < 0 {
		return "", mistake("no feed has the kind links, which says to which deals sales belong: docs/feeds.md has one")
	}
	f := &o.Config.Feeds[at]
	text, err := linkFile(f, map[string]string{"distributor": x.Distributor, "document_no": x.Document,
		"line_no": strconv.FormatInt(x.Line, 10), "line_key": x.Key, "deal_id": x.Deal, "accepted_by": who,
		"reason": reason})
	if err != nil {
		return "", err
	}
	stamp := o.Now.UTC().Format("20060102T150405") + "_" + files.HashBytes(text)[:8]
	name = strings.Replace(f.Glob, "*", "_accepted_"+stamp, 1)
	return name, Deliver(o.Config, name, bytes.NewReader(text))
}

// linkFile is one row as the feed of links reads it.
func linkFile(f *feed.Feed, values map[string]string) ([]byte, error) {
	isPlain := !f.NoHeader && f.HeaderLine <= 1 && f.HeaderLines <= 1 && f.Trailer == nil &&
		(f.Quote == "" || f.Quote == `"`) &&
		(f.Format == "" || f.Format == "csv") && (f.Encoding == "" || f.Encoding == "utf-8") &&
		strings.Count(f.Glob, "*") == 1 && !strings.ContainsAny(f.Glob, "?[{")
	if !isPlain {
		return nil, mistake("the feed %s reads no plain CSV files in UTF-8 with a header and one * in their name: write "+
			"the row into a file of that feed by hand", f.Name)
	}
	var head, row []string
	for _, ours := range []string{
		"distributor", "document_no", "line_no", "line_key", "deal_id", "accepted_by", "reason",
	} {
		theirs, constant := f.Columns[ours], f.Constants[ours]
		switch value := values[ours]; {
		case len(theirs) > 0:
			head, row = append(head, theirs[0]), append(row, value)
		case ours == "reason" || value == "" || value == constant:
		default:
			return nil, mistake("the feed %s has no column for %s, which is %q here", f.Name, ours, value)
		}
	}
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	if f.Delimiter != "" {
		w.Comma = []rune(f.Delimiter)[0]
	}
	if err := w.WriteAll([][]string{head, row}); err != nil {
		return nil, fmt.Errorf("write a row of the feed %s: %w", f.Name, err)
	}
	return text.Bytes(), nil
}
