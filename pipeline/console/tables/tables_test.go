package tables

import (
	"context"
	"net/url"
	"testing"

	"tranche/pipeline/store"
)

var fruit = Table{
	Key: "fruit", From: "from (values ('apple', 1.10::decimal(18,2), 'red'), ('pear', 20.00, 'green'), " +
		"('plum', null, 'red')) as t(name, price, colour) where name <> $1",
	Columns: []Column{{Name: "name", Link: "/fruit/{name}/{colour}"}, {Name: "price", Kind: Money},
		{Name: "colour", Choose: true}},
	Order: "name",
}

func asked(t *testing.T, query string) ([]string, *Rows) {
	t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	u, err := url.Parse("/page?" + query)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := Read(ctx, s, fruit, fruit.Ask(u), "none")
	if err != nil {
		t.Fatal(query, err)
	}
	var names []string
	for _, row := range rows.Rows {
		names = append(names, row[0].String)
	}
	return names, rows
}

func TestAnAddressSortsFindsAndFilters(t *testing.T) {
	for query, want := range map[string]string{
		"":                                    "apple pear plum",
		"fruit.sort=-name":                    "plum pear apple",
		"fruit.sort=price":                    "apple pear plum",
		"fruit.sort=-price":                   "pear apple plum",
		"fruit.find=PL":                       "apple plum",
		"fruit.find=1.1":                      "apple",
		"fruit.is.colour=red":                 "apple plum",
		"fruit.is.colour=red&fruit.find=plum": "plum",
		"fruit.page=2":                        "",
		// What the table has not, and what is no name, asks for nothing.
		"fruit.sort=name;drop+table+x":      "apple pear plum",
		"fruit.is.name=apple":               "apple pear plum",
		"other.find=plum":                   "apple pear plum",
		"fruit.find='+or+1=1+--":            "",
		"fruit.is.colour='+or+''='":         "",
		"fruit.page=-1&fruit.page=1e9":      "apple pear plum",
		"fruit.sort=--name&fruit.sort=name": "apple pear plum",
	} {
		names, _ := asked(t, query)
		got := ""
		for i, name := range names {
			if i > 0 {
				got += " "
			}
			got += name
		}
		if got != want {
			t.Errorf("%s: %q, it should be %q", query, got, want)
		}
	}
}

func TestAnAddressLeadsBackToTheSameRows(t *testing.T) {
	_, rows := asked(t, "fruit.sort=-price&fruit.is.colour=red&other.find=x&language=de")
	a := rows.Asked
	if got := a.Address(func(*Asked) {}); got != "/page?fruit.is.colour=red&fruit.sort=-price&language=de&other.find=x" {
		t.Error(got)
	}
	if rows.All != 2 || len(rows.Choices["colour"]) != 2 {
		t.Error(rows.All, rows.Choices)
	}
	if got := fruit.Link(rows.Rows[0], 0); got != "/fruit/apple/red" {
		t.Error(got)
	}
	if rows.Rows[0][1].String != "1.10" || rows.Rows[1][1].Valid {
		t.Error("amounts are not as they are:", rows.Rows)
	}
}
