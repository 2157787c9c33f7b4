package pipeline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAWorkbookHoldsNothingOfAnotherPartner gives every partner texts and amounts of
// its own, unzips every part of every statement and looks for those of the others. P3
// and P4 share a deal on which P1 buys: of that line they may know the deal's customer
// and product, and their own part; not who bought, on which document, for how much, or
// who else shares it.
func TestAWorkbookHoldsNothingOfAnotherPartner(t *testing.T) {
	w := canaries(t)
	w.run(t)
	own := map[string][]string{
		"PQ1": {
			"PQ1", "NAMEALPHA", "ALIASALPHA", "TOWNALPHA", "DOCALPHA", "11111.11", "555.56", "CUSTALPHA", "PRODALPHA",
			"SKUALPHA",
		},
		"PQ2": {
			"PQ2", "NAMEBRAVO", "ALIASBRAVO", "TOWNBRAVO", "DOCBRAVO", "22222.22", "1111.11", "CUSTBRAVO", "PRODBRAVO",
			"SKUBRAVO", "ENTRYBRAVO", "REASONBRAVO", "55.55",
		},
		"PQ3": {"PQ3", "NAMECHARLIE", "ALIASCHARLIE", "TOWNCHARLIE", "6944.44", "138.89"},
		"PQ4": {
			"PQ4", "NAMEDELTA", "ALIASDELTA", "TOWNDELTA", "DOCDELTA", "33333.33", "CUSTDELTA", "PRODDELTA", "SKUDELTA",
			"4166.67", "83.33",
		},
	}
	ofTheDeal := "CUSTALPHA PRODALPHA SKUALPHA"
	found := 0
	for partner := range own {
		path := filepath.Join(w.config.Folders.Statements, "2024-01", "statement_"+partner+".xlsx")
		text := allParts(t, path)
		for other, canaries := range own {
			for _, canary := range canaries {
				isThere := strings.Contains(text, canary)
				switch mayKnow := other == "PQ1" && partner != "PQ2" && strings.Contains(ofTheDeal, canary); {
				case other == partner && isThere:
					found++
				case other != partner && isThere && !mayKnow && !strings.Contains(strings.Join(own[partner], " "), canary):
					t.Errorf("the statement of %s holds %s of %s", partner, canary, other)
				}
			}
		}
	}
	if found < 25 { // aliases and some figures are nowhere
		t.Errorf("only %d of what is the partners' own was found: the test looks in the wrong place", found)
	}
	entries, err := os.ReadDir(w.config.Folders.Statements)
	if err != nil || len(entries) == 0 {
		t.Fatal(err)
	}
	for _, name := range []string{"", "2024-01", "2024-01/statement_PQ1.xlsx", "2024-01/manifest.json"} {
		info, err := os.Stat(filepath.Join(w.config.Folders.Statements, name))
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others: %v %v", name, info.Mode(), err)
		}
	}
}

// canaries is a world in which every text and amount is one partner's alone.
func canaries(t *testing.T) *world {
	t.Helper()
	w := &world{dir: t.TempDir()}
	for name, text := range map[string]string{
		"partners.csv": "id,name,aliases,town,modules,level,status\n" +
			"PQ1,NAMEALPHA,DQ=ALIASALPHA,TOWNALPHA,resell 2024-01-01,ready 2024-01-01,active\n" +
			"PQ2,NAMEBRAVO,DQ=ALIASBRAVO,TOWNBRAVO,resell 2024-01-01,ready 2024-01-01,active\n" +
			"PQ3,NAMECHARLIE,DQ=ALIASCHARLIE,TOWNCHARLIE,sell_with 2024-01-01,ready 2024-01-01,active\n" +
			"PQ4,NAMEDELTA,DQ=ALIASDELTA,TOWNDELTA,resell 2024-01-01|sell_with 2024-01-01,ready 2024-01-01,active\n",
		"products.csv": "sku,name,family,basis\n" +
			"SKUALPHA,PRODALPHA,platform,licence\nSKUBRAVO,PRODBRAVO,platform,licence\nSKUDELTA,PRODDELTA,platform,licence\n",
		"deals.csv": "deal,partner,role,registered,status,customer\nDEALONE,PQ3,sourced,2024-01-02,approved,CUSTALPHA\n" +
			"DEALONE,PQ4,influenced,2024-01-02,approved,CUSTALPHA\n",
		"entries.csv": "id,partner,date,kind,amount,points,reason,by\n" +
			"ENTRYBRAVO,PQ2,2024-01-20,money_adjustment,55.55,,REASONBRAVO,CLERK\n",
		"sales.csv": "doc,line,date,code,customer,sku,net,deal\n" +
			"DOCALPHA,1,2024-01-10,ALIASALPHA,CUSTALPHA,SKUALPHA,11111.11,DEALONE\n" +
			"DOCBRAVO,1,2024-01-11,ALIASBRAVO,CUSTBRAVO,SKUBRAVO,22222.22,\n" +
			"DOCDELTA,1,2024-01-12,ALIASDELTA,CUSTDELTA,SKUDELTA,33333.33,\n",
	} {
		w.drop(t, name, text)
	}
	w.configure(t, `vendor: V
currency: USD
names: {levels: [ready, advanced, premier], modules: [distribution, resell, sell_with]}
landing: {settle: 0s}
feeds:
  - name: partners
    kind: partners
    glob: "partners*.csv"
    columns: {partner_id: id, name: name, aliases: aliases, town: town, modules: modules, level: level, status: status}
  - name: products
    kind: products
    glob: "products*.csv"
    columns: {sku: sku, name: name, family: family, basis: basis}
  - name: entries
    kind: entries
    glob: "entries*.csv"
    columns:
      {entry_id: id, partner_id: partner, date: date, kind: kind, amount: amount, points: points,
       reason: reason, entered_by: by}
  - name: deals
    kind: deals
    glob: "deals*.csv"
    columns:
      {deal_id: deal, partner_code: partner, role: role, registered_on: registered, status: status,
       end_customer: customer}
  - name: sales
    kind: sales
    glob: "sales*.csv"
    returns: by_amount
    constants: {distributor: DQ, currency: USD}
    columns:
      {document_no: doc, line_no: line, document_date: date, partner_code: code, end_customer: customer,
       sku: sku, net_amount: net, deal_id: deal}
programme:
  - name: bare
    from: 2024-01-01
    incentives:
      - {name: resell, credits: buyer, module: resell, counts: {basis: [licence]},
         schedules: [{level: ready, width: 25000, rates: [5]}]}
      - {name: sell_with, credits: claims, module: sell_with, counts: {basis: [licence]},
         deals: {window_days: 365, weights: {sourced: 50, influenced: 30}}, money_from: 2024-01-01,
         schedules: [{level: ready, width: 25000, rates: [2]}]}
    points: {status_months: 12, by_amount: [{incentive: resell, points: 1, per: 1000}]}
    levels: {source: computed, review_month: 12, grace_months: 3, requirements: [{level: ready, points: 0}]}
`)
	return w
}

// allParts is the text of every part of a workbook.
func allParts(t *testing.T, path string) string {
	t.Helper()
	var all strings.Builder
	for name, data := range parts(t, path) {
		all.WriteString(name)
		all.Write(data)
	}
	return all.String()
}
