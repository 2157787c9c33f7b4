package feed

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"tranche/pipeline/framing"
)

// Proposal is a feed that a sample of a new sender's file suggests. It is for a
// person to read, correct and save; no run ever guesses.
type Proposal struct {
	Kind    string
	Lines   []string // of the feed, as config.yaml wants them, the doubtful ones with a comment
	Unknown []string // the sender's columns that nothing is proposed for
}

// synonyms are names that senders give to our columns, in lower case.
func synonyms() map[string][]string {
	return map[string][]string{
		"document_no":        {"invoice number", "invoice", "invoice no", "document", "doc", "belegnr", "rechnungsnr", "n° facture", "no facture", "facture", "factura"},
		"line_no":            {"line", "line no", "line number", "position", "pos", "ligne"},
		"document_type":      {"transaction type", "type", "belegart", "doc type"},
		"document_date":      {"invoice date", "date", "belegdatum", "rechnungsdatum", "date facture", "doc date", "transaction date"},
		"partner_code":       {"ship-to id", "ship to", "reseller", "reseller id", "customer id", "kundennr", "code revendeur", "revendeur", "account", "partner"},
		"partner_name":       {"reseller name", "kunde", "nom revendeur", "ship-to name", "customer name"},
		"partner_town":       {"ship-to city", "city", "ort", "ville", "town"},
		"partner_country":    {"ship-to country", "land", "pays", "country"},
		"end_customer":       {"end user name", "end user", "end customer", "endkunde", "client final", "customer"},
		"sku":                {"vendor part number", "part number", "sku", "artikelnr", "référence", "reference", "mpn"},
		"quantity":           {"quantity", "qty", "menge", "qté", "quantité"},
		"unit_price":         {"unit price", "price", "einzelpreis", "prix unitaire"},
		"net_amount":         {"net amount", "amount", "extended price", "net", "nettobetrag", "betrag", "montant ht", "montant"},
		"currency":           {"currency", "cur", "währung", "devise"},
		"deal_id":            {"deal registration", "deal", "deal id", "projektnr", "affaire"},
		"returns_document":   {"original invoice", "bezug beleg", "facture d'origine"},
		"returns_line":       {"original line", "bezug position", "ligne d'origine"},
		"person_id":          {"candidate", "person", "person id"},
		"certification_code": {"exam", "certification", "exam code"},
		"awarded_on":         {"passed", "awarded", "date passed"},
		"expires_on":         {"expires", "expiry", "valid until"},
		"status":             {"status"},
		"rate_date":          {"rate date"},
		"rate":               {"rate", "usd_per_unit"},
		"family":             {"family", "product family"},
		"name":               {"name"},
		"basis":              {"basis"},
	}
}

// Propose looks at the beginning of a file in the given encoding and suggests a
// feed. name is the file's.
func Propose(name, encoding string, sample []byte) (Proposal, error) {
	if !utf8.Valid(sample[:lastLine(sample)]) {
		return Proposal{}, fmt.Errorf("%s is not UTF-8; say how it is encoded, with --encoding windows-1252 or another", name)
	}
	sample = bytes.TrimPrefix(sample, []byte("\xEF\xBB\xBF"))
	delimiter, headerLine := findHeader(sample)
	rows := frameSample(sample, delimiter, headerLine)
	if len(rows) == 0 {
		return Proposal{}, fmt.Errorf("no header was found in %s; write the feed by hand, after one that is there", name)
	}
	header, body := rows[0], rows[1:]
	found, unknown := nameColumns(header)
	p := Proposal{Kind: likeliestKind(found), Unknown: unknown}
	add := func(format string, args ...any) { p.Lines = append(p.Lines, fmt.Sprintf(format, args...)) }
	add("- name: %q", strings.TrimSuffix(strings.ToLower(name), ".csv"))
	add("  kind: %s", p.Kind)
	add("  glob: %q # widen it to the sender's next files", name)
	if encoding != "" && encoding != "utf-8" {
		add("  encoding: %s", encoding)
	}
	if delimiter != ',' {
		add("  delimiter: %q", string(delimiter))
	}
	if headerLine > 1 {
		add("  header_line: %d", headerLine)
	}
	proposeNumbers(add, header, body, found)
	proposeDates(add, header, body, found)
	proposeSales(add, header, body, p.Kind, found)
	add("  columns:")
	for _, ours := range slices.Sorted(maps.Keys(found)) {
		if _, ok := mustKind(p.Kind).Column(ours); ok {
			add("    %s: %q", ours, found[ours])
		}
	}
	for _, theirs := range unknown {
		add("    # nothing is proposed for %q", theirs)
	}
	return p, nil
}

func mustKind(name string) Kind {
	k, _ := KindNamed(name)
	return k
}

func lastLine(sample []byte) int { return bytes.LastIndexByte(sample, '\n') + 1 }

// findHeader finds the delimiter, and the line on which the header stands: the first of
// the lines with the most fields.
func findHeader(sample []byte) (delimiter byte, headerLine int) {
	most := 0
	for _, d := range []byte(",;\t|") {
		for n, line := range bytes.Split(sample[:lastLine(sample)], []byte("\n")) {
			filled := 0
			for _, field := range bytes.Split(line, []byte{d}) {
				if len(bytes.TrimSpace(field)) > 0 {
					filled++
				}
			}
			if n < 20 && filled > most && filled > 1 {
				most, delimiter, headerLine = filled, d, n+1
			}
		}
	}
	return delimiter, headerLine
}

func frameSample(sample []byte, delimiter byte, headerLine int) [][]string {
	f := framing.Framer{Dialect: framing.Dialect{Delimiter: delimiter, Quote: '"'}}
	f.Reset(sample[:lastLine(sample)], 1, false)
	var rows [][]string
	var rec framing.Record
	for f.Next(&rec) {
		if rec.Line < int64(headerLine) || rec.Sort != framing.Data || len(rows) > 0 && len(rec.Fields) != len(rows[0]) {
			continue
		}
		var fields []string
		for _, field := range rec.Fields {
			fields = append(fields, strings.TrimSpace(string(field)))
		}
		rows = append(rows, fields)
	}
	return rows
}

// nameColumns pairs the sender's names with ours, each used once.
func nameColumns(header []string) (found map[string]string, unknown []string) {
	found = map[string]string{}
	for _, theirs := range header {
		ours := ""
		for _, candidate := range slices.Sorted(maps.Keys(synonyms())) {
			plain := strings.ToLower(theirs)
			if _, taken := found[candidate]; !taken && (plain == candidate || slices.Contains(synonyms()[candidate], plain)) {
				ours = candidate
				break
			}
		}
		if ours == "" {
			unknown = append(unknown, theirs)
			continue
		}
		found[ours] = theirs
	}
	return found, unknown
}

// likeliestKind is the kind of which most needed columns were found.
func likeliestKind(found map[string]string) string {
	best, most := Sales, 0
	for _, k := range Kinds() {
		n := 0
		for _, c := range k.Columns {
			if _, ok := found[c.Name]; ok {
				n++
			}
		}
		if n > most {
			best, most = k.Name, n
		}
	}
	return best
}

func column(header []string, body [][]string, name string) []string {
	i := slices.Index(header, name)
	var values []string
	for _, row := range body {
		if i >= 0 && row[i] != "" {
			values = append(values, row[i])
		}
	}
	return values
}

// reads says whether every value reads under a way of writing numbers.
func reads(f Feed, values []string) bool {
	return !slices.ContainsFunc(values, func(v string) bool { _, code := f.ParseNumber(v, 6); return code != "" })
}

func proposeNumbers(add func(string, ...any), header []string, body [][]string, found map[string]string) {
	var values []string
	for _, ours := range []string{"net_amount", "unit_price", "quantity", "rate"} {
		values = append(values, column(header, body, found[ours])...)
	}
	for _, decimal := range []string{".", ","} {
		for _, thousands := range [][]string{nil, {"."}, {","}, {"\u00a0"}, {"\u202f"}, {"'"}} {
			for _, negative := range []string{LeadingMinus, TrailingMinus, Parentheses} {
				f := Feed{DecimalMark: decimal, ThousandMarks: thousands, Negative: negative}
				if slices.Contains(thousands, decimal) || !reads(f, values) {
					continue
				}
				if decimal != "." {
					add("  decimal: %q", decimal)
				}
				if thousands != nil {
					add("  thousands: [%q]", thousands[0])
				}
				if negative != LeadingMinus {
					add("  negative: %s", negative)
				}
				return
			}
		}
	}
	add("  # how numbers are written could not be told: set decimal, thousands and negative")
}

func proposeDates(add func(string, ...any), header []string, body [][]string, found map[string]string) {
	var values []string
	for _, ours := range []string{"document_date", "awarded_on", "expires_on", "rate_date"} {
		values = append(values, column(header, body, found[ours])...)
	}
	var fit []string
	for _, text := range []string{"yyyy-mm-dd", "dd.mm.yyyy", "dd/mm/yyyy", "mm/dd/yyyy", "dd-mm-yyyy", "yyyymmdd", "d.m.yyyy", "d/m/yyyy", "m/d/yyyy"} {
		l := []layout{parseLayout(text)}
		if !slices.ContainsFunc(values, func(v string) bool { _, code := parseDate(l, []byte(v)); return code != "" }) {
			fit = append(fit, text)
		}
	}
	switch {
	case len(values) == 0 || slices.Contains(fit, "yyyy-mm-dd"):
	case len(fit) == 0:
		add("  # how dates are written could not be told: set dates")
	case slices.Contains(fit, "dd/mm/yyyy") && slices.Contains(fit, "mm/dd/yyyy"):
		add("  dates: [dd/mm/yyyy] # every date in the sample also reads as mm/dd/yyyy: ask the sender")
	default:
		add("  dates: [%s]", fit[0])
	}
}

func proposeSales(add func(string, ...any), header []string, body [][]string, kind string, found map[string]string) {
	if kind != Sales {
		return
	}
	if _, ok := found["document_type"]; ok {
		add("  returns: ASK # negative, or positive where returns carry no minus")
		var words []string
		for _, v := range column(header, body, found["document_type"]) {
			if !slices.Contains(words, v) && len(words) < 8 {
				words = append(words, v)
			}
		}
		add("  values: {document_type: {SALE: sale, RETURN: return}} # the sender writes %s", quoteAll(words))
	} else {
		add("  returns: by_amount # or by_quantity")
	}
	add("  constants: {distributor: NAME} # and the currency, where the sender names none")
}
