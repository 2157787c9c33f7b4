package pipeline_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"tranche/pipeline"
	"tranche/pipeline/files"
)

// narrow makes the tranches of the small world so wide.
func (w *world) narrow(t *testing.T, width string) {
	t.Helper()
	text := string(mustRead(t, filepath.Join(w.dir, "config.yaml")))
	w.configure(t, strings.Replace(text, "width: 25000, rates: [5]", "width: "+width+", rates: [5, 6, 7]", 1))
}

func TestALineOverTwelveHundredTranchesIsStatedInAFewLinesOfText(t *testing.T) {
	w := smallWorld(t, t.TempDir())
	w.narrow(t, "25000")
	w.drop(t, "sales_2.csv", "doc,line,date,code,sku,net\nH1,1,2024-02-11,P2,L,30000000.00\n")
	w.run(t)
	says(t, w.sheet(t, "2024-02", "statement_P2.xlsx", "Lines"), "H1", "30,000,000.00",
		"Tranche 1: 25,000.00\u00a0×\u00a05\u00a0%")
	says(t, w.sheet(t, "2024-02", "statement_P2.xlsx", "Lines"),
		"Tranche 3 to 1200: 29,950,000.00\u00a0×\u00a07\u00a0%", "2,099,250.00")
	says(t, w.sheet(t, "2024-02", "statement_P2.xlsx", "Margin"), "3|", "29,950,000.00")
}

func TestALineOverAHundredThousandTranchesIsStated(t *testing.T) {
	w := smallWorld(t, t.TempDir())
	w.narrow(t, "3.33")
	w.drop(t, "sales_2.csv", "doc,line,date,code,sku,net\nH1,1,2024-02-11,P1,L,30000000.00\n"+
		"H2,1,2024-02-12,P1,L,-29999999.99\n")
	w.run(t)
	got := w.rows(t, "select sum(earned), sum(base) from mart.statement_lines "+
		"where partner_id = 'P1' and month = '2024-02-01'")
	// 200.01 stay: from 100.00 to 300.01, each whole tranche of 3.33 at 7 % earns 0.23.
	want := w.rows(t, "select sum(round(least(300.01 - k * 3.33, 3.33) * 0.07, 2)"+
		" - round(greatest(least(100.00 - k * 3.33, 3.33), 0) * 0.07, 2))::decimal(18,2), 200.01"+
		" from (select unnest(range(30, 91)) as k)")
	if got[0][0] != want[0][0] || got[0][1] != "200.01" {
		t.Errorf("P1 earned %v, it should be %v", got, want)
	}
}

func TestANeededWordThatMeansNothingIsARejectedRow(t *testing.T) {
	w := smallWorld(t, t.TempDir())
	text := string(mustRead(t, filepath.Join(w.dir, "config.yaml")))
	w.configure(t, strings.Replace(text, "returns: by_amount", "returns: by_amount\n    max_rejects: none\n"+
		"    values: {partner_code: {\"-\": \"\"}, sku: {\"none\": \"\"}}", 1))
	w.drop(t, "sales_2.csv", "doc,line,date,code,sku,net\nN1,1,2024-02-11,-,L,10.00\nN2,1,2024-02-11,P1,none,10.00\n"+
		"N3,1,2024-02-11,P1,L,20.00\n")
	w.run(t)
	got := w.rows(t, "select file_line, column_name, code from mart.rejected_rows order by all")
	if len(got) != 2 || strings.Join(got[0], " ") != "2 partner_code missing_value" ||
		strings.Join(got[1], " ") != "3 sku missing_value" {
		t.Errorf("rejected are %v", got)
	}
}

func TestASaleDated2042IsHeldUntilItsMonthComesOrItsSenderCorrectsIt(t *testing.T) {
	w := smallWorld(t, t.TempDir())
	w.drop(t, "sales_2.csv", "doc,line,date,code,sku,net\nF1,1,2042-02-11,P1,L,10.00\nF2,1,2024-10-21,P1,L,10.00\n"+
		"F3,1,2024-10-22,P1,L,10.00\n")
	if s := w.run(t); !s.Waits() {
		t.Error("nothing waits")
	}
	held := "select document_no, held_reason, what, month from mart.held_lines order by all"
	if got := w.rows(t, held); len(got) != 2 || strings.Join(got[0], " ") != "F1 future_date 2042-02-11 2042-02-01" ||
		got[1][0] != "F3" {
		t.Errorf("held are %v", got)
	}
	w.drop(t, "sales_3.csv", "doc,line,date,code,sku,net\nF1,1,2024-02-11,P1,L,10.00\n")
	now = now.AddDate(0, 1, 0)
	defer func() { now = now.AddDate(0, -1, 0) }()
	if w.run(t); len(w.rows(t, held)) > 0 {
		t.Errorf("still held are %v", w.rows(t, held))
	}
	got := w.rows(t, "select document_no from mart.statement_lines where document_no like 'F%' order by all")
	if len(got) != 3 {
		t.Errorf("counted are %v", got)
	}
}

func TestALineOverTheLimitOfItsFeedIsHeldUntilTheLimitIsRaised(t *testing.T) {
	w := smallWorld(t, t.TempDir())
	text := string(mustRead(t, filepath.Join(w.dir, "config.yaml")))
	limit := func(most string) {
		w.configure(t, strings.Replace(text, "returns: by_amount", "returns: by_amount\n    max_line_amount: "+most, 1))
	}
	limit("1000.00")
	w.drop(t, "sales_2.csv", "doc,line,date,code,sku,net\nL1,1,2024-02-11,P1,L,1000.00\nL2,1,2024-02-11,P1,L,1000.01\n"+
		"L3,1,2024-02-11,P1,L,-1000.01\n")
	w.run(t)
	held := "select document_no, held_reason, what, net_amount from mart.held_lines order by all"
	if got := w.rows(t, held); len(got) != 2 ||
		strings.Join(got[0], " ") != "L2 amount_over_limit 1000.00 1000.010000" || got[1][0] != "L3" {
		t.Errorf("held are %v", got)
	}
	says(t, w.sheet(t, "2024-02", "statement_P1.xlsx", "Not counted"), "Waits", "L2", "over the limit")
	says(t, w.sheet(t, "2024-02", "register.xlsx", "Held"), "over the limit", "L2")
	limit("1000.01")
	if w.run(t); len(w.rows(t, held)) > 0 {
		t.Errorf("still held are %v", w.rows(t, held))
	}
	w.close(t, 1)
	w.close(t, 2)
	limit("100.00") // takes nothing back that was stated
	w.run(t)
	if got := w.rows(t, "select * from mart.adjustments"); len(got) > 0 {
		t.Errorf("adjusted are %v", got)
	}
}

func TestAStatementThatCannotBeMadeKeepsBackOnlyItself(t *testing.T) {
	w := smallWorld(t, t.TempDir())
	w.run(t)
	w.drop(t, "sales_2.csv", "doc,line,date,code,sku,net\nU1,1,2024-02-11,P1,L,999999999999.99\n"+
		"U2,1,2024-02-11,P1,L,999999999999.98\n")
	var more strings.Builder
	more.WriteString("doc,line,date,code,sku,net\n")
	for i := range 12 {
		more.WriteString("V" + string(rune('a'+i)) + ",1,2024-02-12,P1,L,999999999999.99\n")
	}
	w.drop(t, "sales_3.csv", more.String())
	s := w.run(t)
	if !s.Waits() || len(s.Withheld) == 0 {
		t.Fatalf("kept back are %v", s.Withheld)
	}
	for _, part := range []string{"P1", "2024-02", "document U1 line 1 (sales_2.csv, line 2)"} {
		if got := s.Withheld[len(s.Withheld)-1].String(); !strings.Contains(got, part) {
			t.Errorf("%q does not say %q", got, part)
		}
	}
	if files.Exists(filepath.Join(w.dir, "statements/2024-02/statement_P1.xlsx")) {
		t.Error("an earlier workbook still stands")
	}
	for _, book := range []string{"2024-01/statement_P1.xlsx", "2024-03/statement_P2.xlsx"} {
		if !files.Exists(filepath.Join(w.dir, "statements", book)) {
			t.Errorf("%s is not there", book)
		}
	}
	status, err := pipeline.Status(t.Context(), w.config)
	if err != nil || len(status.Withheld) != len(s.Withheld) || !status.Waits() {
		t.Errorf("status says %v (%v)", status.Withheld, err)
	}
	w.close(t, 1)
	_, err = pipeline.Close(t.Context(), w.options(),
		pipeline.Closing{Month: day("2024-02-01"), By: "anna", Accepted: "known"})
	var obstacles *pipeline.Obstacles
	if !errors.As(err, &obstacles) || !strings.Contains(err.Error(), "P1") ||
		!strings.Contains(err.Error(), "sales_2.csv") {
		t.Errorf("closing says %v", err)
	}
}
