package loading

import (
	"fmt"
	"strings"

	"tranche/pipeline/feed"
)

// judge holds the file as a whole against what its feed promises.
func judge(sender feed.Feed, r *reading) error {
	switch {
	case r.unterminated && sender.FinalNewline:
		return &feed.Problem{Code: feed.CutShort}
	case sender.MaxRejects.Exceeded(r.rejected, r.records):
		return tooMany(sender, r)
	case r.numbersLines && r.keylessLine > 0 && sender.MaxRejects.Exceeded(r.records, r.records):
		detail := fmt.Sprintf("all %d, allowed %s, because this sender numbers no lines and line %d may be of any document", r.records, sender.MaxRejects, r.keylessLine)
		return &feed.Problem{Code: feed.TooManyRejects, Detail: detail + "; the first: " + r.problems[0].String()}
	}
	if sender.Trailer == nil {
		return nil
	}
	return judgeTrailer(sender, r)
}

func tooMany(sender feed.Feed, r *reading) error {
	detail := fmt.Sprintf("%d of %d, allowed %s", r.rejected, r.records, sender.MaxRejects)
	if len(r.problems) > 0 {
		detail += "; the first: " + r.problems[0].String()
	}
	return &feed.Problem{Code: feed.TooManyRejects, Detail: detail}
}

// judgeTrailer compares the sender's own row count and total with ours. A
// rejected record counts: it is in the file.
func judgeTrailer(sender feed.Feed, r *reading) error {
	if len(r.trailer) == 0 {
		return &feed.Problem{Code: feed.NoTrailer, Detail: strings.Join(sender.Trailer.StartsWith, ", ")}
	}
	if r.after > 0 {
		return &feed.Problem{Line: r.after, Code: feed.AfterTrailer, Detail: fmt.Sprintf("line %d", r.after)}
	}
	count, text, err := trailerNumber(sender, r, sender.Trailer.CountColumn, 0)
	if err != nil {
		return err
	}
	if text != "" && count != r.records {
		return &feed.Problem{Code: feed.OffCount, Detail: fmt.Sprintf("it says %s, there are %d", text, r.records)}
	}
	total, text, err := trailerNumber(sender, r, sender.Trailer.TotalColumn, 6)
	if err != nil || text == "" || r.unread > 0 {
		return err
	}
	var ours feed.Total
	ours.Merge(&r.amount)
	ours.Merge(&r.rejAmt)
	if !ours.Equals(total) {
		return &feed.Problem{Code: feed.OffTotal, Detail: fmt.Sprintf("it says %s, the amounts add up to %s", text, ours.String())}
	}
	return nil
}

// trailerNumber reads one number out of the trailer block: the first line that
// has something in that field.
func trailerNumber(sender feed.Feed, r *reading, column, scale int) (int64, string, error) {
	if column == 0 {
		return 0, "", nil
	}
	for _, rec := range r.trailer {
		if len(rec.Fields) < column || len(strings.TrimSpace(string(rec.Fields[column-1]))) == 0 {
			continue
		}
		text := strings.TrimSpace(string(rec.Fields[column-1]))
		units, code := sender.ParseNumber(text, scale)
		if code != "" {
			continue
		}
		return units, text, nil
	}
	return 0, "", &feed.Problem{Code: feed.NoTrailer, Detail: fmt.Sprintf("no number in its field %d", column)}
}
