package pipeline

import (
	"context"
	"fmt"

	"tranche/pipeline/config"
	"tranche/reports"
	"tranche/reports/xlsx"
)

// ExplainMonth says what made a partner's month what it is, out of what is
// published. Without a month it is the newest.
func ExplainMonth(ctx context.Context, c *config.Config, q reports.Question) (*reports.MonthStory, error) {
	s, err := OpenPublished(ctx, c)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err := OfThisVersion(ctx, s); err != nil {
		return nil, err
	}
	if q.Month.IsZero() {
		if err := s.Row(ctx, "select through_month from mart.as_of where part = 'run'", []any{&q.Month}); err != nil {
			return nil, fmt.Errorf("read the newest month: %w", err)
		}
	}
	return reports.ExplainMonth(ctx, s, q)
}

// ExplainLine says what became of one line of a document for a partner, out of
// what is published.
func ExplainLine(ctx context.Context, c *config.Config, q reports.Question) (*reports.LineStory, error) {
	s, err := OpenPublished(ctx, c)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return reports.ExplainLine(ctx, s, q)
}

// Cause is how the cause of an adjustment is said to a person.
func Cause(cause string) string { return xlsx.Cause(cause) }

// Word is how one of our own words, such as a reason or a method, is said to a
// person.
func Word(word string) string { return xlsx.Word(word) }
