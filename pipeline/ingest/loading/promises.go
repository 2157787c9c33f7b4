package loading

import (
	"fmt"
	"strings"

	"tranche/pipeline/ingest/feed"
)

// checkPromises holds the file as a whole against what its feed promises.
func checkPromises(declared feed.Feed, r *reading) error {
	switch {
	case r.unterminated && declared.FinalNewline:
		return &feed.Problem{Code: feed.CutShort}
	case declared.MaxRejects.Exceeded(r.rejected, r.records):
		return tooMany(declared, r)
	case r.numbersLines && r.keylessLine > 0 && declared.MaxRejects.Exceeded(r.records, r.records):
		detail := fmt.Sprintf("all %d, allowed %s, because this sender numbers no lines and line %d may be of any document", r.records, declared.MaxRejects, r.keylessLine)
		return &feed.Problem{Code: feed.TooManyRejects, Detail: detail + "; the first: " + r.problems[0].String()}
	}
	if declared.Trailer == nil {
		return nil
	}
	return checkTrailer(declared, r)
}

func tooMany(declared feed.Feed, r *reading) error {
	detail := fmt.Sprintf("%d of %d, allowed %s", r.rejected, r.records, declared.MaxRejects)
	if len(r.problems) > 0 {
		detail += "; the first: " + r.problems[0].String()
	}
	return &feed.Problem{Code: feed.TooManyRejects, Detail: detail}
}

// checkTrailer compares the sender's own row count and total with ours. A
// rejected record counts: it is in the file.
func checkTrailer(declared feed.Feed, r *reading) error {
	if len(r.trailer) == 0 {
		return &feed.Problem{Code: feed.NoTrailer, Detail: strings.Join(declared.Trailer.StartsWith, ", ")}
	}
	if r.after > 0 {
		return &feed.Problem{Line: r.after, Code: feed.AfterTrailer, Detail: fmt.Sprintf("line %d", r.after)}
	}
	count, text, err := trailerNumber(declared, r, declared.Trailer.CountColumn, 0)
	if err != nil {
		return err
	}
	if text != "" && count != r.records {
		return &feed.Problem{Code: feed.OffCount, Detail: fmt.Sprintf("it says %s, there are %d", text, r.records)}
	}
	total, text, err := trailerNumber(declared, r, declared.Trailer.TotalColumn, 6)
	if err != nil || text == "" || r.unread > 0 {
		return err
	}
	var ours feed.Total
	ours.Merge(&r.amount)
	ours.Merge(&r.rejectedAmount)
	if !ours.Equals(total) {
		return &feed.Problem{Code: feed.OffTotal, Detail: fmt.Sprintf("it says %s, the amounts add up to %s", text, ours.String())}
	}
	return nil
}

// trailerNumber reads one number out of the trailer block: the first line that
// has something in that field.
func trailerNumber(declared feed.Feed, r *reading, column, scale int) (int64, string, error) {
	if column == 0 {
		return 0, "", nil
	}
	for _, rec := range r.trailer {
		if len(rec.Fields) < column || len(strings.TrimSpace(string(rec.Fields[column-1]))) == 0 {
			continue
		}
		text := strings.TrimSpace(string(rec.Fields[column-1]))
		units, code := declared.ParseNumber(text, scale)
		if code != "" {
			continue
		}
		return units, text, nil
	}
	return 0, "", &feed.Problem{Code: feed.NoTrailer, Detail: fmt.Sprintf("no number in its field %d", column)}
}
