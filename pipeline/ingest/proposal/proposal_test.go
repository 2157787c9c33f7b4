package proposal

import (
	"strings"
	"testing"

	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/framing"
)

// propose proposes a feed for a whole text.
func propose(t *testing.T, text string) string {
	t.Helper()
	p, err := Of(Sample{Name: "Nordwind 2024-06.csv", Text: []byte(text), Whole: true})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(p.Lines(), "\n") + "\n"
}

// says checks that a proposal has some texts, and not others, which begin with !.
func says(t *testing.T, proposal string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		not, isNot := strings.CutPrefix(text, "!")
		if strings.Contains(proposal, not) == isNot {
			t.Errorf("%q: it is %v that the proposal has it:\n%s", not, !isNot, proposal)
		}
	}
}

func knownNames() map[string]string {
	return map[string]string{
		"InvoiceNo":                      "document_no",
		"INVOICE_NUMBER":                 "document_no",
		"Invoice #":                      "document_no",
		"ORDERNUMBER":                    "document_no",
		"SalesOrderNumber":               "document_no",
		"SOP Number":                     "document_no",
		"Rechnungsnummer":                "document_no",
		"Rechn.-Nr.":                     "document_no",
		"N° de facture":                  "document_no",
		"numéro facture":                 "document_no",
		"Posting_Date":                   "document_date",
		"Rechnungsdatum":                 "document_date",
		"date_facture":                   "document_date",
		"ResellerKey":                    "partner_code",
		"Händlernummer":                  "partner_code",
		"Haendler-Nr":                    "partner_code",
		"HÄNDLERNR":                      "partner_code",
		"Code revendeur":                 "partner_code",
		"Bill-To Customer Number":        "partner_code",
		"VAR_id":                         "partner_code",
		"End User Name":                  "end_customer",
		"Endkunde":                       "end_customer",
		"Client final":                   "end_customer",
		"StockCode":                      "sku",
		"Vendor_Item_No_":                "sku",
		"PRODUCT_SKU":                    "sku",
		"Artikelnr":                      "sku",
		"Réf. article":                   "sku",
		"QUANTITYORDERED":                "quantity",
		"Qté facturée":                   "quantity",
		"Stückzahl":                      "quantity",
		"PRICEEACH":                      "unit_price",
		"Einzelpreis":                    "unit_price",
		"Prix unitaire HT":               "unit_price",
		"Extended Price":                 "net_amount",
		"SalesAmount":                    "net_amount",
		"Umsatz netto (EUR)":             "net_amount",
		"Montant HT":                     "net_amount",
		"Währg":                          "currency",
		"Waehrung":                       "currency",
		"Devise":                         "currency",
		"Deal Registration":              "deal_id",
		"Original Invoice Number":        "returns_document",
		"Ship-To City":                   "partner_town",
		"Due Date":                       "",
		"Total Cost":                     "",
		"Gesamtpreis brutto":             "",
		"Tax Amount":                     "",
		"Montant TTC":                    "",
		"Discount Amount":                "",
		"PO Number":                      "",
		"Unit of Measure":                "",
		"Distributor Part Number":        "",
		"Salesperson ID":                 "",
		"Quantity Backordered":           "",
		"Product Line":                   "",
		"Some Words That Nobody Has Met": "",
	}
}

func TestNamesAreCutIntoWordsAndKnownInThreeLanguages(t *testing.T) {
	j := newJudge()
	for name, want := range knownNames() {
		tokens := j.words.tokens(name)
		got, most := "", isSure-1
		for _, w := range j.wanted {
			if s := w.score(name, tokens); w.kind == feed.Sales && s > most {
				got, most = w.name, s
			}
		}
		if got != want {
			t.Errorf("%s is known as %q, not as %q; its words are %v", name, got, want, tokens)
		}
	}
}

func TestUmlautsAreOneWordHoweverTheyAreWritten(t *testing.T) {
	for _, words := range [][]string{{"Währung", "Waehrung", "WAHRUNG"}, {"Händler", "haendler"}, {"Qté", "QTE"},
		{"Stück", "Stueck"}, {"Prüfung", "Pruefung"}} {
		for _, w := range words[1:] {
			if fold(w) != fold(words[0]) {
				t.Errorf("%s is %s, and %s is %s", w, fold(w), words[0], fold(words[0]))
			}
		}
	}
	if fold("value") != "value" || fold("revenue") == fold("revenu") {
		t.Error("the end of value is no umlaut")
	}
}

const (
	header = "doc,date,partner,sku,qty,amount\n"
	rows   = "A1,2024-06-13,K1,S1,2,20.00\nA2,2024-06-14,K2,S2,1,12.50\n"
)

func TestQuantityTimesPriceProvesColumnsWhoseNamesSayNothing(t *testing.T) {
	p := propose(t, "doc,date,partner,sku,x1,x2,x3\nA1,2024-06-13,K1,S1,2,10.00,20.00\n"+
		"A2,2024-06-14,K2,S2,3,4.50,13.50\nA3,2024-06-14,K2,S2,5,1.10,5.50\n")
	says(t, p, `quantity: "x1" # quantity x price = amount`, `unit_price: "x2"`, `net_amount: "x3"`)
}

func TestOneRowThatIsNoProductProvesNothing(t *testing.T) {
	p := propose(t, "doc,date,partner,sku,x1,x2,x3\nA1,2024-06-13,K1,S1,2,10.00,20.00\n"+
		"A2,2024-06-14,K2,S2,3,4.50,13.50\nA3,2024-06-14,K2,S2,5,1.10,9.99\n")
	says(t, p, "!x price = amount", "# needed, and not found: quantity, net_amount", `unit_price: "x2"`)
}

func TestTwoDatesAreAQuestionWithAnExample(t *testing.T) {
	p := propose(t, "order no,order date,ship date,partner,sku,qty,amount\nA1,2024-06-13,2024-06-15,K1,S1,2,20.00\n")
	says(t, p, "document_date: ASK", `line 2 has "2024-06-13" with quantity "2": document_date: "order date"`,
		`document_date: "ship date"`)
	p = propose(t, "invoice no,invoice date,due date,partner,sku,qty,amount\nA1,2024-06-13,2024-07-15,K1,S1,2,20.00\n")
	says(t, p, `document_date: "invoice date"`, "!document_date: ASK")
}

func TestAPriceIsNeverTakenForAnAmountOrACostForAPrice(t *testing.T) {
	p := propose(t, "doc,date,partner,sku,qty,list price,unit cost\nA1,2024-06-13,K1,S1,2,20.00,9.00\n")
	says(t, p, "net_amount: ASK", `, a list price: unit_price: "list price"`, `, a cost price: unit_price: "unit cost"`)
	p = propose(t, "doc,date,partner,sku,qty,price\nA1,2024-06-13,K1,S1,2,20.00\n")
	says(t, p, "net_amount: ASK", `for one piece: unit_price: "price"`, `for the whole row: net_amount: "price"`)
	p = propose(t, "doc,date,partner,sku,qty,list price,net price,cost\nA1,2024-06-13,K1,S1,2,20.00,18.00,9.00\n")
	says(t, p, "net_amount: ASK", `unit_price: "net price"`, `# nothing is proposed for "cost": a cost is no price`)
	p = propose(t, "doc,date,partner,sku,qty,unit price,unit cost\nA1,2024-06-13,K1,S1,2,20.00,9.00\n")
	says(t, p, `unit_price: "unit price"`, "!ASK # what a row is worth")
}

func TestDaysThatReadBothWaysAreNeverDecidedSilently(t *testing.T) {
	for _, days := range []string{"01/06/2024,01/07/2024", "03.04.2024,05.06.2024", "1-2-24,3-4-24",
		"01/02/2024,02/02/2024"} {
		one, two, _ := strings.Cut(days, ",")
		p := propose(t, header+"A1,"+one+",K1,S1,2,20.00\nA2,"+two+",K2,S2,1,12.50\n")
		says(t, p, "dates: ASK", "1. it is", "2. it is")
	}
	p := propose(t, header+"A1,01/06/2024,K1,S1,2,20.00\nA2,13/06/2024,K2,S2,1,12.50\n")
	says(t, p, "dates: [dd/mm/yyyy]", "!dates: ASK")
}

func TestDatesAreProposedAsTheyAreWritten(t *testing.T) {
	for days, want := range map[string]string{
		"2024-06-13|2024-06-14":                           "!dates:",
		"20240613|20240614":                               "dates: [yyyymmdd]",
		"13.06.24|14.06.24":                               "dates: [dd.mm.yy]\n  two_digit_years_from: 1990",
		"6/13/2024 8:26|6/14/2024 14:03":                  `dates: ["m/d/yyyy time"]`,
		"13-JUN-24|14-JUN-24":                             "dates: [dd-mmm-yy]",
		"Jun 13, 2024|Jun 14, 2024":                       `dates: ["mmm dd, yyyy"]`,
		"13 juin 2024|4 août 2024":                        "dates: [\"d mmm yyyy\"]\n  month_names: [fr]",
		"13. Dezember 2024|4. März 2024":                  "dates: [\"d. mmm yyyy\"]\n  month_names: [de]",
		"2024-06-13T09:12:33Z|2024-06-14T00:01:00Z":       "dates: [iso8601]\n  time_zone: ASK",
		"2024-06-13 10:15:00 -0400|2024-06-13 10:16:00 Z": "dates: [iso8601]\n  time_zone: ASK",
		"2024-06-13 10:15:00|2024-06-13 10:16:00":         "dates: [iso8601]\n  returns",
		"45456|45457":                                     `dates: ASK # "45456" is the number of a day`,
		"13.06.2024|2024-06-14":                           "dates: [dd.mm.yyyy, yyyy-mm-dd]",
	} {
		one, two, _ := strings.Cut(days, "|")
		text := strings.Repeat("A1;"+one+";K1;S1;2;20.00\n", 3) + strings.Repeat("A2;"+two+";K2;S2;1;12.50\n", 3)
		says(t, propose(t, strings.ReplaceAll(header, ",", ";")+text), want)
	}
}

func TestNumbersAreProposedAsTheyAreWritten(t *testing.T) {
	for amounts, want := range map[string]string{
		"1.234,50|20,00":            "decimal: \",\"\n  thousands: [\".\"]",
		"1 234,50|20,00":            "decimal: \",\"\n  thousands: [\" \"]",
		"1'234.50|20.00":            "thousands: [\"'\"]",
		"1,23,456.00|20.00":         "thousands: [\",\"]\n  grouping: indian",
		"$1,234.50|($20.00)":        "currency_signs: [\"$\"]\n  negative: parentheses",
		"1.234,50 €|-20,00 €":       "currency_signs: [\"€\"]\n  returns",
		"20.00-|1234.50":            "negative: trailing",
		"20.00 CR|1234.50 DR":       "negative: ASK",
		"\u221220.00|1234.50":       "!negative",
		"USD 20.00|USD 30.00":       "currency_signs: [\"USD\"]",
		"$-|$20.00":                 "zero: \"-\"",
		"1.234|2.500":               "decimal: ASK # \"1.234\" is 1.234 or 1234",
		"1.234|2.50":                "decimals: 3 # \"1.234\" has decimals",
		"NULL|20.00":                "null_words: [\"NULL\"]",
		"CHF 1'234.50|CHF 2'000.00": "currency: ASK # no column names it\n    #   1. all amounts are in CHF",
	} {
		one, two, _ := strings.Cut(amounts, "|")
		p := propose(t, "doc;date;partner;sku;qty;amount\nA1;2024-06-13;K1;S1;1;"+one+"\nA2;2024-06-14;K2;S2;1;"+two+"\n")
		says(t, p, want)
	}
}

func TestTotalsMarksAndRepeatedHeadersAreSetAside(t *testing.T) {
	p := propose(t, header+rows+header+",,,,,\n"+"Subtotal K1,,,,3,32.50\n"+rows+"Subtotal K2,,,,3,32.50\n"+
		"Grand total,,,,6,65.00\n")
	says(t, p, "- {repeated_header: true} # line 4", "- {blank: true} # line 5",
		`- {starts_with: "Subtotal ", column: 1} # totals: 2 rows, the first on line 6, "Subtotal K1,,,,3,32.50"`,
		`trailer: {starts_with: ["Grand"]}`)
}

func TestACustomerIsNoTotal(t *testing.T) {
	p := propose(t, "customer,doc,date,partner,sku,qty,amount\nAcme,A1,2024-06-13,K1,S1,2,20.00\nTotal Acme,,,,,,20.00\n"+
		"TotalEnergies SE,A2,2024-06-14,K2,S2,1,12.50\nTotal TotalEnergies SE,,,,,,12.50\n")
	says(t, p, `{starts_with: "Total ", column: 1}`, "!trailer")
}

func TestAListWithMarksAtBothEndsKeepsItsRows(t *testing.T) {
	p := propose(t, `|Belegnr   |Pos   |Art |Datum     |Kunde  |Endkunde     |Material  |Menge |   Nettowert |Waehr|
|---------------------------------------------------------------------------------|
|0080001|000010|RE  |13.06.2024|C7     |Moser GmbH   |A         |    2 |    1.234,50 |EUR  |
|0080001|000020|RE  |13.06.2024|C7     |Moser GmbH   |B         |    1 |      100,00 |EUR  |
|---------------------------------------------------------------------------------|
|*         |      |    |          |       |             |          |      |    1.334,50 |EUR  |
|---------------------------------------------------------------------------------|
`)
	says(t, p, `comment: "|--"`, `trailer: {starts_with: ["|*"]}`, `net_amount: "Nettowert"`, `sku: "Material"`)
}

func TestRowsOfAnotherWidthAreNamed(t *testing.T) {
	p := propose(t, header+rows+"A3,2024-06-14,K2\n"+strings.Repeat(rows, 20))
	says(t, p, `# not read: rows that lack their last fields, line 4, "A3,2024-06-14,K2"`)
	p = propose(t, header+rows+"A3,2024-06-14,K2,S2,1\nA4,2024-06-14,K2,S2,1\n"+rows)
	says(t, p, `missing_fields: ASK # rows that lack their last fields: 2 rows, the first on line 4`)
	p = propose(t, header+rows+"A3,2024-06-14,K2,S2,1,2,3\n"+rows)
	says(t, p, `# not read: 7 fields where the header has 6, line 4`)
}

func TestWordsThatAreNoSalesAreAskedAbout(t *testing.T) {
	p := propose(t, "doc,date,partner,sku,qty,amount,Status\nA1,2024-06-13,K1,S1,2,20.00,Shipped\n"+
		"A2,2024-06-14,K2,S2,1,12.50,Cancelled\nA3,2024-06-14,K2,S2,1,12.50,On Hold\n")
	says(t, p, `- ASK # are these no sales? 2 rows, the first on line 3`,
		`{column: "Status", is: ["Cancelled", "On Hold"]}`)
}

func TestWhatTheNextLinesOfADocumentLeaveOutIsAskedAbout(t *testing.T) {
	p := propose(t, header+"A1,2024-06-13,K1,S1,2,20.00\n,,,S2,1,12.50\n,,,S3,1,12.50\nA2,2024-06-14,K2,S2,1,12.50\n")
	says(t, p, "fill_down: ASK # document_no, document_date, partner_code: empty below the first line of a document, "+
		"as in line 3", "fill_down: [document_no, document_date, partner_code]")
	says(t, propose(t, header+"A1,2024-06-13,K1,S1,2,20.00\nA2,2024-06-14,,S2,1,12.50\n"), "!fill_down")
}

func TestReturnsAreToldByTheirWordsAndSigns(t *testing.T) {
	text := "Art,doc,date,partner,sku,qty,amount\nRechnung,A1,2024-06-13,K1,S1,2,20.00\n"
	says(t, propose(t, text+"Gutschrift,A2,2024-06-14,K1,S1,1,10.00\n"), "returns: positive", `"Gutschrift": return`)
	says(t, propose(t, text+"Gutschrift,A2,2024-06-14,K1,S1,1,-10.00\n"), "returns: negative", `"Rechnung": sale`)
	says(t, propose(t, text), "returns: ASK")
	says(t, propose(t, text+"Sonderfall,A2,2024-06-14,K1,S1,1,-10.00\n"), "returns: by_amount", "!document_type")
}

func TestNumbersThatComeAgainInTwoYearsAreAQuestion(t *testing.T) {
	p := propose(t, header+"1,2023-12-13,K1,S1,2,20.00\n2,2023-12-14,K2,S2,1,12.50\n1,2024-01-13,K3,S1,2,20.00\n")
	says(t, p, `document_numbers: ASK # "1" stands in 2023 (line 2) and in 2024 (line 4)`)
}

func TestAListOfPartnersIsNoSales(t *testing.T) {
	p := propose(t, "ResellerKey,BusinessType,ResellerName,City,StateProvinceName,Country_Region\n"+
		"7,Warehouse,Some Store,Town,State,United States\n")
	says(t, p, "kind: partners", `partner_id: "ResellerKey"`, `name: "ResellerName"`,
		"# needed, and not found: level, status")
}

func TestASheetIsReadByTheKindsOfItsCells(t *testing.T) {
	list := func(line int64, texts ...string) Row {
		r := Row{Line: line}
		for i, text := range texts {
			kind := framing.Text
			if line > 1 {
				kind = []framing.Kind{framing.Text, framing.Day, framing.Text, framing.Text, framing.Number,
					framing.Number}[i]
			}
			r.Cells = append(r.Cells, Cell{Text: text, Kind: kind})
		}
		return r
	}
	p, err := Of(Sample{Name: "x.xlsx", Sheet: "June", Whole: true, Rows: []Row{
		list(1, "Invoice No", "Invoice Date", "Reseller ID", "SKU", "Qty", "Net Amount"),
		list(2, "A1", "2024-06-01", "K1", "S1", "2", "1234.5"), list(3, "A2", "2024-07-01", "K1", "S1", "1", "1.234")}})
	if err != nil {
		t.Fatal(err)
	}
	says(t, strings.Join(p.Lines(), "\n"), "format: xlsx", `sheet: "June"`, `net_amount: "Net Amount"`, "!dates",
		"!decimal", `name: "x"`)
}

func TestAnEncodingIsDoubtedByLettersOfNoneOfTheLanguages(t *testing.T) {
	if why := DoubtEncoding("windows-1252", []byte("Müller & Söhne, Cédric 12 €\n")); why != "" {
		t.Error(why)
	}
	if why := DoubtEncoding("windows-1252", []byte("M\u0081ller\n")); why == "" {
		t.Error("a control character is no letter")
	}
}
