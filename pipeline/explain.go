package pipeline

import (
	"context"
	"fmt"

	"tranche/pipeline/config"
	"tranche/reports"
	"tranche/reports/xlsx"
)

// ExplainMonth explains a partner's month from the published marts. Without a month it is the newest.
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

// ExplainLine explains one line of a document for a partner, from the published marts.
func ExplainLine(ctx context.Context, c *config.Config, q reports.Question) (*reports.LineStory, error) {
	s, err := OpenPublished(ctx, c)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return reports.ExplainLine(ctx, s, q)
}

// Cause is the text for the cause of an adjustment of a line.
func Cause(cause string) string { return xlsx.CauseIn("en", "line", cause) }

// Word is the text for one of our own words, such as a reason or a method.
func Word(word string) string { return xlsx.Word(word) }
