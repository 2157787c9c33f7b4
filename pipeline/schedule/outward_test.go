package schedule

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/config"
)

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

// newOutward has files in its inbox, and its deliveries are configured; keys are files with a key.
func newOutward(t *testing.T, deliver string, keys ...string) *outward {
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
	for _, name := range keys {
		_, text := keyFile(t)
		w.write(name, text)
	}
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
	w.closed()
	w.leave()
}

func (w *outward) closed() {
	w.t.Helper()
	closing := pipeline.Closing{Month: january, By: "anna", Accepted: "known"}
	if _, err := pipeline.Close(w.t.Context(), w.options(w.config, 0), closing); err != nil {
		w.t.Fatal(err)
	}
}

// leave is what serve and the commands do after a run.
func (w *outward) leave() {
	w.t.Helper()
	err := errors.Join(Finals(w.t.Context(), w.config, w.now), Deliver(w.t.Context(), w.config, w.now),
		Outbox(w.config).Flush(w.t.Context(), w.now))
	if err != nil {
		w.t.Fatal(err)
	}
}

func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("make test-all runs it")
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
