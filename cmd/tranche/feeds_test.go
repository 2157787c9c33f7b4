package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// stranger is a file nobody has declared, what a person answers where the proposal asks, and what its feed then reads.
type stranger struct {
	name, text string
	encoding   string            // given to the command
	says       []string          // in the proposal
	never      string            // not in it
	answers    map[string]string // by key; Enter for the others
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
			says: []string{`partner_code: "partner"`}, want: "2 rows, 0 rejected, net amounts add up to 200"},
		{name: "empty name.csv",
			text: "invoice;line;date;partner;;sku;qty;amount\nA1;1;13.08.2024;K1;x;S1;1;1.100,00\n" +
				"A2;1;14.08.2024;K2;y;S1;1;12,50\n",
			says: []string{`thousands: ["."]`}, want: "2 rows, 0 rejected, net amounts add up to 1112.50"},
		{name: "no header.csv", text: german, says: []string{"no_header: true", "width: 7", `decimal: ","`},
			answers: map[string]string{"document_no": "2", "document_date": "2", "partner_code": "4", "sku": "5",
				"net_amount": "6"},
			want: "2 rows, 0 rejected, net amounts add up to 1112.50"},
		{name: "title line.csv", text: "Export, from, the, ERP, of, Nordwind, at, 2024, in, " +
			"Berlin\ninvoice,line,date,partner,sku,qty,amount\nA1,1,2024-08-01,K1,S1,1,100.00\n",
			says: []string{"header_line: 2"}, want: "1 row, 0 rejected, net amounts add up to 100"},
		{name: "padded titles.csv", text: "Report;;;;;;\n;31.08.2024;;;;;\n" + plainNames + german,
			says: []string{"header_line: 3"},
			want: "2 rows, 0 rejected, net amounts add up to 1112.50"},
		{name: "old mac.csv", text: "invoice,line,date,partner,sku,qty,amount\rA1,1,2024-08-01,K1,S1,1,100.00\r",
			want: "1 row, 0 rejected, net amounts add up to 100"},
		{name: "own name for the amount.csv", text: strings.Replace(plainNames, "amount", "Zeile 7", 1) + german,
			says:    []string{"# needed, and not found: net_amount"},
			answers: map[string]string{"net_amount": "Zeile 7"},
			want:    "2 rows, 0 rejected, net amounts add up to 1112.50"},
		{name: "two lines of names.csv",
			text: "Invoice;;Ship-To;;;;\nNumber;Line;ID;Date;SKU;Quantity;Amount\nA1;1;K1;13.08.2024;S1;1;1.100,00\n",
			says: []string{"header_lines: 2"}, want: "1 row, 0 rejected, net amounts add up to 1100"},
		{name: "no last line end.csv", text: plainNames + "A1;1;13.08.2024;K1;S1;1;12,50",
			says: []string{"final_newline: optional"},
			want: "1 row, 0 rejected, net amounts add up to 12.50"},
		{name: "p9 #: [x].csv", text: strings.TrimSpace(plainNames) +
			";\"he said \"\"x\"\": {y} #\\ü\"\nA1;1;13.08.2024;K1;S1;1;12,50;x\n",
			want: "1 row, 0 rejected, net amounts add up to 12.50"},
		{name: "total behind.csv", text: plainNames + german + ";;;;;2;1.112,50\n",
			says: []string{`trailer: {starts_with: [";;;;;"]}`},
			want: "2 rows, 0 rejected, net amounts add up to 1112.50"},
		{name: "three decimals or thousands.csv", text: plainNames +
			"A1;1;08/13/2024;K1;S1;1;1,234\nA2;1;08/13/2024;K1;S1;1;2,500\n",
			says:    []string{`decimal: ASK # "1,234" is 1234 or 1.234`},
			answers: map[string]string{"decimal": "1"}, want: "2 rows, 0 rejected, net amounts add up to 3734"},
		{name: "one that is no number.csv", text: plainNames + strings.Repeat(german, 10) +
			"A3;1;15.08.2024;K1;S1;1;on request\n",
			says: []string{"# numbers that this feed does not read: 1 of 63, such as \"on request\"; ask the sender\n    " +
				"decimal: " +
				"\",\"\n    thousands: [\".\"]"},
			want: "21 rows, 1 rejected", ends: exitWaiting},
		{name: "one that is no date.csv", text: plainNames + strings.Repeat(german, 10) + "A3;1;soon;K1;S1;1;1,00\n",
			says: []string{"# dates that this feed does not read: 1 of 21, such as \"soon\"; ask the sender\n    " +
				"dates: [dd.mm.yyyy]"},
			want: "21 rows, 1 rejected", ends: exitWaiting},
		{name: "american.csv", text: "Invoice Number,Line,Invoice Date,Ship-To ID,Vendor Part Number,Quantity,Net " +
			"Amount\nA1,1,08/13/2024,K1,S1,1,\"1,234.56\"\nA2,1,08/14/2024,K2,S1,1,\"2,000.00\"\n",
			says: []string{`thousands: [","]`}, want: "2 rows, 0 rejected, net amounts add up to 3234.56"},
		{name: "a name over two lines.csv",
			text: "invoice,line,date,partner,sku,qty,\"Net\nAmount\"\nA1,1,2024-08-01,K1,S1,1,100.00\n",
			want: "1 row, 0 rejected, net amounts add up to 100"},
		{name: "list with marks at both ends.csv",
			text: "|Belegnr   |Pos   |Art |Datum     |Kunde  |Endkunde   |Material  |Menge |   Nettowert |Waehr|\n" +
				"|-------------------------------------------------------------------------------|\n" +
				"|0080001   |000010|RE  |13.06.2024|C7     |Moser GmbH |A         |    2 |    1.234,50 |EUR  |\n" +
				"|0080001   |000020|RE  |13.06.2024|C7     |Moser GmbH |B         |    1 |      100,00 |EUR  |\n" +
				"|-------------------------------------------------------------------------------|\n" +
				"|*         |      |    |          |       |           |          |      |    1.334,50 |EUR  |\n" +
				"|-------------------------------------------------------------------------------|\n",
			says: []string{`trailer: {starts_with: ["|*"]}`}, want: "2 rows, 0 rejected, net amounts add up to 1334.50"},
		{name: "customers like totals.csv",
			text: "customer;invoice;date;partner;sku;qty;amount\nAcme;A1;2024-06-13;K1;S1;1;10.00\n" +
				"TotalEnergies SE;A2;2024-06-14;K2;S2;1;77000.00\n",
			never: "Total", want: "2 rows, 0 rejected, net amounts add up to 77010"},
		{name: "times and two digits.csv",
			text: "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID," +
				"Country\n500100,CD34,BOX,6,12/13/10 8:26,2.50,20001,United Kingdom\n" +
				"C500101,CD34,BOX,-1,12/14/10 19:49,2.50,20001,United Kingdom\n",
			says: []string{`dates: ["mm/dd/yy time"]`}, want: "2 rows, 0 rejected, net amounts add up to 12.50"},
		{name: "day or month.csv", text: "Invoice #,Item Number,Qty,Total Price,Unit Price,Customer Number,Document Date," +
			"Due Date\nINV1,IT-9,1,5410.00,5410.00,CUST7,5/11/2026 0:00,6/11/2026 0:00\n",
			says: []string{"it is 2026-11-05", "it is 2026-05-11"}, answers: map[string]string{"dates": "2"},
			want: "1 row, 0 rejected, net amounts add up to 5410"},
		{name: "zoned times.csv", text: plainNames + "A1;1;2024-06-13T22:12:33Z;K1;S1;1;10.00\n",
			says: []string{"time_zone: ASK"}, answers: map[string]string{"time_zone": "Europe/Paris"},
			want: "1 row, 0 rejected, net amounts add up to 10"},
		{name: "money of a spreadsheet.csv", text: plainNames + "A1;1;2024-06-13;K1;S1;1; $32,370.00 \n" +
			"A2;1;2024-06-13;K1;S1;1; $-   \nA3;1;2024-06-14;K1;S1;-1;($20.00)\n",
			says: []string{`currency_signs: ["$"]`, `zero: "-"`, "negative: [leading, parentheses]"},
			want: "3 rows, 0 rejected, net amounts add up to 32350"},
		{name: "words for nothing.csv", text: "SalesOrderNumber,OrderDate,ProductKey,ResellerKey,OrderQuantity,SalesAmount," +
			"StandardCost,DealID\nSO7,2024-07-01,P-349,676,1,2024.50,NULL,NULL\n",
			says: []string{`null_words: ["NULL"]`, `# nothing is proposed for "StandardCost": a cost is no price`},
			want: "1 row, 0 rejected, net amounts add up to 2024.50"},
		{name: "three decimals among others.csv", text: "Order ID;Order Date;Ship Date;Customer ID;Product ID;Sales;" +
			"Quantity\n" +
			"CA-1;08/11/2023;11/11/2023;C-1;P-1;261,96;2\nCA-2;28/11/2023;29/11/2023;C-2;P-2;22,368;2\n",
			says: []string{"document_date: ASK", "decimals: 3"}, want: "2 rows, 0 rejected, net amounts add up to 284.328"},
		{name: "inches.csv", text: "invoice,date,partner,sku,qty,amount,text\nA1,2024-06-13,K1,S1,1,10.00,24\" screen\n" +
			"A2,2024-06-14,K1,S1,1,12.00,27\" screen\n",
			says: []string{"quote: none"}, want: "2 rows, 0 rejected, net amounts add up to 22"},
		{name: "texts of a spreadsheet.csv", text: "invoice,date,partner,sku,qty,amount\n" +
			"=\"001\",2024-06-13,K1,=\"0012\",1,10.00\n",
			says: []string{"excel_text: true"}, want: "1 row, 0 rejected, net amounts add up to 10"},
		{name: "packed.csv.gz", text: plainNames + german, says: []string{`glob: "packed.csv"`},
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
		"certs_2024-08.csv": {says: []string{`"PASS": valid`, `"WITHDRAWN": revoked`},
			want: "rows, 0 rejected"},
		"lumiere_202405.csv":     {want: "95 rows, 0 rejected, net amounts add up to 132067.92"},
		"HTD_867_0524.csv":       {answers: map[string]string{"returns": "2"}, want: "rows, 0 rejected"},
		"NW_2024-06.csv":         {says: []string{"encoding: windows-1252", "returns: negative"}, want: "rows, 0 rejected"},
		"HTD_867_0724_part2.csv": {answers: map[string]string{"returns": "2"}, want: "rows, 0 rejected"},
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
			for _, says := range s.says {
				if !strings.Contains(proposal, says) {
					t.Errorf("it lacks %s:\n%s", says, proposal)
				}
			}
			if s.never != "" && strings.Contains(proposal, s.never) {
				t.Errorf("it has %s:\n%s", s.never, proposal)
			}
			finished := answered(t, proposal, s.answers, args)
			if strings.Contains(finished, "ASK") {
				t.Errorf("a question is left:\n%s", finished)
			}
			config := withFeed(t, dir, finished)
			got := ended(t, s.ends, "validate", "-c", config, "--feed", feedName(s.name), path)
			if !strings.Contains(got, s.want) {
				t.Errorf("%s\nis read as\n%s\nit should be %s", finished, got, s.want)
			}
		})
	}
}

func feedName(file string) string {
	for _, end := range []string{".gz", ".zip", ".csv"} {
		file = strings.TrimSuffix(strings.ToLower(file), end)
	}
	return file
}

var openKey = regexp.MustCompile(`(?m)^ +(.+): ASK #|^ +(-) ASK #`)

// answered is the proposal after its questions were answered one by one, as a person on a terminal does.
func answered(t *testing.T, proposal string, answers map[string]string, args []string) string {
	t.Helper()
	var lines strings.Builder
	for _, m := range openKey.FindAllStringSubmatch(proposal, -1) {
		lines.WriteString(answers[strings.Trim(m[1]+m[2], `"`)] + "\n")
	}
	var out, told bytes.Buffer
	code := run(t.Context(), append(args, "--interactive"), strings.NewReader(lines.String()), &out, &told)
	if code != exitDone {
		t.Fatalf("%v ended with %d: %s%s", args, code, out.String(), told.String())
	}
	return out.String()
}

// withFeed is a configuration with that feed.
func withFeed(t *testing.T, dir, text string) (config string) {
	t.Helper()
	ended(t, exitDone, "init", "--empty", filepath.Join(dir, "work"))
	config = filepath.Join(dir, "work", "config.yaml")
	data, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	data = bytes.Replace(data, []byte("feeds:\n"), []byte("feeds:\n"+text), 1)
	if err := os.WriteFile(config, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return config
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
