package transforms_test

import (
	"fmt"
	"slices"
	"testing"

	"tranche/transforms/oracle"
)

// decisions sends files of one feed, and keeps what a person has decided on them.
type decisions struct {
	*history
	inbox
}

// decidesOn has two or three lines of January stated.
func decidesOn(t *testing.T, documents ...string) *decisions {
	f, p := smallTrade()
	f.Sales, f.Through = nil, firstDay.AddDate(0, 1, 0)
	d := &decisions{begin(t, tables(t, 1), p), inbox{facts: f}}
	must(t, d.s, "insert into memory.main.feeds (feed, max_corrected_lines) values ('sales', 1)")
	d.send("complete", 0, documents...)
	return d
}

// send sends documents, each of 1000.00 and so much more.
func (d *decisions) send(feed string, more int64, documents ...string) {
	file := sent{feed: feed, isComplete: feed == "complete", firstOpen: d.firstOpen}
	for _, document := range documents {
		file.lines = append(file.lines, oracle.Sale{Distributor: "D", Document: document, Line: 1, Date: firstDay,
			Buyer: "P1", SKU: "L", Currency: "USD", Net: dec(100_000+100*more, 2)})
	}
	d.files = append(d.files, file)
	d.besides = d.store()
}

// says is what counts and what waits.
func (d *decisions) says() []string {
	d.workOut(d.facts, d.facts.Through)
	return append(bases(d.history, d.s), ask(d.history, d.s,
		"select distinct concat_ws(' ', kind, subject, '-', change) as said from mart.pending_changes order by said")...)
}

func (d *decisions) expect(want ...string) {
	d.history.Helper()
	if got := d.says(); !slices.Equal(got, want) {
		d.history.Fatalf("it comes to\n%q, it should be\n%q", got, want)
	}
}

func counts(document string, amount int) string {
	return fmt.Sprintf("D %s 1 P1 resell %d.00", document, amount)
}

// TestAWithdrawalThatWasDecidedStaysWhenALaterFileLacksMore: each file's withdrawal is a change of its own.
func TestAWithdrawalThatWasDecidedStaysWhenALaterFileLacksMore(t *testing.T) {
	d := decidesOn(t, "A", "B", "C")
	d.close(d.facts, d.open())
	d.send("complete", 0, "A", "B")
	d.expect(counts("A", 1000), counts("B", 1000), counts("C", 1000),
		"withdrawn complete 2024-01 - 1 line withdrawn, 1000.00")
	d.decide(d.facts, d.facts.Through, "accept", "", "")
	d.send("complete", 0, "A")
	d.expect(counts("A", 1000), counts("B", 1000), "withdrawn complete 2024-01 - 1 line withdrawn, 1000.00")
}

// TestCorrectionsThatWereRefusedStaySoWhenALaterFileCorrectsOneOfThem: the refused file has the other one alone then,
// and one is not over the limit. What was corrected before its month was closed does not wait for anybody.
func TestCorrectionsThatWereRefusedStaySoWhenALaterFileCorrectsOneOfThem(t *testing.T) {
	d := decidesOn(t, "A", "B")
	d.send("sales", 1, "A", "B")
	d.close(d.facts, d.open())
	d.expect(counts("A", 1001), counts("B", 1001))
	d.send("sales", 2, "A", "B")
	d.expect(counts("A", 1001), counts("B", 1001),
		"corrections_over_the_limit sales - 2 stated lines corrected, by 2.00")
	d.decide(d.facts, d.facts.Through, "refuse", "", "")
	d.send("sales", 3, "B")
	d.expect(counts("A", 1001), counts("B", 1003))
	d.close(d.facts, d.open())
	d.facts.Through = d.facts.Through.AddDate(0, 1, 0)
	d.expect(counts("A", 1001), counts("B", 1003))
}
