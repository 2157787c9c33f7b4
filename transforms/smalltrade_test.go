package transforms_test

import (
	"context"
	"testing"

	"tranche/pipeline/store"
	"tranche/transforms"
	"tranche/transforms/oracle"
)

// smallTrade is a month of lines of which each rests upon something else.
func smallTrade() (oracle.Facts, oracle.Programme) {
	f, p := trade(0)
	from := f.Through.AddDate(0, -5, 0)
	p.Versions[0].Incentives = append(p.Versions[0].Incentives, oracle.Incentive{Name: "sell_with", Credits: "claims",
		Module: "sell_with", Basis: []string{"licence"}, Method: "marginal", Period: "year",
		Deals: oracle.Deals{WindowDays: 400, Weights: map[string]int64{"influenced": 1}}})
	p.FXMaxAge = 30
	for i := range f.Partners {
		f.Partners[i].Modules = append(f.Partners[i].Modules, oracle.Holding{Module: "sell_with", From: from})
	}
	f.Products = append(f.Products, oracle.Product{SKU: "M", Family: "storage", Basis: "licence"})
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
	if err := transforms.Build(context.Background(), s, transforms.Target{Work: "memory", Mart: "published"},
		nil); err != nil {
		t.Fatal(err)
	}
	if err := transforms.Check(context.Background(), s); err != nil {
		t.Fatal(err)
	}
}
