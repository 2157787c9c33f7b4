package schedule

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tranche/pipeline"
)

const everyWay = `deliver:
  statements: mail
  partners: {PQ4: portal}
  finance: portal
  scorecards: {DQ: [data@dq.example, desk@dq.example]}
  places:
    - {name: portal, folder: PORTAL, into: from us}
`

func TestEachPartnerIsSentItsOwnStatementOnceByItsWay(t *testing.T) {
	w := newOutward(t, everyWay)
	w.close()
	for range 3 { // as often as it is looked for
		w.leave()
	}
	want := []string{"pack finance portal sent", "scorecard DQ mail sent", "scorecard DQ mail sent",
		"statement PQ1 mail sent", "statement PQ2 mail sent", "statement PQ2 mail sent", "statement PQ4 portal sent"}
	if got := w.states(); !slices.Equal(got, want) {
		t.Errorf("sent was %q", got)
	}
	mails := w.office.received(t)
	for to, words := range map[string]string{
		"alpha@a.example": "From: <desk@v.example>|Subject: Larkspur: your statement of 2024-01|Dear NAMEALPHA,|" +
			"statement_PQ1_2024-01_1.xlsx",
		"bravo@b.example":  "Subject: Larkspur : votre relevé de 2024-01|Bonjour NAMEBRAVO,",
		"second@b.example": "NAMEBRAVO",
		"data@dq.example": "5 rows came, and 4 of them count|wait to be corrected: 1.|" +
			"rejected_rows_2024-01_1.csv|\"=\"\"=4444\"\"\"|" +
			"scorecard_2024-01_1.csv",
		"desk@dq.example": "\"=\"\"=4444\"\"\"",
		"pay@v.example":   "register-2024-01.xlsx|journal-2024-01.csv|statement_PQ3.xlsx",
	} {
		if len(mails[to]) != 1 {
			t.Errorf("%s got %d letters", to, len(mails[to]))
			continue
		}
		for word := range strings.SplitSeq(words, "|") {
			if !strings.Contains(mails[to][0], word) {
				t.Errorf("what %s got does not say %q: %.400q", to, word, mails[to][0])
			}
		}
	}
	if len(mails) != 6 {
		t.Errorf("%d people got letters", len(mails))
	}
	files := w.files()
	for _, name := range []string{"from us/PQ4/statement_PQ4_2024-01_1.xlsx", "from us/finance/register_2024-01_1.xlsx",
		"from us/finance/journal_2024-01_1.csv", "from us/finance/statements_2024-01_1.zip"} {
		if files[name] == "" {
			t.Errorf("%s is missing among %d", name, len(files))
		}
	}
	missing, err := MissingAddresses(t.Context(), w.config, w.now)
	if err != nil || len(missing) != 1 || missing[0].Delivery.Receiver != "PQ3" {
		t.Errorf("without an address are %+v (%v)", missing, err)
	}
	w.marts(t)
}

// marts says that the next run publishes what went where.
func (w *outward) marts(t *testing.T) {
	t.Helper()
	if _, err := pipeline.Run(t.Context(), w.options(w.config, 1)); err != nil {
		t.Fatal(err)
	}
	s, err := pipeline.OpenPublished(t.Context(), w.config)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rows, err := s.Texts(t.Context(), `select concat_ws('|', month, edition, kind, receiver, way, address, file_names,
		state, attempts, answer) from mart.deliveries where receiver in ('PQ1', 'PQ4') order by receiver`)
	if err != nil || len(rows) != 2 {
		t.Fatal(rows, err)
	}
	for i, want := range []string{"PQ1|mail|alpha@a.example|statement_PQ1_2024-01_1.anchor.txt, " +
		"statement_PQ1_2024-01_1.xlsx|sent|1|2.0.0 OK",
		"PQ4|portal|from us/PQ4|statement_PQ4_2024-01_1.anchor.txt, statement_PQ4_2024-01_1.xlsx|sent|1|stored as "} {
		if !strings.HasPrefix(rows[i], "2024-01-01|1|statement|"+want) {
			t.Errorf("%q", rows)
		}
	}
}

// TestNothingOfAPartnerLeavesToAnother looks for each partner's texts and amounts in every mail and every file of a
// place.
func TestNothingOfAPartnerLeavesToAnother(t *testing.T) {
	w := newOutward(t, everyWay)
	w.close()
	own := map[string][]string{
		"PQ1": {"PQ1", "NAMEALPHA", "ALIASALPHA", "DOCALPHA", "11111.11", "CUSTALPHA", "PRODALPHA", "alpha@a"},
		"PQ2": {"PQ2", "NAMEBRAVO", "ALIASBRAVO", "DOCBRAVO", "22222.22", "CUSTBRAVO", "PRODBRAVO", "bravo@b"},
		"PQ3": {"PQ3", "NAMECHARLIE", "ALIASCHARLIE", "DOCCHARLIE", "3333.33", "CUSTCHARLIE", "PRODCHARLIE"},
		"PQ4": {"PQ4", "NAMEDELTA", "ALIASDELTA", "DOCDELTA", "4444.44", "CUSTDELTA", "PRODDELTA", "delta@d"},
	}
	of := map[string]string{"alpha@a.example": "PQ1", "bravo@b.example": "PQ2", "second@b.example": "PQ2"}
	looked, found := 0, 0
	look := func(where, partner, text string) {
		looked++
		for other, canaries := range own {
			for _, canary := range canaries {
				switch isThere := strings.Contains(text, canary); {
				case isThere && other == partner:
					found++
				case isThere:
					t.Errorf("%s of %s holds %s of %s", where, partner, canary, other)
				}
			}
		}
	}
	for to, letters := range w.office.received(t) {
		if partner := of[to]; partner != "" {
			look("the letter to "+to, partner, strings.Join(letters, "\n"))
		}
	}
	for name, text := range w.files() {
		if strings.HasPrefix(name, "from us/PQ4/") {
			look(name, "PQ4", text)
		}
	}
	if looked != 5 || found < 20 {
		t.Errorf("%d places were looked at, and %d of what is the partners' own was there", looked, found)
	}
}

func TestAReopenedMonthTellsExactlyThoseWhoHadReceivedIt(t *testing.T) {
	long(t)
	w := newOutward(t, everyWay)
	w.office.refuse["second@b.example"] = true
	w.close()
	if got := strings.Join(w.states(), "|"); !strings.Contains(got, "statement PQ2 mail sent|statement PQ2 mail waiting") {
		t.Errorf("sent was %s", got)
	}
	if _, err := pipeline.Reopen(t.Context(), w.options(w.config, 1), january, "bert", "a wrong rate"); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.AddDate(0, 0, 1)
	w.office.refuse = map[string]bool{}
	for range 2 {
		w.leave()
	}
	withdrawn := map[string]int{}
	for to, letters := range w.office.received(t) {
		for _, text := range letters {
			if strings.Contains(text, "WITHDRAWN: your") || strings.Contains(text, "RETIRÉ") ||
				strings.Contains(text, "NOT TO BE PAID BY") {
				withdrawn[to]++
			}
		}
	}
	if want := "map[alpha@a.example:1 bravo@b.example:1 pay@v.example:1]"; fmt.Sprint(withdrawn) != want {
		t.Errorf("told were %v", withdrawn)
	}
	files := w.files()
	if !strings.Contains(files["from us/PQ4/statement_PQ4_2024-01_1.WITHDRAWN.txt"], "ZURÜCKGEZOGEN") ||
		files["from us/finance/register_2024-01_1.WITHDRAWN.txt"] == "" {
		t.Errorf("at the portal lie %d files", len(files))
	}
	if _, err := pipeline.Run(t.Context(), w.options(w.config, 1)); err != nil {
		t.Fatal(err)
	}
	w.close() // and edition 2 leaves
	if got := w.files()["from us/PQ4/statement_PQ4_2024-01_2.xlsx"]; got == "" {
		t.Error("edition 2 did not leave")
	}
	if got := len(w.office.received(t)["second@b.example"]); got != 1 {
		t.Errorf("who had received nothing got %d letters", got)
	}
}

func TestWhatBecameFinalBeforeDeliveriesWereConfiguredLeavesOnlyWhenItIsAskedFor(t *testing.T) {
	long(t)
	w := newOutward(t, "")
	w.close()
	w.now = w.now.AddDate(0, 0, 1)
	w.configure("deliver: {statements: mail}\n")
	w.leave()
	if got := w.states(); len(got) != 0 {
		t.Errorf("sent was %q", got)
	}
	parcels, err := Parcels(t.Context(), w.config, w.now, january)
	if err != nil || len(parcels) != 5 || len(w.states()) != 0 {
		t.Fatalf("%d parcels (%v)", len(parcels), err)
	}
	if _, err := DeliverMonth(t.Context(), w.config, w.now, january); err != nil {
		t.Fatal(err)
	}
	w.leave()
	if got := w.states(); len(got) != 4 || !strings.HasSuffix(got[0], " sent") {
		t.Errorf("sent was %q", got)
	}
	if _, err := DeliverMonth(t.Context(), w.config, w.now, january.AddDate(0, 1, 0)); !errors.Is(err, ErrNotFinal) {
		t.Errorf("an open month: %v", err)
	}
}

func TestAStatementThatIsNotWhatWasStatedDoesNotLeave(t *testing.T) {
	long(t)
	w := newOutward(t, "deliver: {statements: mail}\n")
	w.closed()
	w.write("closed/2024-01/statements/statement_PQ2.xlsx", "forged")
	err := Deliver(t.Context(), w.config, w.now)
	if err == nil || !strings.Contains(err.Error(), "statement_PQ2.xlsx has changed") {
		t.Errorf("it leaves: %v", err)
	}
	w.write("closed/2024-01/manifest.json", "{}")
	err = Deliver(t.Context(), w.config, w.now)
	if err == nil || !strings.Contains(err.Error(), "manifest.json has changed") {
		t.Errorf("the manifest: %v", err)
	}
}

func TestAnAddressThatIsCorrectedGetsWhatDidNotArrive(t *testing.T) {
	long(t)
	w := newOutward(t, "deliver: {statements: mail}\n")
	w.office.refuse["alpha@a.example"] = true
	w.close()
	w.drop("partners_2.csv", "id,name,aliases,email,language,modules,level\n"+
		"PQ1,NAMEALPHA,DQ=ALIASALPHA,new@a.example,en,resell 2024-01-01,ready 2024-01-01\n"+
		"PQ4,NAMEDELTA,DQ=ALIASDELTA,moved@d.example,de,resell 2024-01-01,ready 2024-01-01\n")
	if _, err := pipeline.Run(t.Context(), w.options(w.config, 1)); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.AddDate(0, 0, 1)
	w.leave()
	if got := w.office.received(t); len(got["new@a.example"]) != 1 || len(got["alpha@a.example"]) != 0 ||
		len(got["delta@d.example"]) != 1 || len(got["moved@d.example"]) != 0 {
		t.Errorf("letters came to %d addresses", len(got))
	}
}
