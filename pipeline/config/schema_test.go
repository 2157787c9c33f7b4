package config

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"tranche/pipeline/ingest/feed"
)

var compiled = sync.OnceValues(func() (*jsonschema.Schema, error) {
	made, err := Schema()
	if err != nil {
		return nil, err
	}
	read, err := jsonschema.UnmarshalJSON(bytes.NewReader(made))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("config.schema.json", read); err != nil {
		return nil, err
	}
	return compiler.Compile("config.schema.json")
})

// judged is what a validator says of a text under the schema.
func judged(t *testing.T, text string) error {
	t.Helper()
	schema, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	var read any
	if err := yaml.Unmarshal([]byte(text), &read); err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(read)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(value)
}

// full is the example with all that it leaves out.
func full(t *testing.T) string {
	text := example(t)
	for _, x := range [][2]string{
		{"  threads: 0 ", "  temp_limit: 20GB\n  threads: 0 "},
		{"  state: state ", "  published: published\n  state: state "},
		{"    month_end: \"0 6 1 * *\"", "    month_end: {at: \"0 6 1 * *\", missed: skip}"},
		{"    freshness: \"0 * * * *\"", "    freshness: never"},
		{"  overdue: 36h ", "  token_file: token\n  tls: {certificate: c.pem, key: k.pem, client_ca: a.pem}\n" +
			"  hosts: tranche.example\n" +
			"  trusted_proxies: [10.0.0.5, 10.1.0.0/16]\n  oidc: {issuer: \"https://login.example\", client_id: tranche, " +
			"client_secret_file: token, address: \"https://tranche.example\", claim: groups, groups: [{name: finance, " +
			"roles: finance}, {name: france, roles: partner_manager, countries: FR, partners: [P1]}]}\n  overdue: 3d "},
		{"    max_rejects: 5\n", `    max_rejects: none
    key: [distributor, document_no, line_no, sku]
    expected: 35d
    quote: none
    max_bytes: 1000000
    final_newline: optional
`},
		{"{level: premier, width: 25000, rates: [6, 7.5, 9]}",
			`{level: premier, tranches: [{from: 0, to: 100.50, rate: 6.5%}, {from: 100.50, rate: "7.5 %"}]}`},
		{"adjustments: \"6190\"", "adjustments: 6190"},
		{"\nserve:", `
  lake:
    catalog: "postgres:host=127.0.0.1 port=5433 dbname=lake user=tranche"
    password_file: mail.secret
    data: s3://marts/tranche
    s3: {endpoint: "https://s3.example", region: eu-west-1, key_id: US, secret_file: hook.secret}
    extensions: extensions
    programme: larkspur
    keep: 14
serve:`},
		{"\n# ------", `
notify:
  mail: {host: mail.example, port: 587, security: starttls, user: tranche, password_file: mail.secret,
    from: tranche@vendor.example, operators: [ops@vendor.example], finance: payables@vendor.example}
  webhook: {url: "https://hooks.example/tranche", secret_file: hook.secret}
# ------`},
		{"\nfeeds:\n", `
sources:
  - {name: server, sftp: {host: sftp.example, user: us, password_file: mail.secret, known_hosts: hosts}, timeout: 30s}
  - name: lake
    s3: {endpoint: "https://s3.example", bucket: exports, region: eu-west-1, key_id: US, secret_file: hook.secret}
  - name: post
    imap: {host: imap.example, security: starttls, user: us, password_file: mail.secret}
  - {name: share, folder: /srv/share}
feeds:
`},
		{"    glob: \"NW_*.csv\"\n", `    glob: "NW_*.csv"
    source: {name: server, folder: out, after: move, moved_to: done}
`},
		{"    glob: \"lumiere_*.csv\"\n", "    glob: \"lumiere_*.csv\"\n    source: lake\n"},
		{"    glob: \"HTD_867_*.csv\"\n", `    glob: "HTD_867_*.csv"
    source: {name: post, senders: exports@harbor.example, subject: sell-through}
`},
	} {
		text = strings.Replace(text, x[0], x[1], 1)
	}
	return text
}

func TestWhatTheReaderTakesTheSchemaTakes(t *testing.T) {
	empty := strings.NewReplacer("  settle: 60s ", "  # settle: 60s ", "  keep: 7 ", "  # keep: 7 ").Replace(example(t))
	numbered := strings.Replace(example(t), "columns: {sku: sku, name: name, family: family, basis: basis}",
		"no_header: true\n    width: 4\n    columns: {sku: 1, name: [2, 3], family: 3, basis: 4}", 1)
	books := strings.Replace(example(t), "columns: {sku: sku, name: name, family: family, basis: basis}",
		"format: xlsx\n    sheet: Prices\n    columns: {sku: sku, name: name, family: family, basis: basis}", 1)
	start, err := os.ReadFile("../../fixtures/empty.yaml")
	if err != nil {
		t.Fatal(err)
	}
	taken := regexp.MustCompile(`(?m)^(  )?#(- |[a-z]|  )`).ReplaceAllString(string(start), "$1$2")
	for _, kind := range feed.Kinds() {
		if !strings.Contains(taken, "kind: "+kind.Name) {
			t.Errorf("an empty start shows no feed of kind %s", kind.Name)
		}
	}
	for name, text := range map[string]string{
		"an empty start":                       string(start),
		"an empty start with all its examples": taken,
		"the example":                          example(t),
		"with all that it leaves out":          full(t),
		"a section of comments only":           empty,
		"columns by number":                    numbered,
		"workbooks":                            books,
	} {
		if err := judged(t, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		folder := t.TempDir()
		for _, secret := range []string{"token", "mail.secret", "hook.secret"} {
			if err := os.WriteFile(filepath.Join(folder, secret), []byte("0123456789abcdef"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		hosts := "sftp.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF0sZHVEFDl7B5zWMgJVpkaXn2zYV6bmDhW5Qy1p0tWl\n"
		if err := os.WriteFile(filepath.Join(folder, "hosts"), []byte(hosts), 0o600); err != nil {
			t.Fatal(err)
		}
		// The reader reads the files of a certificate, too.
		text = strings.Replace(text, "  tls: {certificate: c.pem, key: k.pem, client_ca: a.pem}\n", "", 1)
		if _, err := parse(filepath.Join(folder, "config.yaml"), []byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAMisspeltKeyIsRefusedAtEveryDepth(t *testing.T) {
	for key := range strings.FieldsSeq(`
		vendor: folders: inbox: ready_marker: memory_limit: max_age_days: minimum_payable: approval: accent: accrued:
		keep: jobs: missed: certificate: glob: starts_with: document_no: modules: method: schedules: width: rate:
		weights: lead_days: by_amount: per: person_cap: source: minimums: partner_type: operators: secret_file:
		incentives: credits: counts: deals: levels: cleanup: known_hosts: endpoint: senders: after: subject: bucket:`) {
		text := strings.Replace(full(t), "# ready_marker:", "ready_marker:", 1)
		i := strings.LastIndex(text, key)
		if i < 0 {
			t.Fatalf("%s is not in it", key)
		}
		if judged(t, text[:i]+"x"+text[i:]) == nil {
			t.Errorf("x%s passes", key)
		}
	}
}

func TestAWrongValueIsRefusedByBoth(t *testing.T) {
	for _, x := range [][2]string{
		{"year_starts: 1 ", "year_starts: 13 "},
		{"method: volume ", "method: tiered "},
		{"kind: fx_rates", "kind: rates"},
		{"credits: buyer", "credits: seller"},
		{"counts: &licences {basis: [licence]}", "counts: &licences {basis: [gift]}"},
		{"- name: resell", "- name: Resell!"},
		{"rates: [4, 5, 6]", "rates: [four, 5, 6]"},
		{"      sku: Artikelnr", "      skew: Artikelnr"},
		{"max_rejects: 5\n", "max_rejects: few\n"},
		{"settle: 60s", "settle: soon"},
		{`accent: "24508C"`, "accent: blue"},
		{"source: computed ", "source: guessed "},
		{"own_deals: refuse ", "own_deals: maybe "},
		{"unclaimed: rescale ", "unclaimed: lost "},
		{"approval: none ", "approval: never "},
		{"mode: replace ", "mode: merge "},
		{"negative: trailing", "negative: red"},
		{"returns: negative ", "returns: never "},
		{"    returns: by_amount ", "    # returns: by_amount "},
		{"period: year", "period: decade"},
		{"from: 2024-07-01", "from: July"},
		{"vendor: Larkspur Systems", ""},
		{"keep: 7 ", "keep: -1 "},
		{"minimum_payable: 50.00", `minimum_payable: "50.001"`},
		{"address: [12 Example Quay, Port Larkspur]", "address: [1, 2, 3, 4, 5]"},
		{`month_end: "0 6 1 * *"`, `month_end: {at: "0 6 1 * *", missed: twice}`},
		{"\nserve: ",
			"\nnotify: {mail: {host: localhost, from: a@b.example, operators: c@d.example, security: ssl}}\nserve: "},
		{`decimal: ","`, `decimal: ",,"`},
		{"redemption_value: 0.50", "redemption_value: half"},
		{"status_months: 12 ", "# status_months: 12 "},
	} {
		text := strings.Replace(example(t), x[0], x[1], 1)
		if text == example(t) {
			t.Fatalf("%q is not in the example", x[0])
		}
		if judged(t, text) == nil {
			t.Errorf("the schema takes %q", x[1])
		}
		if _, err := parse("/x/config.yaml", []byte(text)); err == nil {
			t.Errorf("the reader takes %q", x[1])
		}
	}
}

func TestTheReaderKnowsEveryWordOfTheSchema(t *testing.T) {
	for form, at := range map[string]string{
		"approval": "approval: none", "mode": "mode: replace", "negative": "negative: trailing", "final_newline": "",
		"own_deals": "own_deals: refuse", "unclaimed": "unclaimed: rescale", "source": "source: computed",
		"period": "period: year", "method": "method: volume", "document_numbers": "",
	} {
		for _, word := range words(form) {
			text := strings.Replace(example(t), at, form+": "+word, 1)
			if at == "" {
				text = strings.Replace(example(t), "    returns:", "    "+form+": "+word+"\n    returns:", 1)
			}
			if _, err := parse("/x/config.yaml", []byte(text)); err != nil {
				t.Errorf("%s: %s: %v", form, word, err)
			}
			if err := judged(t, text); err != nil {
				t.Errorf("%s: %s: %v", form, word, err)
			}
		}
	}
}

func TestEveryKeyIsExplained(t *testing.T) {
	var look func(t reflect.Type, at string)
	look = func(typ reflect.Type, at string) {
		switch {
		case typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map:
			look(typ.Elem(), at)
		case typ.Kind() == reflect.Struct:
			for i := range typ.NumField() {
				f := typ.Field(i)
				here := at + "." + keyOf(f)
				if f.Tag.Get("doc") == "" {
					t.Errorf("%s has no doc", here)
				}
				form := strings.TrimSpace(strings.TrimPrefix(f.Tag.Get("is"), "must"))
				if f.Type == reflect.TypeFor[exact]() && pattern(form) == "" {
					t.Errorf("%s is written as it is meant, and nothing says how", here)
				}
				look(f.Type, here)
			}
		}
	}
	look(reflect.TypeFor[file](), "")
}

func TestTheExampleNamesItsSchema(t *testing.T) {
	if first, _, _ := strings.Cut(example(t), "\n"); first != "# yaml-language-server: $schema=config.schema.json" {
		t.Error(first)
	}
}
