package console

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"tranche/pipeline/config"
	"tranche/pipeline/console/accounts"
	"tranche/pipeline/ledger/audit"
)

// people are those of most tests: each is known by its role.
func (s *site) people() {
	s.t.Helper()
	s.account("olga", accounts.Scope{}, accounts.Operator)
	s.account("fiona", accounts.Scope{}, accounts.Finance)
	s.account("fred", accounts.Scope{}, accounts.Finance, accounts.Approver)
	s.account("vera", accounts.Scope{}, accounts.Viewer)
}

// last is the last decision of the audit log.
func (s *site) last() audit.Decision {
	s.t.Helper()
	log, err := audit.Read(s.config.Folders.Audit())
	if err != nil || len(log) == 0 {
		s.t.Fatal("the log is empty:", err)
	}
	return log[len(log)-1]
}

func TestARejectedRowIsExportedAndWaived(t *testing.T) {
	s := newSite(t)
	s.people()
	v := s.signedIn("olga")
	v.get("/inbox")
	v.shows("NW_2024-07.csv", "614,2O", `href="/inbox/rejects/12"`)
	v.get("/inbox/rejects/12?table=rejects&as=csv")
	v.shows("file_name,file_line,", "614,2O")
	v.get("/inbox/rejects/12")
	status := v.post("/inbox/waive", "file", "12", "line", "2", "reason", " ")
	if status != http.StatusUnprocessableEntity {
		t.Errorf("waived without a reason: %d", status)
	}
	v.get("/inbox/rejects/12")
	v.post("/inbox/waive", "file", "12", "line", "2", "reason", "corrected in August")
	v.shows("Waived. The tables", "No rejected row waits.", "corrected in August")
	if d := s.last(); d.Act != audit.Waive || d.Who != "Olga Example" || d.Account != "console/olga" || d.Line != 2 {
		t.Errorf("the log has %+v", d)
	}
}

func TestACodeIsAcceptedAndTheHeldLineCountsInTheNextRun(t *testing.T) {
	s := newSite(t)
	s.people()
	v := s.signedIn("olga")
	v.get("/inbox/codes/NORDWIND/K-1099")
	v.shows("Kiefer Datentechnik", `value="P1011"`)
	v.post("/inbox/match", "distributor", "NORDWIND", "code", "K-1099", "partner", "P1011", "reason", "by mail")
	v.shows("count in the next run")
	v.get("/")
	v.post("/run")
	v.finished()
	v.shows("The run has ended well.")
	v.get("/inbox")
	v.shows("Every code is known.")
	v.get("/partners/P1011/2024-07")
	v.shows("519999/1")
	if status := v.get("/inbox/codes/NORDWIND/K-1099"); status != http.StatusNotFound {
		t.Errorf("the code is still unknown: %d", status)
	}
	v.get("/log")
	v.shows("NORDWIND=K-1099 is P1011", "Olga Example")
}

func TestASaleThatLooksLikeADealIsAcceptedAndCountsForItInTheNextRun(t *testing.T) {
	s := newSite(t)
	s.people()
	v := s.signedIn("olga")
	v.get("/deals")
	v.shows("/deals/D-2401/sales/200000000144")
	v.get("/deals/D-2401/sales/200000000144")
	v.shows("880440", "P1006", "Say that it belongs to deal D-2401")
	if status := v.post("/deals/accept", "deal", "D-2401", "sale", "200000000144", "reason", ""); status !=
		http.StatusUnprocessableEntity {
		t.Errorf("accepted without a reason: %d", status)
	}
	v.get("/deals/D-2401/sales/200000000144")
	v.post("/deals/accept", "deal", "D-2401", "sale", "200000000144", "reason", "by mail")
	v.shows("links_accepted_", "lies in the inbox")
	dropped, err := filepath.Glob(filepath.Join(s.config.Folders.Inbox, "links_accepted_*.csv"))
	if err != nil || len(dropped) != 1 {
		t.Fatal(dropped, err)
	}
	yesterday := now.AddDate(0, 0, -1) // the clock of the test is another
	if err := os.Chtimes(dropped[0], yesterday, yesterday); err != nil {
		t.Fatal(err)
	}
	v.get("/")
	v.post("/run")
	v.finished()
	v.shows("The run has ended well.")
	v.get("/deals/D-2401?table=claims&as=csv")
	v.shows("HARBOR,880440/1,P1006")
	if status := v.get("/deals/D-2401/sales/200000000144"); status != http.StatusNotFound {
		t.Errorf("it is still suggested: %d", status)
	}
	viewer := s.signedIn("vera")
	viewer.get("/deals/D-2402/sales/200000000133")
	if strings.Contains(viewer.page, "/deals/accept") {
		t.Error("a viewer is offered to accept")
	}
}

// closes closes a month as a person, whatever waits.
func (v *visitor) closes(month string) int {
	v.t.Helper()
	v.get("/months/" + month)
	v.post("/months/close", "month", month, "accept_held", "yes", "reason", "two rows are looked at later")
	status := http.StatusOK
	for strings.HasPrefix(v.at, "/work/") && strings.Contains(v.page, `http-equiv="refresh"`) {
		status = v.get(v.at)
	}
	return status
}

func TestAMonthIsClosedByOneAndApprovedByAnother(t *testing.T) {
	s := newSite(t)
	s.edit("approval: none", "approval: required")
	s.people()
	fred, fiona := s.signedIn("fred"), s.signedIn("fiona")
	fred.get("/months/2024-08")
	fred.shows("2024-01 is still open; close it first")
	status := fred.post("/months/close", "accept_held", "yes", "reason", "x")
	if status != http.StatusUnprocessableEntity {
		t.Errorf("a form without a month closes one: %d", status)
	}
	fred.get("/months/2024-01")
	fred.closes("2024-01")
	fred.shows("2024-01 is closed.", "Fred Example")
	fred.get("/months/2024-01")
	fred.post("/months/approve", "month", "2024-01")
	fred.finished()
	fred.shows("somebody else has to approve it")
	fiona.get("/months/2024-01")
	if strings.Contains(fiona.page, `action="/months/approve"`) {
		t.Error("whoever may not approve is shown the form")
	}
	if status := fiona.post("/months/approve", "month", "2024-01"); status != http.StatusForbidden {
		t.Errorf("approved without the role: %d", status)
	}
	s.account("abel", accounts.Scope{}, accounts.Approver)
	abel := s.signedIn("abel")
	abel.get("/months/2024-01")
	abel.post("/months/approve", "month", "2024-01")
	abel.finished()
	abel.shows("2024-01 is approved", "Abel Example")
	if d := s.last(); d.Act != audit.Approve || d.Who != "Abel Example" {
		t.Errorf("the log has %+v", d)
	}
}

func TestFromAPayableToThePhysicalLineOfTheFile(t *testing.T) {
	s := newSite(t)
	s.people()
	v := s.signedIn("vera")
	follow := func(pattern string) {
		t.Helper()
		found := regexp.MustCompile(pattern).FindStringSubmatch(v.page)
		if found == nil {
			t.Fatalf("%s has no %s", v.at, pattern)
		}
		if status := v.get(found[1]); status != http.StatusOK {
			t.Fatalf("%s: %d", found[1], status)
		}
	}
	v.get("/partners")
	follow(`href="(/partners/P1002/2024-08)"`)
	follow(`href="(/partners/P1002/2024-08/lines/[0-9a-f-]+)"`)
	document := regexp.MustCompile(`Line (\S+)/\d+ of`).FindStringSubmatch(v.page)
	follow(`href="(/files/\d+/\d+)"`)
	v.shows("<pre", document[1])
	shown := regexp.MustCompile(`(?s)<h1>(\S+), line (\d+)</h1>.*<pre tabindex="0">([^<]*)</pre>`)
	file := shown.FindStringSubmatch(v.page)
	sent, err := os.ReadFile(filepath.Join("../../fixtures/sample/inbox", file[1]))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(sent, []byte(document[1])) || !strings.Contains(file[3], document[1]) {
		t.Errorf("%q is no line of the file about %s", file[3], document[1])
	}
	status := v.get("/partners/P1002/2024-08/statement.xlsx")
	if status != http.StatusOK || !strings.HasPrefix(v.page, "PK") {
		t.Errorf("the statement: %d", status)
	}
}

// export is a workbook of a new sender.
func export(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range [][]any{
		{"Invoice", "Line", "Type", "Invoice date", "Customer no", "Article", "Qty", "Net amount", "Cur"},
		{"R-100", 1, "Invoice", "2024-08-05", "P1004", "LK-PLT-S", 2, 600.5, "USD"},
		{"R-101", 1, "Invoice", "2024-08-06", "P1004", "LK-PLT-S", 1, 300.25, "USD"},
		{"R-102", 1, "Invoice", "2024-08-17", "P1004", "LK-STO-S", 3, 1500, "USD"},
	} {
		cell, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := f.SetSheetRow("Sheet1", cell, &row); err != nil {
			t.Fatal(err)
		}
	}
	data, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

func TestAFeedForANewSenderIsMadeFromADroppedWorkbook(t *testing.T) {
	s := newSite(t)
	s.people()
	s.edit("settle: 60s", "settle: 0s")
	v := s.signedIn("olga")
	v.get("/senders")
	if status := v.drop("/senders/new", "rivera_2024-08.xlsx", export(t)); status != http.StatusOK {
		t.Fatal(status, v.page)
	}
	v.shows("A feed for rivera_2024-08.xlsx", "Net amount", "3 rows, 0 rejected, 0 excluded")
	draft := v.at
	text := regexp.MustCompile(`(?s)<textarea[^>]*>(.*?)</textarea>`).FindStringSubmatch(v.page)[1]
	text = strings.NewReplacer("&#34;", `"`, "&amp;", "&", "&#39;", "'", "&#43;", "+").Replace(text)
	text = regexp.MustCompile(`distributor: .*`).ReplaceAllString(text, `distributor: "RIVERA"`)
	text = strings.Replace(text, `name: "rivera_2024-08"`, `name: "rivera"`, 1)
	v.post(draft+"/text", "text", text)
	v.shows("3 rows, 0 rejected, 0 excluded")
	v.post(draft+"/save", "deliver", "yes")
	v.shows("The feed rivera is saved.", "lands in the next run")
	s.reread()
	if _, err := os.Stat(filepath.Join(config.FeedsFolder(s.config.Path), "rivera.yaml")); err != nil {
		t.Error(err)
	}
	dropped := filepath.Join(s.config.Folders.Inbox, "rivera_2024-08.xlsx")
	if err := os.Chtimes(dropped, now, now); err != nil { // the clock of the test is another
		t.Fatal(err)
	}
	v.get("/")
	v.post("/run")
	v.finished()
	v.shows("The run has ended well.")
	v.get("/senders/rivera")
	v.shows("rivera_2024-08.xlsx")
	v.get("/partners/P1004/2024-08?lines.find=R-102")
	v.shows("R-102/1")
}

func TestAnotherProgrammeIsCompared(t *testing.T) {
	s := newSite(t)
	s.people()
	text, err := os.ReadFile("../../config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	v := s.signedIn("olga")
	v.get("/whatif")
	v.drop("/whatif", "other.yaml", bytes.ReplaceAll(text, []byte("rates: [6, 7.5, 9]"), []byte("rates: [7, 8.5, 10]")))
	v.finished()
	v.shows("Difference", "By partner", "Resell")
	at := v.at
	if v.get(at + "?as=workbook"); !strings.HasPrefix(v.page, "PK") {
		t.Error("there is no workbook of it")
	}
	if status := s.signedIn("vera").get(at); status != http.StatusNotFound {
		t.Errorf("another sees the comparison: %d", status)
	}
}

func TestAFileThatNoFeedIsForOrThatIsTooLargeDoesNotReachTheInbox(t *testing.T) {
	s := newSite(t)
	s.people()
	v := s.signedIn("olga")
	for _, name := range []string{"unknown.csv", "../NW_2024-09.csv", ".NW_2024-09.csv"} {
		v.get("/senders")
		v.drop("/senders/file", name, []byte("x\n"))
	}
	v.get("/senders")
	if status := v.drop("/senders/file", "NW_2024-09.csv", make([]byte, largestForm+1)); status < 400 {
		t.Errorf("too large: %d", status)
	}
	left, err := os.ReadDir(s.config.Folders.Inbox)
	for _, f := range left {
		if f.Name() != "NW_2024-09.csv" { // of ../NW_2024-09.csv the form keeps the last part
			t.Errorf("%s is in the inbox", f.Name())
		}
	}
	if err != nil {
		t.Error(err)
	}
}
