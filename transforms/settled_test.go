package transforms_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"tranche/pipeline/store"
	"tranche/transforms"
	"tranche/transforms/oracle"
)

// smallTrade is a month of lines of which each rests upon something else.
func smallTrade() (oracle.Facts, oracle.Programme) {
	f, p := trade(0)
	from := f.Through.AddDate(0, -5, 0)
	p.Versions[0].SellWith = oracle.SellWith{WindowDays: 400, Weights: map[string]int64{"influenced": 1}, PointsFrom: from}
	p.FXMaxAge = 30
	for i := range f.Partners {
		f.Partners[i].Modules = append(f.Partners[i].Modules, oracle.Holding{Module: "sell_with", From: from})
	}
	f.Products = append(f.Products, oracle.Product{SKU: "M", Family: "storage", Licence: true})
	f.Rates = []oracle.Rate{{Currency: "EUR", Date: from, Value: dec(11, 1)}}
	f.Claims = []oracle.Claim{{Deal: "D1", Partner: "P3", Role: "influenced", Registered: from, Approved: true}}
	day := from.AddDate(0, 0, 9)
	for _, s := range []oracle.Sale{
		{Document: "PLAIN", Buyer: "P1", SKU: "L", Currency: "USD"},
		{Document: "FOREIGN", Buyer: "P1", SKU: "L", Currency: "EUR"},
		{Document: "CLAIMED", Buyer: "P2", SKU: "L", Currency: "USD", Deal: "D1"},
		{Document: "UNCLAIMED", Buyer: "P2", SKU: "M", Currency: "USD", Deal: "D9"},
		{Document: "NOBODY'S", Buyer: "P9", SKU: "L", Currency: "USD"},
		{Document: "RETURN", Buyer: "P1", SKU: "L", Currency: "USD", Return: true, ReturnsDocument: "PLAIN", ReturnsLine: 1},
	} {
		s.Distributor, s.Line, s.Date, s.Net = "D", 1, day, dec(100_000, 2)
		s.Net.Negative = s.Return
		f.Sales = append(f.Sales, s)
	}
	return f, p
}

// again makes every model anew from what the store holds now.
func again(t *testing.T, s *store.Session) {
	t.Helper()
	unmade(t, s)
	if err := transforms.Build(context.Background(), s, transforms.Target{Work: "memory", Mart: "published"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := transforms.Check(context.Background(), s); err != nil {
		t.Fatal(err)
	}
}

// settled and workedOut name the documents whose lines a night leaves out, or does not.
func settled(t *testing.T, s *store.Session) string {
	t.Helper()
	return documents(t, s, "file_id in (select file_id from intermediate.settled_files) and sale_id not in (select sale_id from intermediate.unsettled)")
}

func workedOut(t *testing.T, s *store.Session) string {
	t.Helper()
	return documents(t, s, "sale_id in (select sale_id from intermediate.lines)")
}

func documents(t *testing.T, s *store.Session, which string) string {
	t.Helper()
	return strings.Join(ask(t, s, "select document_no as said from staging.sales where "+which+" order by said"), " ")
}

const (
	allSettled = "CLAIMED FOREIGN PLAIN UNCLAIMED"
	another    = "insert into store.raw.files values (9, 'sha9', 'other.csv', 'sales', 'sales', 'h', false, '2024-02-01', 1, 'loaded', null, null, 1, 1, 0, 1001, 0, 0, null)"
	newVersion = "insert into store.raw.sales select 9, line, distributor, document_no, line_no, line_key, is_return, document_date, partner_code, partner_name, partner_town, partner_country, " +
		"end_customer, sku, quantity, net_amount + 1, currency, deal_id, returns_document, returns_line from store.raw.sales where document_no = 'PLAIN'"
)

func TestASettledLineIsWorkedOutAgainWhenWhatItRestsUponChanges(t *testing.T) {
	s := tables(t, 2)
	f, p := smallTrade()
	h := begin(t, s, p)
	h.close(f, h.open())
	for _, c := range []struct{ what, change, settled string }{
		{"nothing changes", "", allSettled},
		{"its row is read otherwise", "update store.raw.sales set quantity = 2 where document_no = 'PLAIN'", "CLAIMED FOREIGN UNCLAIMED"},
		{"another row of its file is", "update store.raw.sales set quantity = 2 where document_no = 'UNCLAIMED'", "CLAIMED PLAIN"},
		{"a later file corrects it", another + ";" + newVersion, "CLAIMED FOREIGN UNCLAIMED"},
		{"its product is another", "update store.raw.products set family = 'other' where sku = 'M'", "CLAIMED FOREIGN PLAIN"},
		{"the rate of its day is corrected", "update store.raw.fx_rates set rate = 1.2", "CLAIMED PLAIN UNCLAIMED"},
		{"its buyer holds its modules from another day", "update store.raw.partners set modules = replace(modules, '2024-01-01', '2024-01-02') where partner_id = 'P2'", "FOREIGN PLAIN"},
		{"its distributor turns out to be a partner", "update store.raw.partners set aliases = 'D=D' where partner_id = 'P4'", ""},
		{"its code comes to mean two partners", "update store.raw.partners set aliases = 'D=P1' where partner_id = 'P4'", "CLAIMED UNCLAIMED"},
		{"who claims its deal becomes inactive", "update store.raw.partners set status = 'inactive' where partner_id = 'P3'", "FOREIGN PLAIN UNCLAIMED"},
		{"a claim on its deal is revoked", "update store.raw.deals set status = 'revoked'", "FOREIGN PLAIN UNCLAIMED"},
		{"a claim on its deal comes", "insert into store.raw.deals select file_id, 9, 'D9', content, 'D9', partner_code, role, registered_on, approved_on, expires_on, status, end_customer, family from store.raw.deals", "CLAIMED FOREIGN PLAIN"},
		{"a person joins it to a deal", "insert into store.raw.links values (8, 2, 'k', 'k', 'D', 'PLAIN', 1, null, 'D1', 'who', null)", "CLAIMED FOREIGN UNCLAIMED"},
	} {
		t.Run(c.what, func(t *testing.T) {
			h.workOut(f, f.Through)
			for q := range strings.SplitSeq(c.change, ";") {
				if q != "" {
					must(t, s, q)
				}
			}
			must(t, s, "update store.raw.files set records = n, typed = n from (select file_id as f, count(*) as n from (select file_id from store.raw.deals union all select file_id from store.raw.links) group by f) where file_id = f")
			again(t, s)
			if got := settled(t, s); got != c.settled {
				t.Errorf("settled are %s, not %s", got, c.settled)
			}
		})
	}
}

func TestALineThatAClosingFoundPassedOverOrJoinedToADealIsWorkedOutAgain(t *testing.T) {
	s := tables(t, 2)
	f, p := smallTrade()
	h := begin(t, s, p)
	h.close(f, h.open())
	f.Links = []oracle.Link{{Distributor: "D", Document: "FOREIGN", Line: 1, Deal: "D1"}}
	h.besides = []string{another, strings.Replace(newVersion, "net_amount + 1", "net_amount", 1), "update store.raw.sales set quantity = 2 where file_id = 9"}
	h.close(f, h.open())
	h.workOut(f, f.Through)
	if got, want := settled(t, s), "CLAIMED UNCLAIMED"; got != want {
		t.Errorf("while that is so, settled are %s, not %s", got, want)
	}
	f.Links, h.besides = nil, nil
	h.workOut(f, f.Through)
	if got, want := settled(t, s), "CLAIMED UNCLAIMED"; got != want {
		t.Errorf("settled are %s, not %s", got, want)
	}
}

// What one closing states and another takes back is worked out when it comes again, as it was.
func TestALineThatAClosingDidNotFindIsWorkedOutWhenItIsThereAgain(t *testing.T) {
	for _, c := range []struct{ what, gone string }{
		{"it is not read", "delete from store.raw.sales where document_no = 'FOREIGN'"},
		{"it is read with a later day", "update store.raw.sales set document_date = date '2024-05-10', partner_code = 'P2' where document_no = 'FOREIGN'"},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := tables(t, 2)
			f, p := smallTrade()
			h := begin(t, s, p)
			h.close(f, h.open())
			another := f
			another.Sales = append(slices.Clone(f.Sales), oracle.Sale{Distributor: "D", Document: "BESIDE", Line: 1, Date: f.Sales[0].Date, Buyer: "P1", SKU: "L", Currency: "EUR", Net: dec(1, 0)})
			h.besides = []string{c.gone}
			h.close(another, h.open())
			h.besides = nil
			h.workOut(another, h.open())
			if got, want := settled(t, s), "BESIDE CLAIMED PLAIN"; got != want {
				t.Errorf("settled are %s, not %s", got, want)
			}
			if got, want := ask(t, s, "select sum(base)::varchar as said from mart.statement_lines where document_no = 'FOREIGN' and partner_id = 'P1'")[0], "1100.00"; got != want {
				t.Errorf("it has come to %s, not %s", got, want)
			}
		})
	}
}

// TestARebuildSaysWhatNightsShouldHaveWorkedOut takes away that a closing had known something
// otherwise, as if nobody had thought of it.
func TestARebuildSaysWhatNightsShouldHaveWorkedOut(t *testing.T) {
	forgotten := []string{"delete from memory.stated.grounds", "insert into memory.stated.grounds select ground, inputs, date '2024-01-01' from intermediate.grounds"}
	for _, c := range []struct{ what, change, left string }{
		{"something moves", "update store.raw.fx_rates set rate = 1.2", "FOREIGN"},
		{"something is credited for the first time", "insert into store.raw.deals select file_id, 9, 'D9', content, 'D9', partner_code, role, registered_on, approved_on, expires_on, status, end_customer, family from store.raw.deals", "UNCLAIMED"},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := tables(t, 2)
			f, p := smallTrade()
			h := begin(t, s, p)
			h.close(f, h.open())
			h.workOut(f, f.Through)
			must(t, s, c.change, "update store.raw.files set records = n, typed = n from (select file_id as f, count(*) as n from store.raw.deals group by f) where file_id = f")
			again(t, s)
			must(t, s, forgotten...)
			again(t, s)
			if got := settled(t, s); got != allSettled {
				t.Fatalf("settled are %s", got)
			}
			must(t, s, "update rules.programme set anew = true")
			unmade(t, s)
			if err := transforms.Build(context.Background(), s, transforms.Target{Work: "memory", Mart: "published"}, nil); err != nil {
				t.Fatal(err)
			}
			err := transforms.Check(context.Background(), s)
			if err == nil || !strings.Contains(err.Error(), "unmoved_lines_do_not_move") || !strings.Contains(err.Error(), c.left) {
				t.Errorf("of %s it says %v", c.left, err)
			}
		})
	}
}

func TestASettledLineIsNotWorkedOutUnlessADealCouldBeSuggestedForIt(t *testing.T) {
	s := tables(t, 2)
	f, p := smallTrade()
	h := begin(t, s, p)
	h.close(f, h.open())
	h.workOut(f, f.Through)
	if got, want := workedOut(t, s), "NOBODY'S RETURN"; got != want {
		t.Errorf("worked out are %s, not %s", got, want)
	}
	if got, want := settled(t, s), allSettled; got != want {
		t.Errorf("settled are %s, not %s", got, want)
	}
}

func TestADealCanBeSuggestedForASettledLine(t *testing.T) {
	s := tables(t, 2)
	f, p := smallTrade()
	h := begin(t, s, p)
	theCustomer := "update store.raw.sales set end_customer = 'Acme Ltd' where document_no in ('PLAIN', 'FOREIGN')"
	h.besides = []string{theCustomer}
	h.close(f, h.open())
	h.besides = append(h.besides, "update store.raw.deals set end_customer = 'ACME', family = 'platform'")
	h.workOut(f, f.Through)
	if got, want := settled(t, s), allSettled; got != want {
		t.Errorf("settled are %s, not %s", got, want)
	}
	if got, want := strings.Join(ask(t, s, "select document_no as said from mart.sell_with_suggestions order by said"), " "), "FOREIGN PLAIN"; got != want {
		t.Errorf("suggested for %q, not %q", got, want)
	}
	if got, want := ask(t, s, "select concat_ws(' ', lines, counted_lines, counted_base) as said from mart.distributor_months where currency = 'USD'")[0], "5 4 2000.00"; got != want {
		t.Errorf("the distributor's month is %s, not %s", got, want)
	}
}
