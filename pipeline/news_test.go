package pipeline_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// The certificate ends 51 days after February and 20 after March; for the deal sales count until 10 April.
func TestAStatementSaysWhatEndsWithinThirtySixtyAndNinetyDays(t *testing.T) {
	w := smallWorld(t, t.TempDir())
	text := string(mustRead(t, filepath.Join(w.dir, "config.yaml")))
	w.configure(t, strings.NewReplacer("programme:\n", `  - {name: certs, kind: certifications, glob: "certs*.csv",
     constants: {status: valid},
     columns: {partner_code: partner, person_id: person, certification_code: code, awarded_on: awarded,
       expires_on: ends}}
  - {name: deals, kind: deals, glob: "deals*.csv",
     columns: {deal_id: deal, partner_code: partner, role: role, registered_on: registered, status: status}}
programme:
`, "    points: {status_months: 12}\n", `      - {name: sell_with, credits: claims, module: sell_with, pays: nothing,
         deals: {window_days: 100, weights: {sourced: 1}}}
    points: {status_months: 12, certifications: [{code: ADM, category: technical, points: 40}]}
`).Replace(text))
	w.drop(t, "partners_2.csv", "id,name,modules,level,status\nP1,One,resell 2024-01-01,ready 2024-01-01,active\n"+
		"P2,Two,resell 2024-01-01,ready 2024-01-01,active\nP3,Three,sell_with 2024-01-01,ready 2024-01-01,active\n"+
		"P4,Gone,sell_with 2024-01-01,ready 2024-01-01,inactive\n")
	w.drop(t, "certs.csv", "partner,person,code,awarded,ends\nP3,anna,ADM,2024-01-05,2024-04-20\n")
	w.drop(t, "deals.csv", "deal,partner,role,registered,status\nD1,P3,sourced,2024-01-01,approved\n"+
		"D2,P3,sourced,2024-01-01,rejected\nD3,P4,sourced,2024-01-01,approved\n")
	w.run(t)
	said := map[string]string{"2024-01": "0, 0 and 1", "2024-02": "0, 1 and 1", "2024-03": "1, 1 and 1"}
	for month, within := range said {
		summary := w.sheet(t, month, "statement_P3.xlsx", "Summary")
		says(t, summary, "Certifications that end within 30, 60 and 90 days: "+within)
		if month != "2024-01" { // ninety-nine days are left
			says(t, summary, "no sale counts any more in 30, 60 and 90 days: "+within)
		}
	}
	ends := w.sheet(t, "2024-03", "statement_P3.xlsx", "Sell With")
	says(t, ends, "D1", "10")
	if strings.Contains(ends, "D2") {
		t.Errorf("a deal that was rejected ends in\n%s", ends)
	}
	if got := w.rows(t, "select month from mart.ends_soon where partner_id = 'P4'"); len(got) > 0 {
		t.Errorf("of an inactive partner there ends something in %v", got)
	}
}

// January is paid 5.00; then its line of 100.00 turns out to be 300.00.
func TestAnAdjustmentShowsWhatWasStatedAndWhatIsSoNow(t *testing.T) {
	w := smallWorld(t, t.TempDir())
	w.run(t)
	w.close(t, 1)
	w.drop(t, "sales_2.csv", "doc,line,date,code,sku,net\nA1,1,2024-01-10,P1,L,300.00\n")
	w.run(t)
	says(t, w.sheet(t, "2024-02", "statement_P1.xlsx", "Adjustments"), "A1", "200.00", "5.00", "15.00", "10.00")
	got := w.rows(t, "select base_before, base, amount_before, amount from mart.adjustments")
	if len(got) != 1 || strings.Join(got[0], " ") != "100.00 200.00 5.00 10.00" {
		t.Errorf("the adjustments are %v", got)
	}
	summary := w.sheet(t, "2024-02", "statement_P1.xlsx", "Summary")
	says(t, summary, "Payable, from the month before")
	says(t, summary, "January 2024", "5.00")
	says(t, summary, "Margin", "15.00")
	says(t, summary, "February 2024", "20.00")
}

// A second incentive is for storage alone. The licence of the platform counts for the first; the service for neither.
func TestAStatementListsNoLineAsNotCountedThatOnlyAnotherIncentiveIsFor(t *testing.T) {
	w := smallWorld(t, t.TempDir())
	text := string(mustRead(t, filepath.Join(w.dir, "config.yaml")))
	w.configure(t, strings.Replace(text, "    points: {status_months: 12}\n",
		`      - {name: storage, credits: buyer, module: resell, counts: {families: [storage]},
         schedules: [{level: ready, width: 25000, rates: [1]}]}
    points: {status_months: 12}
`, 1))
	w.drop(t, "products_2.csv", "sku,name,family,basis\nL,Licence,platform,licence\nS,Advice,platform,service\n")
	w.drop(t, "sales_2.csv", "doc,line,date,code,sku,net\nS1,1,2024-01-11,P1,S,50.00\n")
	w.run(t)
	sheet := w.sheet(t, "2024-01", "statement_P1.xlsx", "Not counted")
	says(t, sheet, "S1")
	if strings.Contains(sheet, "A1") {
		t.Errorf("A1 counts, and is listed in\n%s", sheet)
	}
	got := w.rows(t, "select document_no, incentive, reason, counts_elsewhere::varchar from mart.uncounted_lines "+
		"where document_no in ('A1', 'S1') order by all")
	want := "[[A1 storage other_family true] [S1 resell other_basis false] [S1 storage other_family false]]"
	if fmt.Sprint(got) != want {
		t.Errorf("the lines are %v, and should be %s", got, want)
	}
}

// In January and February P1 bought for 10,000.00 each, at 5 % as Ready. As Advanced it would earn 8 % from March on:
// on 100,000.00 to come, of which 5 % are 5,000.00. As Premier P2 would lose its 8 % of
// 1,000.00, because there nothing is paid.
func TestAStatementSaysWhatTheNextLevelWouldEarn(t *testing.T) {
	t.Parallel()
	w := smallWorld(t, t.TempDir())
	text := string(mustRead(t, filepath.Join(w.dir, "config.yaml")))
	w.configure(t, strings.NewReplacer("landing: {settle: 0s}", "landing: {settle: 0s}\nlook_ahead: true",
		"{level: ready, width: 25000, rates: [5]}",
		"{level: ready, width: 25000, rates: [5]}, {level: advanced, width: 25000, rates: [8]}",
		"{level: ready, points: 0}", "{level: ready, points: 0}, {level: advanced, points: 500}").Replace(text))
	w.drop(t, "partners_2.csv", "id,name,modules,level,status\nP1,One,resell 2024-01-01,ready 2024-01-01,active\n"+
		"P2,Two,resell 2024-01-01,advanced 2024-01-01,active\n")
	w.drop(t, "sales.csv", "doc,line,date,code,sku,net\nA1,1,2024-01-10,P1,L,10000.00\nB1,1,2024-01-10,P2,L,100.00\n")
	w.run(t)
	w.close(t, 1)
	w.drop(t, "sales_2.csv", "doc,line,date,code,sku,net\nA2,1,2024-02-10,P1,L,10000.00\n")
	w.run(t)
	got := w.rows(t, `select partner_id, month::varchar, level, from_month::varchar, to_month::varchar, would_earn::varchar
		from mart.next_levels order by 1`)
	want := "[[P1 2024-02-01 advanced 2024-03-01 2024-12-01 3000.00] [P2 2024-02-01 premier 2024-03-01 2024-12-01 -80.00]]"
	if fmt.Sprint(got) != want {
		t.Errorf("the next levels are %v", got)
	}
	says(t, w.sheet(t, "2024-02", "statement_P1.xlsx", "Summary"),
		"With level Advanced from March 2024 on, you would earn about 3,000.00 more by the end of December 2024")
	if sheet := w.sheet(t, "2024-02", "statement_P2.xlsx", "Summary"); strings.Contains(sheet, "Premier from") {
		t.Errorf("P2 is told of a level that earns less in\n%s", sheet)
	}
	got = w.rows(t, "select level from mart.partner_levels where partner_id = 'P1' and level <> 'ready'")
	if len(got) > 0 {
		t.Errorf("the question itself has raised the partner: %v", got)
	}
}

// January is closed with 20,000.00, February has as much, and 50 points ask for 50,000.00: they are reached in March.
func TestAStatementSaysWhichLevelThePartnerComesToAtItsPace(t *testing.T) {
	t.Parallel()
	w := smallWorld(t, t.TempDir())
	text := string(mustRead(t, filepath.Join(w.dir, "config.yaml")))
	w.configure(t, strings.NewReplacer("landing: {settle: 0s}", "landing: {settle: 0s}\nlook_ahead: true",
		"{level: ready, width: 25000, rates: [5]}", "{width: 25000, rates: [5]}",
		"points: {status_months: 12}", "points: {status_months: 12, by_amount: [{incentive: resell, points: 1, per: 1000}]}",
		"{level: ready, points: 0}", "{level: ready, points: 0}, {level: advanced, points: 50}").Replace(text))
	w.drop(t, "sales.csv", "doc,line,date,code,sku,net\nA1,1,2024-01-10,P1,L,20000.00\n")
	w.run(t)
	w.close(t, 1)
	w.drop(t, "sales_2.csv", "doc,line,date,code,sku,net\nA2,1,2024-02-10,P1,L,20000.00\n")
	w.run(t)
	got := w.rows(t, "select level, min(held_in)::varchar, max(held_in)::varchar from mart.expected_levels "+
		"where partner_id = 'P1' and month = date '2024-02-01' group by level order by 2")
	if fmt.Sprint(got) != "[[ready 2024-03-01 2024-03-01] [advanced 2024-04-01 2024-12-01]]" {
		t.Errorf("the levels to come are %v", got)
	}
	says(t, w.sheet(t, "2024-02", "statement_P1.xlsx", "Summary"), "At your pace your level is Advanced in December 2024.")
}
