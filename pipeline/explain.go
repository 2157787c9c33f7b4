package pipeline

import (
	"context"
	"fmt"
	"time"

	"tranche/pipeline/config"
	"tranche/reports"
	"tranche/reports/xlsx"
)

// Explain says what made a partner's month what it is, or one line of a document
// when it is not empty, out of what is published.
func Explain(ctx context.Context, c *config.Config, partner string, month time.Time, document string, line int64) (reports.Explanation, error) {
	s, err := OpenPublished(ctx, c)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if document != "" {
		return reports.ExplainLine(ctx, s, partner, document, line)
	}
	if month.IsZero() {
		if err := s.Row(ctx, "select max(through_month) from mart.runs", []any{&month}); err != nil {
			return nil, fmt.Errorf("read the newest month: %w", err)
		}
	}
	return reports.Explain(ctx, s, partner, month)
}

// Word is how one of our own words, such as a reason or a method, is said to a
// person.
func Word(word string) string { return xlsx.Word(word) }
