package pipeline_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tranche/pipeline"
	"tranche/reports"
)

// cents is an amount times a rate, rounded half away from zero.
func cents(amount reports.Cents, rate reports.Rate) reports.Cents {
	const million = 1_000_000
	product := int64(amount) * int64(rate)
	if product < 0 {
		return reports.Cents((product - million/2) / million)
	}
	return reports.Cents((product + million/2) / million)
}

// paid is what somebody with a calculator finds that a method pays at one end of a
// movement, from what is told of it and the rules.
func paid(method string, x reports.End, rules []reports.Rule) (sum reports.Cents) {
	if method == "volume" || x.X < 0 {
		return cents(x.X, x.Rate)
	}
	for _, r := range rules {
		full := x.From
		if r.ToAmount > 0 {
			full = min(full, r.ToAmount)
		}
		sum += cents(max(0, full-r.FromAmount), r.Rate)
	}
	return sum
}

// told is what the parts of a line's explanation come to.
func told(l reports.Line, rules []reports.Rule) (sum reports.Cents) {
	for _, x := range l.Slices {
		sum += cents(x.FillAfter, x.Rate) - cents(x.FillBefore, x.Rate)
	}
	for _, x := range l.Ends {
		if x.Side == "hi" {
			sum += paid(l.Method, x, rules)
		} else {
			sum -= paid(l.Method, x, rules)
		}
	}
	return sum
}

// rulesOf are the tranches of a schedule.
func (w *world) rulesOf(t *testing.T, schedule string) (rules []reports.Rule) {
	t.Helper()
	for _, row := range w.rows(t, `select (from_amount * 100)::bigint, coalesce((to_amount * 100)::bigint, 0),
			(rate * 1000000)::bigint
		from mart.rules where schedule = '`+schedule+`'`) {
		rules = append(rules, reports.Rule{
			FromAmount: reports.Cents(whole(t, row[0])),
			ToAmount:   reports.Cents(whole(t, row[1])),
			Rate:       reports.Rate(whole(t, row[2])),
		})
	}
	return rules
}

func whole(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWhatIsToldOfALineAddsUpToWhatItEarned(t *testing.T) {
	long(t)
	for _, method := range []string{"marginal", "block", "document", "volume"} {
		w := newWorld(t, t.TempDir(), func(text string) string {
			return strings.ReplaceAll(text, "method: marginal", "method: "+method)
		})
		w.run(t)
		lines := w.rows(t, `select partner_id, distributor, document_no, line_no from mart.statement_lines
			where method = '`+method+`' order by hash(sale_id), incentive limit 40`)
		if len(lines) == 0 {
			t.Fatalf("nothing is paid by %s", method)
		}
		for _, l := range lines {
			q := reports.Question{Partner: l[0], Distributor: l[1], Document: l[2], Line: whole(t, l[3])}
			story, err := pipeline.ExplainLine(t.Context(), w.config, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range story.Sales {
				for _, c := range s.Lines {
					if got := told(c, w.rulesOf(t, c.Schedule)); got != c.BeforeCap {
						t.Errorf("%s, %v, %s: what is told comes to %s, it earned %s", method, l, c.Incentive, got, c.BeforeCap)
					}
				}
			}
		}
	}
}

func TestAMonthWithNothingIsReadWithEveryColumnInItsPlace(t *testing.T) {
	w := sampleWorld(t)
	for _, q := range []reports.Question{
		{Partner: "nobody", Month: time.Date(2024, 8, 1, 0, 0, 0, 0, time.UTC)},
		{Partner: "P1013", Month: time.Date(2024, 8, 1, 0, 0, 0, 0, time.UTC), Everyone: true},
	} {
		if _, err := pipeline.ExplainMonth(t.Context(), w.config, q); err != nil {
			t.Error(err)
		}
	}
}

func TestASaleOfADealNobodyRegisteredStandsInTheRegister(t *testing.T) {
	w := newWorld(t, t.TempDir(), asItIs)
	sale := "Invoice Number,Line,Transaction Type,Invoice Date,Ship-To ID,End User Name,Vendor Part Number,Quantity," +
		"Unit Price,Currency,Deal Registration,Original Invoice,Original Line\n" +
		"999001,1,Invoice,08/30/2024,44100,Acme,LK-PLT-S,1,300.00,USD,D-TYPO,,\n"
	w.drop(t, "HTD_867_late.csv", sale)
	w.run(t)
	reg := w.register(t, time.August)
	isIt := func(h reports.HeldRow) bool {
		return h.Kind == "sales" && h.Reason == "unknown_deal" && h.What == "D-TYPO" &&
			h.Document == "999001" && h.File == "HTD_867_late.csv" && h.FileLine == 2
	}
	if !slices.ContainsFunc(reg.Held, isIt) {
		t.Errorf("the register lists %v", reg.Held)
	}
	got := w.rows(t, "select base from mart.statement_lines where document_no = '999001'")
	if len(got) != 1 || got[0][0] != "300.00" {
		t.Errorf("for its buyer it counts with %v", got)
	}
}

func TestTheRegisterCountsTheRejectedRowsItDoesNotList(t *testing.T) {
	w := newWorld(t, t.TempDir(), func(text string) string {
		return strings.Replace(text, "  - name: accepted-links\n", "  - name: accepted-links\n    max_rejects: 100%\n", 1)
	})
	links := "distributor,document_no,line_no,line_key,deal_id,accepted_by,reason\n" +
		strings.Repeat("D,1,one,,D1,Ada,\n", 10_003)
	w.drop(t, "links_1.csv", links)
	w.run(t)
	reg := w.register(t, time.August)
	all := w.rows(t, "select count(*)::varchar from mart.rejected_rows")[0][0]
	if len(reg.Rejected) != 10_000 || reg.MoreRejected < 1 || fmt.Sprint(10_000+reg.MoreRejected) != all {
		t.Errorf("%d rejected rows are listed, %d more are counted, and there are %s",
			len(reg.Rejected), reg.MoreRejected, all)
	}
}

// register is what finance is told of a month of 2024.
func (w *world) register(t *testing.T, month time.Month) *reports.Register {
	t.Helper()
	s, err := pipeline.OpenPublished(t.Context(), w.config)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	first := time.Date(2024, month, 1, 0, 0, 0, 0, time.UTC)
	reg, err := reports.ReadRegister(t.Context(), s, reports.Letterhead{Vendor: "V"}, first)
	if err != nil {
		t.Fatal(err)
	}
	return reg
}
