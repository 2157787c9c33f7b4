package xlsx

import (
	"bytes"
	"testing"

	"github.com/xuri/excelize/v2"

	"tranche/reports"
)

// shown is what a person sees in a cell.
func shown(t *testing.T, f *excelize.File, sheet, cell string) string {
	t.Helper()
	text, err := f.GetCellValue(sheet, cell)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestAStatementShowsTheDecimalsOfEachCurrency(t *testing.T) {
	for _, c := range []struct {
		currency  string
		own       string
		net       reports.Net
		paid, was string
	}{
		{"JPY", "188181.0000", 4_500_000_000_000, "188,181", "4,500,000"},
		{"KWD", "393.1540", 393_154_000, "393.154", "393.154"},
		{"CLF", "41.1247", 41_124_700, "41.1247", "41.1247"},
		{"EUR", "1439.3600", 1_439_360_000, "1,439.36", "1,439.36"},
		{"UYW", "99999999999999999999.1234", 1, "99,999,999,999,999,999,999.1234", "0.0000"},
	} {
		st := example()
		st.Pay.Currency, st.Pay.PayableOwn, st.Pay.PaidCurrency = c.currency, c.own, "USD"
		st.Lines[0].Net, st.Lines[0].Currency = c.net, c.currency
		f := open(t, st)
		if got := shown(t, f, "Summary", "C11"); got != c.paid {
			t.Errorf("%s of %s are paid, it should be %s", got, c.currency, c.paid)
		}
		if got := shown(t, f, "Lines", "O3"); got != c.was {
			t.Errorf("a line of %s shows %s, it should be %s", c.currency, got, c.was)
		}
	}
}

func TestAStatementSaysInWhichCurrencyItIsPaid(t *testing.T) {
	const ours, theirs, unknown = "Paid in USD. At 1 EUR = 1.08415 USD.", "Paid in EUR. At 1 EUR = 1.08415 USD.",
		" There is no rate of EUR for the end of the month, so that the amount cannot be told."
	for _, c := range []struct {
		sentence, paid                        string
		rate                                  reports.FX
		big, currency, small, amount, sayings string
	}{
		{"in the programme's", "USD", 1_084_150_000, "1.05", "EUR", "In your currency", "0.97", ours},
		{"in the partner's", "EUR", 1_084_150_000, "0.97", "USD", "In USD", "1.05", theirs},
		{"without a rate", "USD", 0, "1.05", "EUR", "In your currency", "?", "Paid in USD." + unknown},
		{"in the partner's without a rate", "EUR", 0, "?", "USD", "In USD", "1.05", "Paid in EUR." + unknown},
	} {
		st := example()
		st.Pay.PaidCurrency, st.Pay.OwnRate, st.Pay.OwnUnknown, st.Pay.PayableOwn = c.paid, c.rate, c.rate == 0, "0.9700"
		f := open(t, st)
		for cell, want := range map[string]string{"A10": "Payable", "B10": c.paid, "C10": c.big, "A11": c.small,
			"B11": c.currency, "C11": c.amount, "A12": c.sayings} {
			if got := shown(t, f, "Summary", cell); got != want {
				t.Errorf("%s: %s is %q, it should be %q", c.sentence, cell, got, want)
			}
		}
	}
}

func TestTheStatementOfAPartnerThatHasLeftNamesWhatItOwes(t *testing.T) {
	st := example()
	st.Pay.Earned, st.Pay.Payable, st.Pay.Currency = -1500, -1500, "USD"
	st.Modules, st.Lines = []reports.IncentiveTotal{{Incentive: "resell", Earned: -1500}}, nil
	f := open(t, st)
	for cell, want := range map[string]string{"A12": "Owed by you", "B12": "USD", "C12": "15.00"} {
		if got := shown(t, f, "Summary", cell); got != want {
			t.Errorf("%s is %q, it should be %q", cell, got, want)
		}
	}
	named := map[string]bool{}
	for _, n := range f.GetDefinedName() {
		named[n.Name] = true
	}
	if !named["owed"] || !named["payable"] || !named["payable_sum"] {
		t.Errorf("the named cells are %v", named)
	}
}

func TestTheRegisterShowsTheDecimalsOfEachCurrency(t *testing.T) {
	row := func(id, code string, own string) reports.RegisterPartner {
		return reports.RegisterPartner{Currency: "USD", Partner: reports.Partner{ID: id}, Pay: reports.Pay{Payable: 127775,
			Currency: code, OwnRate: 1, PayableOwn: own, PaidCurrency: "USD"}}
	}
	none := row("PG", "GBP", "")
	none.Pay.OwnRate, none.Pay.OwnUnknown = 0, true
	reg := &reports.Register{Currency: "USD", Month: example().Month.Time, Partners: []reports.RegisterPartner{none,
		row("PJ", "JPY", "188181.0000"), row("PK", "KWD", "393.1540")},
		Held: []reports.HeldRow{{Amount: "1234.000000", Currency: "JPY"}, {Amount: "1.500000", Currency: "KWD"}},
		Distributors: []reports.RegisterDistributor{{Distributor: "D", Currency: "JPY", Net: "4501234.000000",
			CountedNet: "4500000.000000", CountedBase: "30555.00", UncountedNet: "0", HeldNet: "1234.000000"}}}
	var out bytes.Buffer
	if err := Register(&out, reg); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, c := range [][3]string{{"Register", "K6", "no rate"}, {"Register", "K7", "188,181"},
		{"Register", "K8", "393.154"},
		{"Register", "L7", "USD"}, {"Held", "H3", "1,234"}, {"Held", "H4", "1.500"},
		{"Distributors", "D3", "4,501,234"}, {"Distributors", "G3", "30,555.00"}, {"Distributors", "K3", "1,234"}} {
		if got := shown(t, f, c[0], c[1]); got != c[2] {
			t.Errorf("%s!%s shows %q, it should be %q", c[0], c[1], got, c[2])
		}
	}
}
