package console

import (
	"cmp"
	"strconv"

	"tranche/pipeline"
	"tranche/pipeline/console/accounts"
	"tranche/pipeline/console/tables"
)

var dealColumns = []tables.Column{
	{Name: "deal_id", Title: "Deal", Link: "/deals/{deal_id}"},
	{Name: "role", Title: "Role", Kind: tables.Word, Choose: true},
	{Name: "status", Title: "Status", Kind: tables.Word, Choose: true},
	{Name: "registered_on", Title: "Registered on", Kind: tables.Day},
	{Name: "window_from", Title: "Counts from", Kind: tables.Day},
	{Name: "window_to", Title: "Counts to", Kind: tables.Day},
	{Name: "end_customer", Title: "End customer"},
	{Name: "family", Title: "Family"},
	{Name: "deal_amount", Title: "Sales of the deal", Kind: tables.Money},
	{Name: "partner_base", Title: "Base of the partner", Kind: tables.Money},
	{Name: "partner_id", Title: "Partner", Link: "/partners/{partner_id}"},
}

var dealsTable = tables.Table{
	Key: "deals", Title: "Claims on registered deals", Empty: "Nobody has registered a deal.",
	From: `select deal_id, role, status, registered_on, window_from, window_to, end_customer, family, deal_amount,
		partner_base, partner_id, file_name, file_line from mart.deals`,
	Columns: append(append([]tables.Column{}, dealColumns...), tables.Column{Name: "file_name", Title: "File"},
		tables.Column{Name: "file_line", Title: "Line", Kind: tables.Count}),
	Order: "deal_id, partner_id, role, registered_on, file_name, file_line",
}

var suggestionsTable = tables.Table{
	Key: "suggestions", Title: "Sales that look like a deal", Empty: "No sale looks like a deal that it does not name.",
	Note: "A suggestion counts for nothing until somebody accepts it.",
	From: `select score, deal_id, deal_customer, distributor, document_no, line_no, line_key, document_date, end_customer,
		family, amount, claimants, sale_id, '' as accepted_by, 'score ' || score || ', claimed by ' || claimants as reason
		from mart.sell_with_suggestions`,
	Columns: []tables.Column{
		{Name: "score", Title: "Likeness", Kind: tables.Count},
		{Name: "deal_id", Title: "Deal", Link: "/deals/{deal_id}"}, {Name: "deal_customer", Title: "Customer of the deal"},
		{Name: "end_customer", Title: "Customer of the sale"}, {Name: "document_date", Title: "Day", Kind: tables.Day},
		{Name: "distributor", Title: "Distributor"}, {Name: "document_no", Title: "Document",
			Link: "/deals/{deal_id}/sales/{sale_id}"},
		{Name: "line_no", Title: "Line of the document"}, {Name: "line_key", Title: "Key", Hidden: true},
		{Name: "family", Title: "Family"}, {Name: "amount", Title: "Amount", Kind: tables.Money},
		{Name: "claimants", Title: "Claimed by"}, {Name: "accepted_by", Title: "Accepted by", Hidden: true},
		{Name: "reason", Title: "Reason", Hidden: true}, {Name: "sale_id", Title: "Sale", Hidden: true},
	},
	Order: "score desc, distributor, document_no, line_no, line_key, deal_id, sale_id",
}

var claimsTable = tables.Table{
	Key: "claims", Title: "Claims and the lines they are for", Empty: "No line names the deal.",
	From: `select document_date, distributor, document_no || '/' || line_no as document, partner_id, role, incentive,
		is_counted, reason, sale_id, file_name, file_line from mart.sell_with_claims where deal_id = $1`,
	Columns: []tables.Column{
		{Name: "document_date", Title: "Day", Kind: tables.Day}, {Name: "distributor", Title: "Distributor"},
		{Name: "document", Title: "Document"},
		{Name: "partner_id", Title: "Partner", Link: "/partners/{partner_id}", Choose: true},
		{Name: "role", Title: "Role", Kind: tables.Word}, {Name: "incentive", Title: "Incentive", Kind: tables.Name},
		{Name: "is_counted", Title: "Counts", Kind: tables.Yes, Choose: true},
		{Name: "reason", Title: "Why not", Kind: tables.Word, Choose: true, Wide: true},
		{Name: "file_name", Title: "File"}, {Name: "file_line", Title: "Line", Kind: tables.Count},
		{Name: "sale_id", Title: "Sale", Hidden: true},
	},
	Order: "document_date, sale_id, partner_id, role, incentive, file_name, file_line, reason",
}

var sharesTable = tables.Table{
	Key: "shares", Title: "Shares", Empty: "Nobody has a share.",
	From: `select partner_id, roles, incentive, numerator, denominator, count(*) as lines, sum(amount) as amount,
		sum(base) as base from mart.sell_with_credits where deal_id = $1 group by all`,
	Columns: []tables.Column{
		{Name: "partner_id", Title: "Partner", Link: "/partners/{partner_id}"}, {Name: "roles", Title: "Roles"},
		{Name: "incentive", Title: "Incentive", Kind: tables.Name},
		{Name: "numerator", Title: "Share", Kind: tables.Count}, {Name: "denominator", Title: "of", Kind: tables.Count},
		{Name: "lines", Title: "Lines", Kind: tables.Count}, {Name: "amount", Title: "Amount", Kind: tables.Money},
		{Name: "base", Title: "Base", Kind: tables.Money},
	},
	Order: "partner_id, roles, incentive, numerator, denominator",
}

func dealsPage(v *visit) (*sheet, error) {
	s := &sheet{Title: v.t("Deals"), Lead: v.t("Who claims what, from when to when, and what it has come to.")}
	err := v.list(s, dealsTable)
	if err == nil && v.person.May(accounts.See) {
		err = v.list(s, suggestionsTable)
	}
	return s, err
}

func dealPage(v *visit) (*sheet, error) {
	deal := v.r.PathValue("deal")
	db, err := v.marts()
	if err != nil {
		return nil, err
	}
	found, err := tables.One(v.r.Context(), db, "from mart.deals where deal_id = ? order by all limit 1", deal)
	if err == nil && found == nil {
		err = errNotThere
	}
	if err != nil {
		return nil, err
	}
	s := &sheet{Title: v.t("Deal %s", deal), Crumbs: links{{v.t("Deals"), "/deals"}}, Lead: found["end_customer"]}
	claims := dealsTable
	claims.From += " where deal_id = $1"
	for _, t := range []tables.Table{claims, sharesTable, claimsTable} {
		if err := v.list(s, t, deal); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// suggested is a suggestion, as the addresses and forms name it.
func suggested(v *visit, deal, sale string) (map[string]string, error) {
	db, err := v.marts()
	if err != nil {
		return nil, err
	}
	found, err := tables.One(v.r.Context(), db,
		"from mart.sell_with_suggestions where deal_id = ? and sale_id::varchar = ?", deal, sale)
	if err == nil && found == nil {
		err = errNotThere
	}
	return found, err
}

// suggestionPage shows a sale beside the deal that it looks like, and lets somebody say that it belongs to it.
func suggestionPage(v *visit) (*sheet, error) {
	deal, sale := v.r.PathValue("deal"), v.r.PathValue("sale")
	is, err := suggested(v, deal, sale)
	if err != nil {
		return nil, err
	}
	s := &sheet{Title: v.t("Document %s, line %s", is["document_no"], is["line_no"]),
		Crumbs: links{{v.t("Deals"), "/deals"}, {v.t("Deal %s", deal), "/deals/" + deal}}}
	s.add(facts{Rows: []fact{
		{Label: v.t("Customer of the sale"), Value: is["end_customer"]},
		{Label: v.t("Customer of the deal"), Value: is["deal_customer"]},
		{Label: v.t("Day"), Value: v.day(is["document_date"])}, {Label: v.t("Distributor"), Value: is["distributor"]},
		{Label: v.t("Partner"), Value: is["partner_id"]}, {Label: v.t("Family"), Value: is["family"]},
		{Label: v.t("Amount"), Value: v.words.Number(is["amount"])},
		{Label: v.t("Claimed by"), Value: is["claimants"]}, {Label: v.t("Likeness"), Value: is["score"]},
	}})
	s.add(form{Title: v.t("Say that it belongs to deal %s", deal), Act: accounts.Match, Action: "/deals/accept",
		Submit: v.t("Accept"),
		Note: v.t("A file of the feed of links says so, with your name. Whether a claim then counts is judged as for any " +
			"sale."),
		Fields: []field{
			{Name: "deal", Kind: "hidden", Value: deal}, {Name: "sale", Kind: "hidden", Value: sale},
			{Name: "reason", Kind: "text", Label: v.t("Why"), IsNeeded: true},
		}})
	return s, nil
}

func acceptDeal(v *visit) (said, next string, err error) {
	who, err1 := v.decider()
	reason, err2 := v.reason()
	is, err3 := suggested(v, v.r.PostFormValue("deal"), v.r.PostFormValue("sale"))
	if err := cmp.Or(err1, err2, err3); err != nil {
		return "", "", err
	}
	line, err := strconv.ParseInt(is["line_no"], 10, 64)
	if err != nil {
		return "", "", err
	}
	name, err := pipeline.AcceptDeal(v.r.Context(), v.options(), pipeline.Suggestion{Distributor: is["distributor"],
		Document: is["document_no"], Line: line, Key: is["line_key"], Deal: is["deal_id"]}, who, reason)
	return v.t("%s lies in the inbox, and lands in the next run.", name), "/deals#suggestions", err
}
