package config

import (
	"fmt"
	"slices"

	"tranche/pipeline/ingest/feed"
)

// exclude reads which rows are no sales, and which values hold for rows below.
func (r *reader) exclude(at string, f feedFile, out *feed.Feed) {
	kind, ok := feed.KindNamed(f.Kind)
	if !ok {
		return
	}
	for i, e := range f.Exclude {
		at := fmt.Sprintf("%s.exclude[%d]", at, i)
		said := 0
		for _, s := range []bool{len(e.Is) > 0, len(e.StartsWith) > 0, e.Blank, e.RepeatedHeader} {
			if s {
				said++
			}
		}
		switch {
		case said != 1:
			r.fault(at, "a condition says one of is, starts_with, blank and repeated_header")
		case len(e.Is) > 0 && e.Column == "":
			r.fault(at+".is", "in which column? add column: with this sender's name for it, or its number from 1")
		case e.Column != "" && (e.Blank || e.RepeatedHeader):
			r.fault(at+".column", "blank and repeated_header look at all columns")
		case len(e.Otherwise) > 0 && len(e.Is) == 0:
			r.fault(at+".otherwise", "it belongs to is")
		case slices.Contains(e.StartsWith, ""):
			r.fault(at+".starts_with", "every row begins with nothing; for empty values write is: [\"\"]")
		case e.Column == open || slices.Contains(e.Is, open) || slices.Contains(e.StartsWith, open):
			r.fault(at, "ASK is to be filled in")
		case e.Fills != "" && (e.Blank || e.RepeatedHeader):
			r.fault(at+".fills", "such a row is no heading")
		case len(e.Is) > 0 && e.Fills != "" && len(f.Columns[e.Fills]) == 0:
			r.fault(at+".fills", "in which column does the heading have it? add %s to columns", e.Fills)
		}
		r.fillable(at+".fills", kind, f, e.Fills)
		out.Exclude = append(out.Exclude, feed.Exclusion{Column: string(e.Column), Is: e.Is, Otherwise: e.Otherwise,
			StartsWith: e.StartsWith, Blank: e.Blank, RepeatedHeader: e.RepeatedHeader, Fills: e.Fills})
	}
	for _, name := range f.FillDown {
		r.fillable(at+".fill_down", kind, f, name)
		if len(f.Columns[name]) == 0 {
			r.fault(at+".fill_down", "%s is not among the columns", name)
		}
	}
	out.FillDown = f.FillDown
}

// fillable faults a name that rows below cannot take a value for.
func (r *reader) fillable(at string, kind feed.Kind, f feedFile, name string) {
	if name == "" {
		return
	}
	if c, ok := kind.Column(name); !ok || c.Derived {
		r.fault(at, "%s have no column %q", kind.Name, name)
	}
	if _, same := f.Constants[name]; same {
		r.fault(at, "%s is a constant", name)
	}
}
