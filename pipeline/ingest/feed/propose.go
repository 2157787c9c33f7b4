package feed

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Proposal is a suggested feed for a new sender. A person reads, corrects and saves it; no run guesses.
type Proposal struct {
	Kind    string
	Lines   []string // of the feed for config.yaml, the doubtful ones with a comment
	Unknown []string // the sender's columns without a proposal
}

// synonyms are senders' names of our columns, in small letters, between bars.
func synonyms() map[string]string {
	return map[string]string{
		"document_no": "|invoice number|invoice|invoice no|document|doc|belegnr|rechnungsnr|" +
			"n° facture|no facture|facture|factura|",
		"line_no":       "|line|line no|line number|position|pos|ligne|",
		"document_type": "|transaction type|type|belegart|art|doc type|",
		"document_date": "|invoice date|date|belegdatum|rechnungsdatum|date facture|doc date|transaction date|",
		"partner_code": "|ship-to id|ship to|reseller|reseller id|customer id|kundennr|" +
			"code revendeur|revendeur|account|partner|organisation|",
		"partner_name":       "|reseller name|kunde|nom revendeur|ship-to name|customer name|",
		"partner_town":       "|ship-to city|city|ort|ville|town|",
		"partner_country":    "|ship-to country|land|pays|country|",
		"end_customer":       "|end user name|end user|end customer|endkunde|client final|customer|",
		"sku":                "|vendor part number|part number|sku|artikelnr|artikel|article|référence|reference|mpn|",
		"quantity":           "|quantity|qty|menge|qté|quantité|",
		"unit_price":         "|unit price|price|einzelpreis|prix unitaire|",
		"net_amount":         "|net amount|amount|extended price|net|nettobetrag|nettowert|betrag|montant ht|montant|",
		"currency":           "|currency|cur|währung|devise|",
		"deal_id":            "|deal registration|deal|deal id|projektnr|affaire|",
		"returns_document":   "|original invoice|bezug beleg|facture d'origine|",
		"returns_line":       "|original line|bezug position|ligne d'origine|",
		"person_id":          "|candidate|person|person id|",
		"certification_code": "|exam|certification|exam code|",
		"awarded_on":         "|passed|awarded|date passed|",
		"expires_on":         "|expires|expiry|valid until|",
		"registered_on":      "|registered|registration date|",
		"approved_on":        "|approved|approval date|",
		"partner_id":         "|id|partner|partner id|",
		"partner_type":       "|type|",
		"entry_id":           "|id|",
		"entered_by":         "|by|",
		"rate_date":          "|date|rate date|",
		"rate":               "|usd_per_unit|",
		"family":             "|product family|",
	}
}

// Propose suggests a feed from the beginning of a file, or all of it, in UTF-8.
func Propose(name, encoding string, sample []byte, whole bool) (Proposal, error) {
	if !whole {
		sample = sample[:bytes.LastIndexByte(sample, '\n')+1]
	}
	if !utf8.Valid(sample) {
		return Proposal{}, fmt.Errorf("%s is not UTF-8; say how it is encoded, with --encoding windows-1252 or another", name)
	}
	t, ok := tableOf(sample, whole)
	if !ok {
		return Proposal{}, fmt.Errorf("no records of two fields and more were found in %s; "+
			"write the feed by hand, after one that is there", name)
	}
	name = strings.TrimSuffix(name, ".gz")
	p := &Proposal{}
	kind, found, unknown := likeliestKind(t.header)
	p.Kind, p.Unknown = kind.Name, unknown
	p.add("- name: %q", strings.TrimSuffix(strings.ToLower(name), ".csv"))
	p.add("  kind: %s", p.Kind)
	p.add("  glob: %q # widen it to the sender's next files", plainGlob(name))
	if encoding != "" && encoding != "utf-8" {
		p.add("  encoding: %s", encoding)
	}
	p.shape(t, sample, whole)
	p.numbers(t, found)
	p.dates(t, found)
	p.sales(t, found)
	p.columns(t, kind, found)
	return *p, nil
}

// plainGlob replaces a glob's marks in a name.
func plainGlob(name string) string {
	return strings.NewReplacer("[", "?", "]", "?", "*", "?", `\`, "?").Replace(name)
}

func (p *Proposal) add(format string, args ...any) {
	p.Lines = append(p.Lines, fmt.Sprintf(format, args...))
}

// shape adds where records and fields begin and end.
func (p *Proposal) shape(t table, sample []byte, whole bool) {
	if t.delimiter != ',' {
		p.add("  delimiter: %q", string(t.delimiter))
	}
	switch {
	case t.lines == 0:
		p.add("  no_header: true # the first line looks like data")
		p.add("  width: %d", len(t.header))
	case t.line > 1:
		p.add("  header_line: %d", t.line)
	}
	if t.lines > 1 {
		p.add("  header_lines: %d", t.lines)
	}
	if last := len(sample) - 1; whole && sample[last] != '\n' && sample[last] != '\r' {
		p.add("  final_newline: optional # the sample's last line has no end: ask whether this sender always writes so")
	}
	if len(t.ends) > 0 {
		p.add("  trailer: {starts_with: [%s]} # add count_column and total_column, where they hold a row count and a total",
			quoteAll(t.ends))
	}
}

// columns pairs our names with the sender's.
func (p *Proposal) columns(t table, kind Kind, found map[string]string) {
	p.add("  columns:")
	for _, ours := range slices.Sorted(maps.Keys(found)) {
		p.add("    %s: %q", ours, found[ours])
	}
	for i, theirs := range t.header {
		values := t.column(i)
		switch {
		case t.lines == 0 && len(values) > 0:
			p.add("    # field %s begins with %q", theirs, values[0])
		case slices.Contains(p.Unknown, theirs) && theirs != "":
			p.add("    # nothing is proposed for %q", theirs)
		}
	}
	proposed := Feed{Kind: kind.Name, Columns: map[string][]string{}, Returns: ByAmount}
	for ours, theirs := range found {
		proposed.Columns[ours] = []string{theirs}
	}
	var missing []string
	for _, c := range kind.Columns {
		_, ok := found[c.Name]
		constant := kind.Name == Sales && (c.Name == "distributor" || c.Name == "currency")
		if proposed.needs(c) && !ok && !constant && c.Name != "unit_price" {
			missing = append(missing, c.Name)
		}
	}
	if len(missing) > 0 {
		p.add("    # needed, and not found: %s", strings.Join(missing, ", "))
	}
}

// Numbered are names for columns without any: 1, 2, and so on.
func Numbered(n int) Names {
	names := make(Names, n)
	for i := range names {
		names[i] = strconv.Itoa(i + 1)
	}
	return names
}

// likeliestKind is the kind whose needed columns are all in the header, or else the one with the most, with the
// sender's names.
func likeliestKind(header Names) (best Kind, found map[string]string, unknown []string) {
	most := -1
	for _, k := range slices.Backward(Kinds()) { // sales, when in doubt
		names, others := nameColumns(k, header)
		score := len(names)
		lacks := func(c Column) bool { return c.Needed && names[c.Name] == "" }
		if !slices.ContainsFunc(k.Columns, lacks) {
			score += len(header)
		}
		if score > most {
			best, found, unknown, most = k, names, others, score
		}
	}
	return best, found, unknown
}

// nameColumns pairs the sender's names with a kind's, each once. It skips a name that is in the header twice.
func nameColumns(k Kind, header Names) (found map[string]string, unknown []string) {
	found = map[string]string{}
	for _, theirs := range header {
		_, twice := header.find([]string{theirs})
		plain := strings.ToLower(theirs)
		i := slices.IndexFunc(k.Columns, func(c Column) bool {
			known := plain == c.Name || strings.Contains(synonyms()[c.Name], "|"+plain+"|")
			return known && twice == nil && found[c.Name] == "" && !c.Derived
		})
		if i < 0 {
			unknown = append(unknown, theirs)
			continue
		}
		found[k.Columns[i].Name] = theirs
	}
	return found, unknown
}

// likeliest are the formats that read the most values, at least three in four, and the unread values: one mistake of
// the sender does not hide the format.
func likeliest[Format any](
	formats []Format, values []string, reads func(Format, string) bool,
) (list []Format, unread []string) {
	fewest := len(values) / 4
	for _, format := range formats {
		bad := slices.DeleteFunc(slices.Clone(values), func(v string) bool { return reads(format, v) })
		switch {
		case len(bad) > fewest:
		case len(bad) < fewest || list == nil:
			list, unread, fewest = []Format{format}, bad, len(bad)
		default:
			list = append(list, format)
		}
	}
	return list, unread
}

// numberFormats are the possible number formats in a file with that delimiter.
func numberFormats(delimiter byte) (list []Feed) {
	for _, decimal := range []string{".", ","} {
		for _, thousands := range []string{"", ".", ",", "\u00a0", "\u202f", "'", " "} {
			if thousands == decimal || decimal[0] == delimiter {
				continue
			}
			for _, style := range []string{LeadingMinus, TrailingMinus, Parentheses} {
				f := Feed{DecimalMark: decimal, Negative: []string{style}}
				if thousands != "" {
					f.ThousandMarks = []string{thousands}
				}
				list = append(list, f)
			}
		}
	}
	return list
}

// unread adds the values that the proposed feed does not read.
func (p *Proposal) unread(what string, unread, values []string) {
	if len(unread) > 0 {
		p.add("  # %s that this feed does not read: %d of %d, such as %q; ask the sender",
			what, len(unread), len(values), unread[0])
	}
}

// unclear adds what to set where no format reads most values.
func (p *Proposal) unclear(what string, values []string, set string) {
	p.add("  # how %s are written could not be told from %s: set %s", what, quoteAll(values[:min(len(values), 3)]), set)
}

// reads says whether a value is a number, even one that is too fine or too large.
func (f Feed) reads(v string) (units int64, ok bool) {
	units, code := f.ParseNumber(v, 6)
	return units, code == "" || code == TooFine || code == TooLarge
}

// marks is a number format as declared.
func (f Feed) marks() string {
	if len(f.ThousandMarks) == 0 {
		return fmt.Sprintf("decimal: %q", f.DecimalMark)
	}
	return fmt.Sprintf("decimal: %q, thousands: [%q]", f.DecimalMark, f.ThousandMarks[0])
}

func (p *Proposal) numbers(t table, found map[string]string) {
	values := t.all(found, "net_amount unit_price quantity rate amount points", isNumber)
	list, unread := likeliest(numberFormats(t.delimiter), values, func(f Feed, v string) bool {
		_, ok := f.reads(v)
		return ok
	})
	if len(list) == 0 {
		p.unclear("numbers", values, "decimal, thousands and negative")
		return
	}
	p.unread("numbers", unread, values)
	f := list[0]
	for _, other := range list[1:] {
		for _, v := range values {
			one, reads := f.reads(v)
			if two, readsToo := other.reads(v); reads && readsToo && one != two {
				p.add("  decimal: ASK # %q reads as %s under %s, and as %s under %s: ask the sender",
					v, appendUnits(nil, one, 6), f.marks(), appendUnits(nil, two, 6), other.marks())
				return
			}
		}
	}
	if f.DecimalMark != "." {
		p.add("  decimal: %q", f.DecimalMark)
	}
	if f.ThousandMarks != nil {
		p.add("  thousands: [%q]", f.ThousandMarks[0])
	}
	if f.Negative[0] != LeadingMinus {
		p.add("  negative: %s", f.Negative[0])
	}
}

func (p *Proposal) dates(t table, found map[string]string) {
	values := t.all(found, "document_date awarded_on expires_on rate_date registered_on approved_on date", isDate)
	layouts := strings.Fields(
		"yyyy-mm-dd dd.mm.yyyy dd/mm/yyyy mm/dd/yyyy dd-mm-yyyy yyyymmdd d.m.yyyy d/m/yyyy m/d/yyyy")
	fit, unread := likeliest(layouts, values, func(layout, v string) bool {
		ds := newDates(Feed{Dates: []string{layout}})
		_, code := ds.read([]byte(v))
		return code == ""
	})
	p.unread("dates", unread, values)
	switch {
	case len(values) == 0 || slices.Contains(fit, "yyyy-mm-dd"):
	case len(fit) == 0:
		p.unclear("dates", values, "dates")
	default:
		swapped := strings.NewReplacer("d", "m", "m", "d").Replace(fit[0])
		if !strings.HasPrefix(fit[0], "d") || !slices.Contains(fit[1:], swapped) {
			p.add("  dates: [%s]", fit[0])
			return
		}
		p.add("  dates: [%s] # as many dates in the sample read as %s: ask the sender", fit[0], swapped)
	}
}

func (p *Proposal) sales(t table, found map[string]string) {
	if p.Kind != Sales {
		return
	}
	if theirs, ok := found["document_type"]; ok {
		p.add("  returns: ASK # negative, or positive where returns carry no minus")
		var words []string
		for _, v := range t.column(slices.Index(t.header, theirs)) {
			if !slices.Contains(words, v) && len(words) < 8 {
				words = append(words, v)
			}
		}
		p.add("  values: {document_type: {SALE: sale, RETURN: return}} # the sender writes %s", quoteAll(words))
	} else {
		p.add("  returns: by_amount # or by_quantity")
	}
	var constants []string
	if _, ok := found["distributor"]; !ok {
		constants = append(constants, "distributor: NAME")
	}
	if _, ok := found["currency"]; !ok {
		constants = append(constants, "currency: ASK")
	}
	if len(constants) > 0 {
		p.add("  constants: {%s}", strings.Join(constants, ", "))
	}
}
