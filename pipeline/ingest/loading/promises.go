package loading

import (
	"fmt"
	"strings"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/framing"
)

// checkPromises compares the file with its feed's promises.
func (r *reading) checkPromises() error {
	limit := r.feed.MaxRejects
	switch {
	case r.text.watch.isUTF8():
		return r.text.watch.problem(r.feed.Encoding)
	case r.otherHeader > 0:
		return &feed.Problem{Line: r.otherHeader, Code: feed.OtherHeader, Detail: fmt.Sprintf("line %d", r.otherHeader)}
	case r.unterminated && r.feed.FinalNewline:
		return &feed.Problem{Code: feed.CutShort}
	case limit.Exceeded(r.rejected, r.judged()):
		return r.tooMany()
	case r.numbersLines && r.keylessLine > 0 && limit.Exceeded(r.judged(), r.judged()):
		detail := fmt.Sprintf("all %d, allowed %s, because this sender numbers no lines and line %d may be of any document",
			r.judged(), limit, r.keylessLine)
		return &feed.Problem{Code: feed.TooManyRejects, Detail: detail + "; the first: " + r.problems[0].String()}
	case r.feed.Trailer == nil:
		return nil
	}
	return r.checkTrailer()
}

// enough says that the file will be refused even if the rest of it is as good as its bytes allow: a record has at
// least a byte for each of its fields.
func (r *reading) enough(t *tally) bool {
	return r.feed.MaxRejects.Exceeded(t.rejected, t.records+r.mostRecords)
}

func (r *reading) tooMany() error {
	detail := fmt.Sprintf("%d of %d, allowed %s", r.rejected, r.judged(), r.feed.MaxRejects)
	if r.stopped > 0 {
		detail = fmt.Sprintf("%d of the first %d, allowed %s; line %d and those after it were not read, because they "+
			"cannot make up for that", r.rejected, r.judged(), r.feed.MaxRejects, r.stopped)
	}
	if len(r.problems) > 0 {
		detail += "; the first: " + r.problems[0].String()
		if r.problems[0].Code == string(framing.FieldCount) {
			detail += r.otherDelimiter(r.problems[0].Raw)
		}
	}
	return &feed.Problem{Code: feed.TooManyRejects, Detail: detail}
}

// checkTrailer compares the sender's row count and total with ours. Rejected records count, because they are in the
// file.
func (r *reading) checkTrailer() error {
	trailer := r.feed.Trailer
	if len(r.trailer) == 0 {
		return &feed.Problem{Code: feed.NoTrailer, Detail: strings.Join(trailer.StartsWith, ", ")}
	}
	if r.after > 0 {
		return &feed.Problem{Line: r.after, Code: feed.AfterTrailer, Detail: fmt.Sprintf("line %d", r.after)}
	}
	count, text, err := r.trailerNumber(trailer.CountColumn, 0)
	if err != nil {
		return err
	}
	excluded, excludedAmount := r.allExcluded()
	ours, also := r.judged(), ""
	if trailer.Excluded {
		ours = r.records
	} else if excluded > 0 && count == r.records {
		also = fmt.Sprintf(", and %d with the %d that exclude names: say trailer: {excluded: counted} if the sender counts "+
			"them", r.records, excluded)
	}
	if text != "" && count != ours {
		return &feed.Problem{Code: feed.OffCount, Detail: fmt.Sprintf("it says %s, there are %d%s", text, ours, also)}
	}
	total, text, err := r.trailerNumber(trailer.TotalColumn, 6)
	if err != nil || text == "" || r.unread > 0 {
		return err
	}
	var sum feed.Total
	sum.Merge(&r.amount)
	sum.Merge(&r.rejectedAmount)
	if trailer.Excluded {
		sum.Merge(&excludedAmount)
	}
	if !sum.Equals(total) {
		detail := fmt.Sprintf("it says %s, the amounts add up to %s", text, sum.String())
		return &feed.Problem{Code: feed.OffTotal, Detail: detail}
	}
	return nil
}

// trailerNumber reads a number from the first trailer line that has one in the field.
func (r *reading) trailerNumber(column, scale int) (int64, string, error) {
	if column == 0 {
		return 0, "", nil
	}
	for _, rec := range r.trailer {
		if len(rec.Fields) < column {
			continue
		}
		if units, code := r.feed.ParseField(&rec, column-1, scale); code == "" {
			return units, strings.TrimSpace(string(rec.Fields[column-1])), nil
		}
	}
	return 0, "", &feed.Problem{Code: feed.NoTrailer, Detail: fmt.Sprintf("no number in its field %d", column)}
}
