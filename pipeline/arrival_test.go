package pipeline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tranche/pipeline"
)

// arrivalConfig has two feeds of one distributor: one appends, the other is
// complete for the months its files cover.
const arrivalConfig = `vendor: V
currency: USD
feeds:
  - &sales
    name: lines
    kind: sales
    glob: "lines_*.csv"
    returns: by_amount
    max_rejects: none
    constants: {distributor: D, currency: USD}
    columns: {document_no: doc, line_no: line, document_date: date, partner_code: code, sku: sku, net_amount: net}
  - name: whole
    kind: sales
    glob: "whole_*.csv"
    mode: replace
    max_withdrawn: 100%
    returns: by_amount
    max_rejects: none
    constants: {distributor: W, currency: USD}
    columns: {document_no: doc, line_no: line, document_date: date, partner_code: code, sku: sku, net_amount: net}
` + barePlan

// shipment is a file as it arrives.
type shipment struct {
	whole bool
	lost  bool               // it holds a row whose key cannot be read
	lines map[string]arrived // by key
}

type arrived struct {
	date string
	net  int
	bad  bool // the amount cannot be read
}

// TestWhateverArrivesAgainAndInWhateverPiecesTheFactsAreTheSame sends random
// files, some twice, over a random number of runs, and compares what stands with
// what a child would work out with a pencil: the newest version of each line,
// less what a later complete file of its month no longer holds, not even in a row
// that was rejected.
func TestWhateverArrivesAgainAndInWhateverPiecesTheFactsAreTheSame(t *testing.T) {
	long(t)
	rapid.Check(t, func(rt *rapid.T) {
		var sent []shipment
		for range rapid.IntRange(1, 5).Draw(rt, "files") {
			sent = append(sent, drawShipment(rt))
		}
		dir, err := os.MkdirTemp("", "tranche-arrivals-")
		if err != nil {
			rt.Fatal(err)
		}
		defer os.RemoveAll(dir)
		w := &world{dir: dir}
		inbox := filepath.Join(dir, "inbox")
		if err := os.MkdirAll(inbox, 0o700); err != nil {
			rt.Fatal(err)
		}
		w.configure(t, arrivalConfig)
		var came []shipment
		for i, s := range sent {
			s.write(rt, inbox, i)
			came = append(came, s)
			if i > 0 && rapid.Bool().Draw(rt, "the one before again") {
				sent[i-1].again(rt, inbox, i)
				came = append(came, sent[i-1])
			}
			if i == len(sent)-1 || rapid.Bool().Draw(rt, "run now") {
				w.runQuietly(rt)
			}
		}
		if got, want := w.standing(t), standing(came); !slices.Equal(got, want) {
			rt.Fatalf("what stands is\n%s\nit should be\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

// TestALineWhoseFileHoldsTheOtherInARejectedRowIsNoPossibleDuplicate: its sender has both.
func TestALineWhoseFileHoldsTheOtherInARejectedRowIsNoPossibleDuplicate(t *testing.T) {
	t.Parallel()
	w := &world{dir: t.TempDir()}
	w.configure(t, arrivalConfig)
	w.drop(t, "lines_1.csv", "doc,line,date,code,sku,net\nN2,1,2024-05-03,C1,A,1.00\n")
	w.run(t)
	w.drop(t, "lines_2.csv", "doc,line,date,code,sku,net\nN2,1,2024-05-03,C1,A,x\nN2,2,2024-05-03,C1,A,1.00\n")
	w.run(t)
	if waits := w.rows(t, "select kind, subject, change from mart.pending_changes"); len(waits) > 0 {
		t.Error(waits)
	}
}

func drawShipment(t *rapid.T) shipment {
	s := shipment{
		whole: rapid.Bool().Draw(t, "whole"),
		lost:  rapid.SampledFrom([]bool{true, false, false, false, false}).Draw(t, "lost"),
		lines: map[string]arrived{},
	}
	for range rapid.IntRange(1, 6).Draw(t, "lines") {
		key := fmt.Sprintf("N%d,%d", rapid.IntRange(1, 3).Draw(t, "doc"), rapid.IntRange(1, 2).Draw(t, "line"))
		s.lines[key] = arrived{
			date: rapid.SampledFrom([]string{"2024-05-03", "2024-05-20", "2024-06-07"}).Draw(t, "date"),
			net:  rapid.IntRange(1, 3).Draw(t, "net"),
			bad:  rapid.SampledFrom([]bool{true, false, false}).Draw(t, "bad"),
		}
	}
	return s
}

func (s shipment) text() string {
	text := "doc,line,date,code,sku,net\n"
	var keys []string
	for key := range s.lines {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		a := s.lines[key]
		text += fmt.Sprintf("%s,%s,C1,A,%d%s.00\n", key, a.date, a.net, map[bool]string{true: "x"}[a.bad])
	}
	if s.lost {
		text += ",1,2024-05-03,C1,A,1.00\n"
	}
	return text
}

func (s shipment) write(t *rapid.T, inbox string, n int) {
	name := fmt.Sprintf("lines_%02d.csv", n)
	if s.whole {
		name = fmt.Sprintf("whole_%02d.csv", n)
	}
	s.put(t, filepath.Join(inbox, name), n)
}

// again sends the same bytes under another name, later.
func (s shipment) again(t *rapid.T, inbox string, n int) {
	name := fmt.Sprintf("lines_%02d_again.csv", n)
	if s.whole {
		name = fmt.Sprintf("whole_%02d_again.csv", n)
	}
	s.put(t, filepath.Join(inbox, name), n)
}

func (s shipment) put(t *rapid.T, path string, n int) {
	if err := os.WriteFile(path, []byte(s.text()), 0o600); err != nil {
		t.Fatal(err)
	}
	at := now.Add(time.Duration(n-100) * time.Hour)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

func (w *world) runQuietly(t *rapid.T) {
	s, err := pipeline.Run(t.Context(), pipeline.Options{Config: w.config, Now: now, Program: "test"})
	if err != nil {
		t.Fatal(err)
	}
	w.last = s
}

// standing asks the published file; the partner is unknown, so all lines are held.
func (w *world) standing(t *testing.T) []string {
	var out []string
	for _, r := range w.rows(t, `select distributor, document_no, line_no, month, net_amount::decimal(18,0)
		from mart.held_lines`) {
		out = append(out, strings.Join(r, " "))
	}
	slices.Sort(out)
	return out
}

// standing works it out file by file. The same bytes again are no file at all, but a complete file after
// another one stands again.
func standing(came []shipment) []string {
	now, gone := map[string]arrived{}, map[string]bool{}
	known := map[string]string{}
	newest := ""
	for _, s := range came {
		sender := "D"
		if s.whole {
			sender = "W"
		}
		if by := known[s.text()]; by != "" && (by == "D" || sender == "D" || s.text() == newest) {
			continue
		}
		known[s.text()] = sender
		if s.whole {
			newest = s.text()
		}
		covered := map[string]bool{} // the months it is complete for
		for key, a := range s.lines {
			if !a.bad {
				now[sender+","+key], gone[sender+","+key] = a, false
				covered[a.date[:7]] = s.whole && !s.lost
			}
		}
		for key, l := range now {
			if _, holds := s.lines[strings.TrimPrefix(key, "W,")]; strings.HasPrefix(key, "W") && covered[l.date[:7]] && !holds {
				gone[key] = true
			}
		}
	}
	var out []string
	for key, l := range now {
		if gone[key] {
			continue
		}
		out = append(out, fmt.Sprintf("%s %s-01 %d", strings.ReplaceAll(key, ",", " "), l.date[:7], l.net))
	}
	slices.Sort(out)
	return out
}
