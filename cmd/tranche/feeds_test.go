package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// stranger is a file nobody has declared, what a person answers where the proposal
// asks, and what its feed then reads.
type stranger struct {
	name, text string
	encoding   string
	says       string   // in the proposal
	answers    []string // old, new, old, new
	want       string
	ends       int // with what validate ends
}

const (
	plainNames = "invoice;line;date;partner;sku;qty;amount\n"
	german     = "A1;1;13.08.2024;K1;S1;1;1.100,00\nA2;1;14.08.2024;K2;S1;1;12,50\n"
)

func strangers() []stranger {
	return []stranger{
		{name: "quoted commas.csv", text: "invoice,line,date,partner,sku,qty,amount\nA1,1,2024-08-01,\"Acme, Inc., " +
			"Paris\",S1,1,100.00\nA2,1,2024-08-02,\"Bcme, Inc., Paris\",S1,1,100.00\n",
			says: `partner_code: "partner"`, want: "2 rows, 0 rejected, net amounts add up to 200"},
		{name: "empty name.csv",
			text: "invoice;line;date;partner;;sku;qty;amount\nA1;1;13.08.2024;K1;x;S1;1;1.100,00\n" +
				"A2;1;14.08.2024;K2;y;S1;1;12,50\n",
			says: `thousands: ["."]`, want: "2 rows, 0 rejected, net amounts add up to 1112.50"},
		{name: "no header.csv", text: german, says: "no_header: true # the first line looks like data\n    width: 7\n    " +
			"decimal: \",\"",
			answers: []string{"columns:\n", "columns: {document_no: \"1\", line_no: \"2\", document_date: \"3\", " +
				"partner_code: \"4\", sku: \"5\", quantity: \"6\", net_amount: \"7\"}\n"},
			want: "2 rows, 0 rejected, net amounts add up to 1112.50"},
		{name: "title line.csv", text: "Export, from, the, ERP, of, Nordwind, at, 2024, in, " +
			"Berlin\ninvoice,line,date,partner,sku,qty,amount\nA1,1,2024-08-01,K1,S1,1,100.00\n",
			says: "header_line: 2", want: "1 row, 0 rejected, net amounts add up to 100"},
		{name: "padded titles.csv", text: "Report;;;;;;\n;31.08.2024;;;;;\n" + plainNames + german, says: "header_line: 3",
			want: "2 rows, 0 rejected, net amounts add up to 1112.50"},
		{name: "old mac.csv", text: "invoice,line,date,partner,sku,qty,amount\rA1,1,2024-08-01,K1,S1,1,100.00\r",
			want: "1 row, 0 rejected, net amounts add up to 100"},
		{name: "own name for the amount.csv", text: strings.Replace(plainNames, "amount", "Umsatz", 1) + german,
			says:    "# needed, and not found: net_amount",
			answers: []string{"columns:\n", "columns:\n      net_amount: Umsatz\n"},
			want:    "2 rows, 0 rejected, net amounts add up to 1112.50"},
		{name: "two lines of names.csv",
			text: "Invoice;;Ship-To;;;;\nNumber;Line;ID;Date;SKU;Quantity;Amount\nA1;1;K1;13.08.2024;S1;1;1.100,00\n",
			says: "header_lines: 2", want: "1 row, 0 rejected, net amounts add up to 1100"},
		{name: "no last line end.csv", text: plainNames + "A1;1;13.08.2024;K1;S1;1;12,50", says: "final_newline: optional",
			want: "1 row, 0 rejected, net amounts add up to 12.50"},
		{name: "p9 #: [x].csv", text: strings.TrimSpace(plainNames) +
			";\"he said \"\"x\"\": {y} #\\ü\"\nA1;1;13.08.2024;K1;S1;1;12,50;x\n",
			want: "1 row, 0 rejected, net amounts add up to 12.50"},
		{name: "total behind.csv", text: plainNames + german + ";;;;;2;1.112,50\n", says: `trailer: {starts_with: [";;;;;"]}`,
			want: "2 rows, 0 rejected, net amounts add up to 1112.50"},
		{name: "three decimals or thousands.csv", text: plainNames +
			"A1;1;08/13/2024;K1;S1;1;1,234\nA2;1;08/13/2024;K1;S1;1;2,500\n",
			says: `decimal: ASK # "1,234" reads as 1234 under decimal: ".", thousands: [","], ` +
				`and as 1.234 under decimal: ",": ask the sender`,
			answers: []string{"decimal: ASK", "thousands: [\",\"]"}, want: "2 rows, 0 rejected, net amounts add up to 3734"},
		{name: "one that is no number.csv", text: plainNames + strings.Repeat(german, 10) +
			"A3;1;15.08.2024;K1;S1;1;on request\n",
			says: "# numbers that this feed does not read: 1 of 42, such as \"on request\"; ask the sender\n    decimal: " +
				"\",\"\n    thousands: [\".\"]",
			want: "21 rows, 1 rejected", ends: exitWaiting},
		{name: "one that is no date.csv", text: plainNames + strings.Repeat(german, 10) + "A3;1;soon;K1;S1;1;1,00\n",
			says: "# dates that this feed does not read: 1 of 21, such as \"soon\"; ask the sender\n    dates: [dd.mm.yyyy]",
			want: "21 rows, 1 rejected", ends: exitWaiting},
		{name: "american.csv", text: "Invoice Number,Line,Invoice Date,Ship-To ID,Vendor Part Number,Quantity,Net " +
			"Amount\nA1,1,08/13/2024,K1,S1,1,\"1,234.56\"\nA2,1,08/14/2024,K2,S1,1,\"2,000.00\"\n",
			says: `thousands: [","]`, want: "2 rows, 0 rejected, net amounts add up to 3234.56"},
		{name: "a name over two lines.csv",
			text: "invoice,line,date,partner,sku,qty,\"Net\nAmount\"\nA1,1,2024-08-01,K1,S1,1,100.00\n",
			want: "1 row, 0 rejected, net amounts add up to 100"},
		{name: "packed.csv.gz", text: plainNames + german, says: `glob: "packed.csv"`,
			want: "2 rows, 0 rejected, net amounts add up to 1112.50"},
	}
}

// ours are the sample's own files, as if nobody had declared them.
func ours(t *testing.T) (list []stranger) {
	t.Helper()
	for name, s := range map[string]stranger{
		"products.csv":     {want: "11 rows, 0 rejected"},
		"partners.csv":     {want: "14 rows, 0 rejected"},
		"rates_2024.csv":   {want: "rows, 0 rejected"},
		"deals_2024.csv":   {want: "rows, 0 rejected"},
		"entries_2024.csv": {want: "4 rows, 0 rejected"},
		"certs_2024-08.csv": {answers: []string{"  columns:",
			"  values: {status: {PASS: valid, WITHDRAWN: revoked}}\n    columns:"}, want: "rows, 0 rejected"},
		"lumiere_202405.csv": {want: "95 rows, 0 rejected, net amounts add up to 132067.92"},
		"HTD_867_0524.csv": {answers: []string{"ASK", "positive", "SALE", "Invoice", "RETURN", "Credit Memo"},
			want: "rows, 0 rejected"},
		"NW_2024-06.csv": {encoding: "windows-1252", answers: []string{"returns: ASK", "returns: negative", "SALE",
			"RE", "RETURN", "GS"}, want: "rows, 0 rejected"},
		"HTD_867_0724_part2.csv": {answers: []string{"ASK", "positive", "SALE", "Invoice", "RETURN", "Credit Memo"},
			want: "rows, 0 rejected"},
	} {
		data, err := os.ReadFile(filepath.Join("..", "..", "fixtures", "sample", "inbox", name))
		if err != nil {
			t.Fatal(err)
		}
		s.name, s.text = name, string(data)
		list = append(list, s)
	}
	return list
}

func TestEveryProposalReadsTheFileItWasMadeFrom(t *testing.T) {
	for _, s := range append(strangers(), ours(t)...) {
		t.Run(s.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, s.name)
			if err := os.WriteFile(path, s.bytes(t), 0o600); err != nil {
				t.Fatal(err)
			}
			args := []string{"feeds", "add", path}
			if s.encoding != "" {
				args = append(args, "--encoding", s.encoding)
			}
			proposal := ended(t, exitDone, args...)
			if !strings.Contains(proposal, s.says) {
				t.Errorf("it lacks %s:\n%s", s.says, proposal)
			}
			ended(t, exitDone, "init", "--empty", filepath.Join(dir, "work"))
			config := filepath.Join(dir, "work", "config.yaml")
			data, err := os.ReadFile(config)
			if err != nil {
				t.Fatal(err)
			}
			answered := strings.NewReplacer(append(s.answers, "NAME", "D", "currency: ASK",
				"currency: USD")...).Replace(proposal)
			if err := os.WriteFile(config, bytes.Replace(data, []byte("feeds:\n"), []byte("feeds:\n"+answered), 1),
				0o600); err != nil {
				t.Fatal(err)
			}
			name := strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(s.name), ".gz"), ".csv")
			if got := ended(t, s.ends, "validate", "-c", config, "--feed", name, path); !strings.Contains(got, s.want) {
				t.Errorf("%s\nis read as\n%s\nit should be %s", answered, got, s.want)
			}
		})
	}
}

func (s stranger) bytes(t *testing.T) []byte {
	t.Helper()
	if !strings.HasSuffix(s.name, ".gz") {
		return []byte(s.text)
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write([]byte(s.text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
