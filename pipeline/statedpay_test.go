package pipeline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranche/pipeline"
)

// A month is closed, taken back and closed again with another line: the difference is said by partner, the register
// shows it, and the journal books it and nothing else.
func TestASecondEditionSaysByHowMuchEachPartnerIsPaidMoreOrLess(t *testing.T) {
	w := smallWorld(t, t.TempDir())
	text := string(mustRead(t, filepath.Join(w.dir, "config.yaml")))
	w.configure(t, strings.Replace(text, "landing: {settle: 0s}", `landing: {settle: 0s}
pay: {days: 30}
journal:
  expense: {resell: "6120"}
  adjustments: "6190"
  accrued: "2110"
  payable: "2120"
  company: "1000"
  exports:
    - {name: short, delimiter: ";", decimal: ",", dates: yyyymmdd, sides: {debit: S, credit: H},
       columns: [{head: BUKRS, field: company}, {head: BUDAT, field: date}, {head: SHKZG, field: side},
         {head: WRBTR, field: absolute}, {head: BLART, text: KR}]}`, 1))
	w.drop(t, "sales_2.csv", "doc,line,date,code,sku,net\nB2,1,2024-01-11,P2,L,2000.00\n")
	w.run(t)
	february := time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC)
	w.close(t, time.January)
	if _, err := pipeline.Reopen(t.Context(), w.options(), january, "bert", "a line was missing"); err != nil {
		t.Fatal(err)
	}
	w.drop(t, "sales_3.csv", "doc,line,date,code,sku,net\nB3,1,2024-01-12,P1,L,1000.00\n")
	w.run(t)
	w.close(t, time.January)
	pay, err := pipeline.PayOf(t.Context(), w.config, january)
	if err != nil {
		t.Fatal(err)
	}
	if pay.Version != 2 || pay.Replaces != 1 || pay.Moved != "50.00" || len(pay.Partners) != 2 ||
		pay.Partners[0].Payable != "55.00" || pay.Partners[0].Before != "5.00" {
		t.Errorf("the second edition pays %+v", pay)
	}
	if _, err := pipeline.PayOf(t.Context(), w.config, february); err == nil {
		t.Error("an open month pays something")
	}
	summary := w.sheet(t, "2024-01", "statement_P1.xlsx", "Summary")
	says(t, summary, "Statement number|TR-202401-2-P1")
	says(t, summary, "Issued on|", "|To be paid on|")
	if draft := w.sheet(t, "2024-02", "statement_P1.xlsx", "Summary"); strings.Contains(draft, "Issued on") {
		t.Error("a draft is issued")
	}
	register := w.sheet(t, "2024-01", "register.xlsx", "Register")
	says(t, register, "P1|One", "55.00", "|5.00|50.00")
	says(t, register, "Total", "|105.00|50.00")
	folder := filepath.Join(w.dir, "statements", "2024-01")
	booked := string(mustRead(t, filepath.Join(folder, "journal.csv")))
	if strings.Contains(booked, "P2") || strings.Count(booked, "reversal") != 4 ||
		!strings.Contains(booked, "TR-202401-2-P1") {
		t.Errorf("what P2 earned stands, and is booked again:\n%s", booked)
	}
	if standing := string(mustRead(t, filepath.Join(folder, "journal_standing.csv"))); strings.Contains(standing, "P1,") ||
		!strings.Contains(standing, "TR-202401-1-P2") {
		t.Errorf("there stands\n%s", standing)
	}
	short := string(mustRead(t, filepath.Join(folder, "journal_short.csv")))
	if !strings.HasPrefix(short, "BUKRS;BUDAT;SHKZG;WRBTR;BLART\n1000;20240131;") ||
		!strings.Contains(short, ";H;5,00;KR\n") {
		t.Errorf("the export says\n%s", short)
	}
	if _, err := os.Stat(filepath.Join(w.dir, "closed", "2024-01", "statements", "journal_standing.csv")); err != nil {
		t.Error("what stands is not stated:", err)
	}
}

// In each of three closed months P1 bought for 10,000.00. At that pace it reaches 50,000.00 in May, and until then
// earns 5 % of what its first two tranches lack.
func TestWhatTheNextTrancheNeedsIsWorkedOutByTheModelsThemselves(t *testing.T) {
	t.Parallel()
	w := smallWorld(t, t.TempDir())
	text := string(mustRead(t, filepath.Join(w.dir, "config.yaml")))
	text = strings.Replace(text, "width: 25000, rates: [5]", "width: 25000, rates: [5, 6, 7], flats: [0, 0, 300]", 1)
	w.configure(t, strings.Replace(text, "landing: {settle: 0s}", "landing: {settle: 0s}\nlook_ahead: true", 1))
	w.drop(t, "sales.csv", "doc,line,date,code,sku,net\nA1,1,2024-01-10,P1,L,10000.00\n"+
		"A2,1,2024-02-10,P1,L,10000.00\nA3,1,2024-03-10,P1,L,10000.00\n")
	w.run(t)
	for n := range 3 {
		w.close(t, time.Month(1+n))
	}
	w.drop(t, "sales_4.csv", "doc,line,date,code,sku,net\nA4,1,2024-04-10,P1,L,2000.00\n")
	w.run(t)
	got := w.rows(t, `select partner_id, month::varchar, position::varchar, tranche::varchar, needed::varchar,
		reached_in::varchar, would_earn::varchar from mart.next_steps`)
	// 32,000.00 by April; 10,000.00 each in May and June: 18,000.00 more at 6 %, and 300.00 for the third tranche.
	want := []string{"P1", "2024-04-01", "32000.00", "3", "18000.00", "2024-06-01", "1380.00"}
	if len(got) != 1 || strings.Join(got[0], " ") != strings.Join(want, " ") {
		t.Errorf("the next steps are %v, and should be %v", got, want)
	}
	says(t, w.sheet(t, "2024-04", "statement_P1.xlsx", "Summary"),
		"Resell: 18,000.00 more reaches tranche 3; at your pace in June 2024. It would earn about 1,380.00.")
	// To December come 8 x 10,000.00: 112,000.00 in all, of which 25,000 at 5 %, 25,000 at 6 %, 62,000 at 7 %, and 300.
	got = w.rows(t, `select period_base::varchar, period_earned::varchar, base::varchar, earned::varchar, accrued::varchar,
		true_up::varchar from mart.accruals where month = date '2024-04-01'`)
	want = []string{"112000.00", "7390.00", "32000.00", "1670.00", "2111.43", "441.43"}
	if len(got) != 1 || strings.Join(got[0], " ") != strings.Join(want, " ") {
		t.Errorf("the accrual is %v, and should be %v", got, want)
	}
	// April's 2,000.00 is far less than was expected: 32,000.00 have earned 1,670.00, so February's 20,000.00 come to
	// 1,043.75, and March's 30,000.00 to 1,565.63.
	w.close(t, time.April)
	w.run(t)
	got = w.rows(t, `select month::varchar, accrued::varchar, comes_to::varchar, difference::varchar
		from mart.accrual_tests where through = date '2024-04-01' and month < through order by month`)
	tested := []string{"2024-02-01 1325.00 1043.75 -281.25", "2024-03-01 1987.50 1565.63 -421.87"}
	if len(got) != 2 || strings.Join(got[0], " ") != tested[0] || strings.Join(got[1], " ") != tested[1] {
		t.Errorf("the accruals are tested as %v, and should be %v", got, tested)
	}
}
