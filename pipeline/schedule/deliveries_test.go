package schedule

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"encoding/base64"

	"github.com/emersion/go-smtp"

	"tranche/pipeline"
	"tranche/pipeline/config"
)

// postOffice is a mail server on loopback, which keeps what it is given.
type postOffice struct {
	sync.Mutex
	letters []letter
	refuse  map[string]bool // addresses
	port    int
}

// letter is a mail that came.
type letter struct{ to, text string }

func newPostOffice(t *testing.T) *postOffice {
	t.Helper()
	p := &postOffice{refuse: map[string]bool{}}
	s := smtp.NewServer(p)
	s.Domain = "localhost"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.port = l.Addr().(*net.TCPAddr).Port
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return p
}

func (p *postOffice) NewSession(*smtp.Conn) (smtp.Session, error) { return &visit{office: p}, nil }

type visit struct {
	office *postOffice
	to     string
}

func (v *visit) Mail(string, *smtp.MailOptions) error { return nil }
func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	if v.to = to; v.office.refuse[to] {
		return &smtp.SMTPError{Code: 550, Message: "no such person here"}
	}
	return nil
}
func (v *visit) Reset()        {}
func (v *visit) Logout() error { return nil }
func (v *visit) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	v.office.Lock()
	defer v.office.Unlock()
	v.office.letters = append(v.office.letters, letter{v.to, string(text)})
	return err
}

// received is every text of each letter, by its address: subject, text, and the parts of what is attached.
func (p *postOffice) received(t *testing.T) map[string][]string {
	t.Helper()
	p.Lock()
	defer p.Unlock()
	all := map[string][]string{}
	for _, l := range p.letters {
		all[l.to] = append(all[l.to], plain(t, l.text))
	}
	return all
}

// plain is a mail without its encodings.
func plain(t *testing.T, text string) string {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	out := fmt.Sprintf("From: %s\nTo: %s\nSubject: %s\n", m.Header.Get("From"), m.Header.Get("To"), subject)
	kind, params, _ := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if !strings.HasPrefix(kind, "multipart/") {
		return out + decoded(t, m.Header.Get("Content-Transfer-Encoding"), m.Body)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		data := decoded(t, part.Header.Get("Content-Transfer-Encoding"), part)
		out += part.FileName() + "\n" + unpacked(t, []byte(data)) + "\n"
	}
}

func decoded(t *testing.T, encoding string, r io.Reader) string {
	t.Helper()
	switch encoding {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// unpacked is the text of every part of a workbook or archive, or the bytes.
func unpacked(t *testing.T, data []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return string(data)
	}
	var out strings.Builder
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		out.WriteString(f.Name + "\n" + unpacked(t, text) + "\n")
	}
	return out.String()
}

// shop is a small programme in which every text and amount is one partner's alone.
const shop = `vendor: Larkspur
currency: USD
names: {levels: [ready], modules: [resell]}
landing: {settle: 0s}
feeds:
  - name: partners
    kind: partners
    glob: "partners*.csv"
    constants: {status: active}
    columns:
      {partner_id: id, name: name, aliases: aliases, email: email, language: language, modules: modules, level: level}
  - name: products
    kind: products
    glob: "products*.csv"
    columns: {sku: sku, name: name, family: family, basis: basis}
  - name: sales
    kind: sales
    glob: "sales*.csv"
    returns: by_amount
    max_rejects: 50%
    constants: {distributor: DQ, currency: USD}
    columns:
      {document_no: doc, line_no: line, document_date: date, partner_code: code, end_customer: customer, sku: sku,
       net_amount: net}
journal: {expense: {resell: "1"}, adjustments: "2", accrued: "3", payable: "4"}
programme:
  - name: bare
    from: 2024-01-01
    incentives:
      - {name: resell, credits: buyer, module: resell, counts: {basis: [licence]},
         schedules: [{level: ready, width: 25000, rates: [5]}]}
    points: {status_months: 12, by_amount: [{incentive: resell, points: 1, per: 1000}]}
    levels: {source: computed, review_month: 12, grace_months: 3, requirements: [{level: ready, points: 0}]}
serve: {listen: ""}
`

// outward is an installation of the shop whose statements leave.
type outward struct {
	*installation
	office *postOffice
	config *config.Config
	portal string // a folder beside it
}

// newOutward has run once, and its deliveries are configured.
func newOutward(t *testing.T, deliver string) *outward {
	t.Helper()
	w := &outward{installation: &installation{t: t, dir: t.TempDir(), now: time.Date(2024, 2, 3, 12, 0, 0, 0, time.UTC)},
		office: newPostOffice(t), portal: t.TempDir()}
	for _, folder := range []string{"inbox", "letters"} {
		if err := os.Mkdir(filepath.Join(w.dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	w.server = &Server{Program: "test", Now: func() time.Time { return w.now },
		Read: func() (*config.Config, error) { return config.Read(filepath.Join(w.dir, "config.yaml")) }}
	w.drop("partners.csv", "id,name,aliases,email,language,modules,level\n"+
		"PQ1,NAMEALPHA,DQ=ALIASALPHA,alpha@a.example,en,resell 2024-01-01,ready 2024-01-01\n"+
		"PQ2,NAMEBRAVO,DQ=ALIASBRAVO,\"bravo@b.example; second@b.example\",fr,resell 2024-01-01,ready 2024-01-01\n"+
		"PQ3,NAMECHARLIE,DQ=ALIASCHARLIE,,en,resell 2024-01-01,ready 2024-01-01\n"+
		"PQ4,NAMEDELTA,DQ=ALIASDELTA,delta@d.example,de,resell 2024-01-01,ready 2024-01-01\n")
	w.drop("products.csv", "sku,name,family,basis\nSKUALPHA,PRODALPHA,platform,licence\n"+
		"SKUBRAVO,PRODBRAVO,platform,licence\nSKUCHARLIE,PRODCHARLIE,platform,licence\nSKUDELTA,PRODDELTA,platform,licence\n")
	w.drop("sales.csv", "doc,line,date,code,customer,sku,net\n"+
		"DOCALPHA,1,2024-01-10,ALIASALPHA,CUSTALPHA,SKUALPHA,11111.11\n"+
		"DOCBRAVO,1,2024-01-11,ALIASBRAVO,CUSTBRAVO,SKUBRAVO,22222.22\n"+
		"DOCCHARLIE,1,2024-01-12,ALIASCHARLIE,CUSTCHARLIE,SKUCHARLIE,3333.33\n"+
		"DOCDELTA,1,2024-01-12,ALIASDELTA,CUSTDELTA,SKUDELTA,4444.44\n"+
		"BROKENLINE,1,2024-01-12,ALIASDELTA,CUSTDELTA,SKUDELTA,=4444\n")
	w.configure(deliver)
	return w
}

// drop lays a file into the inbox, an hour ago by the clock of the test.
func (w *outward) drop(name, text string) {
	w.t.Helper()
	w.write("inbox/"+name, text)
	at := w.now.Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(w.dir, "inbox", name), at, at); err != nil {
		w.t.Fatal(err)
	}
}

func (w *outward) configure(deliver string) {
	w.t.Helper()
	mail := fmt.Sprintf("notify:\n  mail: {host: 127.0.0.1, port: %d, security: none, from: desk@v.example, "+
		"finance: [pay@v.example]}\n", w.office.port)
	w.write("config.yaml", shop+mail+strings.ReplaceAll(deliver, "PORTAL", w.portal))
	var err error
	if w.config, err = w.server.Read(); err != nil {
		w.t.Fatal(err)
	}
}

// close closes January, and what leaves, leaves.
func (w *outward) close() {
	w.t.Helper()
	closing := pipeline.Closing{Month: january, By: "anna", Accepted: "known"}
	if _, err := pipeline.Close(w.t.Context(), w.options(w.config, 0), closing); err != nil {
		w.t.Fatal(err)
	}
	w.leave()
}

// leave is what serve and the commands do after a run.
func (w *outward) leave() {
	w.t.Helper()
	err := errors.Join(Finals(w.config, w.now), Deliver(w.t.Context(), w.config, w.now),
		Outbox(w.config).Flush(w.t.Context(), w.now))
	if err != nil {
		w.t.Fatal(err)
	}
}

var january = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// states are what became of the deliveries, as kind receiver way state.
func (w *outward) states() (list []string) {
	w.t.Helper()
	all, err := Deliveries(w.config)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range all {
		list = append(list, fmt.Sprintf("%s %s %s %s", s.Delivery.Kind, s.Delivery.Receiver, s.Delivery.Way, s.State))
	}
	slices.Sort(list)
	return list
}

// files are what lies at the portal, by its path.
func (w *outward) files() map[string]string {
	w.t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(w.portal, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(w.portal, path)
		found[name] = unpacked(w.t, data)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

const everyWay = `deliver:
  statements: mail
  partners: {PQ4: portal}
  finance: portal
  scorecards: {DQ: data@dq.example}
  places:
    - {name: portal, folder: PORTAL, into: from us}
`

func TestEachPartnerIsSentItsOwnStatementOnceByItsWay(t *testing.T) {
	w := newOutward(t, everyWay)
	w.close()
	for range 3 { // as often as it is looked for
		w.leave()
	}
	want := []string{"pack finance portal sent", "scorecard DQ mail sent", "statement PQ1 mail sent",
		"statement PQ2 mail sent", "statement PQ2 mail sent", "statement PQ4 portal sent"}
	if got := w.states(); !slices.Equal(got, want) {
		t.Errorf("sent was %q", got)
	}
	mails := w.office.received(t)
	for to, words := range map[string]string{
		"alpha@a.example": "From: <desk@v.example>|Subject: Larkspur: your statement of 2024-01|Dear NAMEALPHA,|statement_PQ1_2024-01_1.xlsx",
		"bravo@b.example": "Subject: Larkspur : votre relevé de 2024-01|Bonjour NAMEBRAVO,", "second@b.example": "NAMEBRAVO",
		"data@dq.example": "5 rows came, 4 were taken and 1 could not be read|rejected_rows_2024-01_1.csv|\"=\"\"=4444\"\"\"|" +
			"scorecard_2024-01_1.csv",
		"pay@v.example": "register-2024-01.xlsx|journal-2024-01.csv|statement_PQ3.xlsx",
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
	if len(mails) != 5 {
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
	rows, err := s.Texts(t.Context(), `select concat_ws('|', month, edition, kind, receiver, way, address, file_names, state,
		attempts, answer) from mart.deliveries where receiver in ('PQ1', 'PQ4') order by receiver`)
	if err != nil || len(rows) != 2 {
		t.Fatal(rows, err)
	}
	if !strings.HasPrefix(rows[0], "2024-01-01|1|statement|PQ1|mail|alpha@a.example|statement_PQ1_2024-01_1.xlsx|sent|1|2.0.0 OK") ||
		!strings.HasPrefix(rows[1], "2024-01-01|1|statement|PQ4|portal|from us/PQ4|statement_PQ4_2024-01_1.xlsx|sent|1|stored as ") {
		t.Errorf("%q", rows)
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
	if looked != 4 || found < 20 {
		t.Errorf("%d places were looked at, and %d of what is the partners' own was there", looked, found)
	}
}

func TestAReopenedMonthTellsExactlyThoseWhoHadReceivedIt(t *testing.T) {
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
	if files := w.files(); !strings.Contains(files["from us/PQ4/statement_PQ4_2024-01_1.WITHDRAWN.txt"], "ZURÜCKGEZOGEN") ||
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
	w := newOutward(t, "deliver: {statements: mail}\n")
	closing := pipeline.Closing{Month: january, By: "anna", Accepted: "known"}
	if _, err := pipeline.Close(t.Context(), w.options(w.config, 0), closing); err != nil {
		t.Fatal(err)
	}
	w.write("closed/2024-01/statements/statement_PQ2.xlsx", "forged")
	err := Deliver(t.Context(), w.config, w.now)
	if err == nil || !strings.Contains(err.Error(), "statement_PQ2.xlsx has changed") {
		t.Errorf("it leaves: %v", err)
	}
	w.write("closed/2024-01/manifest.json", "{}")
	if err := Deliver(t.Context(), w.config, w.now); err == nil || !strings.Contains(err.Error(), "manifest.json has changed") {
		t.Errorf("the manifest: %v", err)
	}
}

func TestAnAddressThatIsCorrectedGetsWhatDidNotArrive(t *testing.T) {
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
