package config

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// example is the configuration at the top, which every case spoils in one place.
func example(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheExampleMakesSense(t *testing.T) {
	c, err := parse("/x/config.yaml", []byte(example(t)))
	if err != nil {
		t.Fatal(err)
	}
	feeds, versions, p := len(c.Feeds), len(c.Programme.Versions), c.Programme
	if feeds != 10 || versions != 2 || c.Folders.Inbox != "/x/inbox" || p.MinPayable != 5000 {
		t.Errorf("%d feeds, %d versions, %s, %d", feeds, versions, c.Folders.Inbox, p.MinPayable)
	}
}

func TestAFaultIsShownWithItsLineAndACaret(t *testing.T) {
	const ready = "{level: ready, width: 25000, rates: [4, 5, 6]}"
	for _, c := range []struct{ sentence, from, to, want string }{
		{"a key nobody knows", "vendor:", "vendro:", "unknown field"},
		{"a rate over 100 %", "rates: [4, 5, 6]", "rates: [4, 500, 6]", "between 0 and 100 %"},
		{"a negative rate", "rates: [4, 5, 6]", "rates: [-4, 5, 6]", "between 0 and 100 %"},
		{"a rate that is no number", "rates: [4, 5, 6]", "rates: [four, 5, 6]", `"four" is not a rate`},
		{"a rate finer than is kept", "rates: [4, 5, 6]", "rates: [4.00001, 5, 6]", "is not a rate"},
		{"a level nobody knows", "{level: ready, width: 25000", "{level: gold, width: 25000", `unknown level "gold"`},
		{"a method nobody knows", "method: volume     # one rate", "method: tiered     # one rate",
			`unknown method "tiered"`},
		{"two schedules for one level", "{level: advanced, width: 25000, rates: [5, 6, 7]}",
			"{level: ready, width: 25000, rates: [5, 6, 7]}", "two schedules for the same level"},
		{"bounds with a gap", ready,
			"{level: ready, tranches: [{from: 0, to: 100, rate: 4}, {from: 200, rate: 5}]}", "without gap or overlap"},
		{"bounds that overlap", ready,
			"{level: ready, tranches: [{from: 0, to: 100, rate: 4}, {from: 50, rate: 5}]}", "without gap or overlap"},
		{"bounds out of order", ready,
			"{level: ready, tranches: [{from: 100, to: 50, rate: 4}, {from: 50, rate: 5}]}", "begins at 0"},
		{"a last tranche with an end", ready,
			"{level: ready, tranches: [{from: 0, to: 100, rate: 4}]}", "last tranche has no end"},
		{"a width and bounds at once", ready,
			"{level: ready, width: 25000, rates: [4], tranches: [{from: 0, rate: 4}]}", "not both"},
		{"versions out of order", "from: 2024-07-01", "from: 2023-07-01", "order of their dates"},
		{"two versions on one day", "from: 2024-07-01", "from: 2024-01-01", "order of their dates"},
		{"a date that is none", "from: 2024-07-01", "from: 2024-07-32", "is not a date"},
		{"an amount that is none", "minimum_payable: 50.00", "minimum_payable: 50.001", "is not an amount"},
		{"a kind nobody knows", "kind: fx_rates", "kind: rates", `unknown kind "rates"`},
		{"a column nobody knows", "      sku: Artikelnr", "      skew: Artikelnr", `no column "skew"`},
		{"a needed column left out", "      sku: Artikelnr\n", "", "neither a column nor a constant for sku"},
		{"an encoding nobody knows", "encoding: windows-1252", "encoding: windows-1352", "unknown encoding"},
		{"one mark for two things", `thousands: ["."]`, `thousands: [","]`, "mark of thousands and of decimals"},
		{"one mark between fields and in decimals", `    decimal: ","`,
			`    decimal: ";"`, "cannot be the mark between fields"},
		{"a date format that is none", "dates: [dd.mm.yyyy]", "dates: [tt.mm.jjjj]", "is not a date format"},
		{"a limit that is none", "max_rejects: 5\n", "max_rejects: few\n", "is not a limit"},
		{"a row of too many lines", "max_rejects: 5\n", "max_record_lines: 100001\n", "a row may be allowed 1 to 100000"},
		{"a row of too many bytes", "max_rejects: 5\n", "max_record_bytes: 67108865\n", "1 to 67108864 bytes (64 MiB)"},
		{"two feeds of one name", "name: price-list", "name: partner-directory", "a name of its own"},
		{"a window that ends before it begins", "window_days: 180",
			"window_days: -1", "the window ends when the lead days end"},
		{"a grace of no months", "grace_months: 3", "grace_months: 0", "at least one month-end"},
		{"a colour that is none", `accent: "24508C"`, "accent: blue", `"blue" is not a colour`},
		{"a logo that is not there", "# logo: logo.png ", "logo: logo.png ", "the logo cannot be read"},
		{"a key that is not there", "# signing: {", "signing: {", "it cannot be read"},
		{"a key at its former place", "  accent:", "  signing_key: key.pem\n  accent:", "signing: {key_file: key.pem}"},
		{"a command without a public key", "# signing: {key_file: key.pem}", "signing: {command: sign}", "needs public_key"},
		{"a key and a command", "# signing: {key_file: key.pem}", "signing: {key_file: k, command: sign}", "or by a command"},
		{"a way that is none", "# notify: ", "deliver: {statements: pigeon}\n# notify: ", "neither mail nor none"},
		{"letters without a server", "# notify: ", "deliver: {statements: mail}\n# notify: ", "need a mail server"},
		{"a scorecard of nobody", "# notify: ", "deliver: {scorecards: {NOBODY: a@b.example}}\n# notify: ", "no feed has"},
		{"a place that leads out", "# notify: ", "deliver: {places: [{name: a, folder: /x, into: ../y}]}\n# notify: ",
			"leads out"},
		{"a place that is two", "# notify: ", "deliver: {places: [{name: a}]}\n# notify: ", "is one of folder, sftp and s3"},
		{"passwords that are not there", "# passwords: pass.csv ", "passwords: pass.csv ", "it cannot be read"},
		{"an incentive without an account", `resell: "6120", `, "", "resell has no account"},
		{"an account left out", "  payable: \"2120\"\n", "", "payable needs an account"},
		{"an address that does not fit", "address: [12 Example Quay, Port Larkspur]", "address: [1, 2, 3, 4, 5]", "four do"},
		{"a time span that is none", "settle: 60s", "settle: soon", "is not a time span"},
	} {
		t.Run(c.sentence, func(t *testing.T) { isAFault(t, c.from, c.to, c.want) })
	}
}

func TestAFaultOfMoneyIsShownWithItsLineAndACaret(t *testing.T) {
	for _, c := range []struct{ sentence, from, to, want string }{
		{"a currency that is none", "currency: USD", "currency: DOL", `"DOL" is not a currency code such as USD`},
		{"a currency in small letters", "currency: USD", "currency: usd", `"usd" is not a currency code such as USD`},
		{"a programme without decimals", "currency: USD", "currency: JPY", "have two decimals, and JPY has 0"},
		{"a programme of three decimals", "currency: USD", "currency: KWD", "have two decimals, and KWD has 3"},
		{"a constant currency that is none", "currency: EUR}", "currency: YEN}",
			`"YEN" is not a currency code such as USD`},
		{"a minimum below zero", "minimum_payable: 50.00", "minimum_payable: -50.00", "the minimum is 0 or more"},
		{"pay in a currency nobody knows", "minimum_payable: 50.00", "currency: euro", "write one of programme, partner"},
		{"a balance carried for fewer than no months", "minimum_payable: 50.00", "settle_after: -1",
			"is not a number of months"},
		{"an approval nobody knows", "approval: none", "approval: two", "write one of accounts, required, none"},
	} {
		t.Run(c.sentence, func(t *testing.T) { isAFault(t, c.from, c.to, c.want) })
	}
}

// isAFault spoils the example in one place.
func isAFault(t *testing.T, from, to, want string) {
	t.Helper()
	text := strings.Replace(example(t), from, to, 1)
	if text == example(t) {
		t.Fatalf("%q is not in the example", from)
	}
	_, err := parse("config.yaml", []byte(text))
	var wrong *Error
	if !errors.As(err, &wrong) {
		t.Fatalf("it was accepted: %v", err)
	}
	for _, part := range []string{want, "^", "> "} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("it should say %q with a line and a caret:\n%v", want, err)
		}
	}
}
