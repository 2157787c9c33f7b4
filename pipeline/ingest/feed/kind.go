package feed

import "slices"

// Type is the type of a column.
type Type int

// The types of columns.
const (
	Text       Type = iota // any text
	Code                   // an identifier: refused when a spreadsheet has changed it
	Date                   // a day
	Whole                  // a whole number
	LineNumber             // a whole number, or 10.1 where the feed declares it: what is behind 10 names the line
	Decimal                // an exact decimal of at most Scale places
	Word                   // one of the known words, after the feed's translations
	Dated                  // words, each with its days or without, separated by |
	Aliases                // DISTRIBUTOR=code, each with its days or without, separated by |; a | in a code is doubled
	Flag                   // yes or no
)

// Column is one of our columns.
type Column struct {
	Name     string
	Type     Type
	Scale    int  // of a Decimal
	Money    bool // a Decimal shown with at least two places
	Exact    bool // a Decimal in which a mark before three digits is never one of thousands
	Needed   bool // may not be empty
	FarDates bool // a Date may be beyond this century (9999-12-31 for "never")
	Words    []string
	Derived  bool // computed while reading, never a sender's column
	Passing  bool // read but not kept
}

// Kind is one of the kinds of source.
type Kind struct {
	Name    string
	Columns []Column
	Key     []string // identifies a record; a sales feed may declare another
	Month   string   // the date that decides which months mode replace covers; empty: all
}

// Kept are the columns of a kind's table, in order.
func (k Kind) Kept() []Column {
	var kept []Column
	for _, c := range k.Columns {
		if !c.Passing {
			kept = append(kept, c)
		}
	}
	return kept
}

// Column finds a column by its name.
func (k Kind) Column(name string) (Column, bool) {
	i := slices.IndexFunc(k.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, false
	}
	return k.Columns[i], true
}

// Sales is the kind with up to many millions of records. Its key stays in columns of its own.
const Sales = "sales"

// Links is the kind with which people link sales to deals.
const Links = "links"

// KindNamed finds a kind.
func KindNamed(name string) (Kind, bool) {
	for _, k := range Kinds() {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}

// Words are the words of a kind's column.
func Words(kind, column string) []string {
	k, _ := KindNamed(kind)
	c, _ := k.Column(column)
	return c.Words
}

// Kinds lists the kinds in the order of loading and reports.
func Kinds() []Kind {
	return []Kind{
		{Name: "partners", Key: []string{"partner_id", "valid_from"}, Columns: []Column{
			{Name: "partner_id", Type: Code, Needed: true},
			{Name: "name", Type: Text, Needed: true},
			{Name: "aliases", Type: Aliases},
			{Name: "country", Type: Code},
			{Name: "town", Type: Text},
			{Name: "currency", Type: Code},
			{Name: "language", Type: Code},
			{Name: "email", Type: Text},
			// The names of the example; a feed has those of its programme.
			{Name: "modules", Type: Dated, Words: []string{"distribution", "resell", "sell_with"}},
			{Name: "level", Type: Dated, Needed: true, Words: []string{"ready", "advanced", "premier"}},
			{Name: "partner_type", Type: Code},
			{Name: "status", Type: Word, Needed: true, Words: []string{"active", "inactive", "left", "outside"}},
			{Name: "status_since", Type: Date},
			{Name: "valid_from", Type: Date},
			{Name: "valid_to", Type: Date, FarDates: true},
			{Name: "parent", Type: Code},      // the partner whose group it is in
			{Name: "agreements", Type: Dated}, // the versions of the programme that it keeps
		}},
		{Name: "products", Key: []string{"sku", "valid_from"}, Columns: []Column{
			{Name: "sku", Type: Code, Needed: true},
			{Name: "name", Type: Text, Needed: true},
			{Name: "family", Type: Code, Needed: true},
			{Name: "basis", Type: Word, Needed: true, Words: []string{"licence", "subscription", "service"}},
			{Name: "valid_from", Type: Date},
			{Name: "valid_to", Type: Date, FarDates: true},
		}},
		{Name: "fx_rates", Key: []string{"currency", "rate_date"}, Month: "rate_date", Columns: []Column{
			{Name: "rate_date", Type: Date, Needed: true},
			{Name: "currency", Type: Code, Needed: true},
			{Name: "rate", Type: Decimal, Scale: 9, Needed: true, Exact: true},
		}},
		{Name: "deals", Key: []string{"deal_id", "partner_code", "role"}, Columns: []Column{
			{Name: "deal_id", Type: Code, Needed: true},
			{Name: "partner_code", Type: Code, Needed: true},
			{Name: "role", Type: Code, Needed: true},
			{Name: "registered_on", Type: Date, Needed: true},
			{Name: "approved_on", Type: Date},
			{Name: "expires_on", Type: Date, FarDates: true},
			{Name: "status", Type: Word, Needed: true, Words: []string{"approved", "pending", "rejected", "revoked"}},
			{Name: "end_customer", Type: Text},
			{Name: "family", Type: Code},
		}},
		{Name: "certifications", Key: []string{"person_id", "certification_code", "awarded_on"}, Columns: []Column{
			{Name: "partner_code", Type: Code, Needed: true},
			{Name: "person_id", Type: Code, Needed: true},
			{Name: "certification_code", Type: Code, Needed: true},
			{Name: "awarded_on", Type: Date, Needed: true},
			{Name: "expires_on", Type: Date, FarDates: true},
			{Name: "status", Type: Word, Needed: true, Words: []string{"valid", "revoked"}},
		}},
		{Name: "entries", Key: []string{"entry_id"}, Columns: []Column{
			{Name: "entry_id", Type: Code, Needed: true},
			{Name: "partner_id", Type: Code, Needed: true},
			{Name: "date", Type: Date, Needed: true},
			{Name: "kind", Type: Word, Needed: true, Words: []string{"redemption", "bonus_points", "money_adjustment"}},
			{Name: "amount", Type: Decimal, Scale: 2, Money: true},
			{Name: "points", Type: Whole},
			{Name: "reason", Type: Text, Needed: true},
			{Name: "entered_by", Type: Text, Needed: true},
		}},
		// Proofs of concept that partners pay with points.
		{Name: "budgets", Key: []string{"request_id"}, Columns: []Column{
			{Name: "request_id", Type: Code, Needed: true},
			{Name: "partner_id", Type: Code, Needed: true},
			{Name: "points", Type: Whole, Needed: true},
			{Name: "purpose", Type: Text, Needed: true},
			{Name: "requested_on", Type: Date, Needed: true},
			{Name: "status", Type: Word, Needed: true, Words: []string{"requested", "approved", "refused"}},
			{Name: "approved_on", Type: Date},
			{Name: "expires_on", Type: Date, FarDates: true},
			{Name: "proved_on", Type: Date},
			{Name: "proof", Type: Text},
		}},
		{Name: "activities", Key: []string{"activity_id"}, Columns: []Column{
			{Name: "activity_id", Type: Code, Needed: true},
			{Name: "partner_id", Type: Code, Needed: true},
			{Name: "activity_code", Type: Code, Needed: true},
			{Name: "date", Type: Date, Needed: true},
			{Name: "count", Type: Decimal, Scale: 2, Needed: true},
		}},
		{Name: "targets", Key: []string{"partner_id", "incentive", "period_start"}, Columns: []Column{
			{Name: "partner_id", Type: Code, Needed: true},
			{Name: "incentive", Type: Code, Needed: true},
			{Name: "period_start", Type: Date, Needed: true},
			{Name: "amount", Type: Decimal, Scale: 2, Money: true, Needed: true}, // or a number of units
		}},
		{Name: Links, Key: []string{"distributor", "document_no", "line_no", "line_key"}, Columns: []Column{
			{Name: "distributor", Type: Code, Needed: true},
			{Name: "document_no", Type: Code, Needed: true},
			{Name: "line_no", Type: Whole, Needed: true},
			{Name: "line_key", Type: Text}, // empty where the sales feed declares no key
			{Name: "deal_id", Type: Code, Needed: true},
			{Name: "accepted_by", Type: Text, Needed: true},
			{Name: "reason", Type: Text},
		}},
		{Name: Sales, Key: []string{"distributor", "document_no", "line_no"}, Month: "document_date", Columns: []Column{
			{Name: "distributor", Type: Code, Needed: true},
			{Name: "document_no", Type: Code, Needed: true},
			{Name: "line_no", Type: LineNumber},
			{Name: "line_key", Type: Text, Derived: true},
			{Name: "document_type", Type: Word, Passing: true, Words: []string{"sale", "return"}},
			{Name: "is_return", Type: Flag, Derived: true},
			{Name: "document_date", Type: Date, Needed: true},
			{Name: "partner_code", Type: Code, Needed: true},
			{Name: "partner_name", Type: Text},
			{Name: "partner_town", Type: Text},
			{Name: "partner_country", Type: Text},
			{Name: "end_customer", Type: Text},
			{Name: "sku", Type: Code, Needed: true},
			{Name: "quantity", Type: Decimal, Scale: 4},
			{Name: "unit_price", Type: Decimal, Scale: 6, Passing: true},
			{Name: "net_amount", Type: Decimal, Scale: 6, Money: true},
			{Name: "currency", Type: Code, Needed: true},
			{Name: "deal_id", Type: Code},
			{Name: "returns_document", Type: Code},
			{Name: "returns_line", Type: LineNumber},
			{Name: "returns_key", Type: Text, Derived: true},
			{Name: "contract", Type: Word, Words: []string{"new", "renewal", "expansion"}},
			{Name: "term_months", Type: Whole},
			{Name: "annual_amount", Type: Decimal, Scale: 6, Money: true}, // without sign: the line has it
		}},
	}
}

// SQLType is the type of a column in the store.
func (c Column) SQLType() string {
	switch c.Type {
	case Date:
		return "date"
	case Whole, LineNumber:
		return "integer"
	case Flag:
		return "boolean"
	case Decimal:
		return "decimal(18," + string(rune('0'+c.Scale)) + ")"
	default:
		return "varchar"
	}
}
