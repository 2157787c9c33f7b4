package pipeline_test

import (
	"slices"
	"testing"
)

func TestThePublishedFileSaysWhatItIsMadeOf(t *testing.T) {
	w := sampleWorld(t)
	rows := func(part string) [][]string {
		return w.rows(
			t,
			"select name, hash, through_month, from_date, to_date from mart.as_of where part = '"+part+"' order by sequence",
		)
	}
	if got := rows("run"); len(got) != 1 || got[0][1] != w.last.RunID || got[0][2] != "2024-08-01" {
		t.Errorf("the run is %v", got)
	}
	if got := rows("program"); len(got) != 1 || got[0][0] != "test" {
		t.Errorf("the program is %v", got)
	}
	if got := rows("configuration"); len(got) != 1 || got[0][1] != w.config.SourceHash {
		t.Errorf("the configuration is %v", got)
	}
	versions := rows("programme")
	if len(versions) != 2 || versions[0][0] != w.config.Programme.Versions[0].Name || versions[1][3] != "2024-07-01" {
		t.Errorf("the programme is %v", versions)
	}
	files := w.rows(t, "select name, hash from mart.as_of where part = 'file' order by sequence")
	if told := w.rows(t, "select file_name, sha256 from mart.reconciliation order by file_id"); len(told) != 20 ||
		!slices.EqualFunc(files, told, slices.Equal) {
		t.Errorf("the files are %v, and the reconciliation tells of %v", files, told)
	}
}

func TestTheSameInputsAreTheSameRunTheDayAfter(t *testing.T) {
	long(t)
	w := newWorld(t, t.TempDir(), asItIs)
	w.run(t)
	before := w.rows(t, "from mart.as_of order by all")
	w.run(t)
	if after := w.rows(t, "from mart.as_of order by all"); !slices.EqualFunc(before, after, slices.Equal) {
		t.Errorf("%v and then %v", before, after)
	}
	w.drop(t, "NW_2024-08_more.csv", "nothing a feed could read\r\n")
	w.run(t)
	if after := w.rows(t, "from mart.as_of order by all"); slices.EqualFunc(before, after, slices.Equal) {
		t.Error("another file, and it is the same run")
	}
}
