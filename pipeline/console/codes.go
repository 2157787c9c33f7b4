package console

import (
	"cmp"

	"tranche/pipeline"
	"tranche/pipeline/console/accounts"
	"tranche/pipeline/console/tables"
)

var proposalsTable = tables.Table{
	Key: "proposals", Title: "Whom it could mean", Empty: "No partner is like it.",
	From: `select p.partner_id, p.name, a.town, a.country, p.score from mart.match_proposals as p
		join mart.partners as a on a.partner_id = p.partner_id
		where p.distributor = $1 and p.partner_code = $2`,
	Columns: []tables.Column{
		{Name: "partner_id", Title: "Partner", Link: "/partners/{partner_id}"}, {Name: "name", Title: "Name"},
		{Name: "town", Title: "Town"}, {Name: "country", Title: "Country"},
		{Name: "score", Title: "Likeness", Kind: tables.Count},
	},
	Order: "score desc, partner_id",
}

// codePage shows an unknown code, and lets somebody say whose it is.
func codePage(v *visit) (*sheet, error) {
	db, err := v.marts()
	if err != nil {
		return nil, err
	}
	distributor, code := v.r.PathValue("distributor"), v.r.PathValue("code")
	is, err := tables.One(v.r.Context(), db, "from mart.unknown_codes where distributor = ? and partner_code = ?",
		distributor, code)
	if err == nil && is == nil {
		err = errNotThere
	}
	if err != nil {
		return nil, err
	}
	s := &sheet{Title: v.t("Code %s of %s", code, distributor), Crumbs: links{{v.t("Inbox"), "/inbox#codes"}}}
	s.add(facts{Rows: []fact{
		{Label: v.t("Called"), Value: is["partner_name"]}, {Label: v.t("Town"), Value: is["partner_town"]},
		{Label: v.t("Country"), Value: is["partner_country"]}, {Label: v.t("Lines"), Value: v.words.Number(is["lines"])},
		{Label: v.t("First on"), Value: v.day(is["first_on"])}, {Label: v.t("Last on"), Value: v.day(is["last_on"])},
	}})
	if err := v.list(s, proposalsTable, distributor, code); err != nil {
		return nil, err
	}
	best, err := tables.One(v.r.Context(), db, `select partner_id from mart.match_proposals
		where distributor = ? and partner_code = ? order by score desc, partner_id limit 1`, distributor, code)
	if err != nil {
		return nil, err
	}
	s.add(form{Title: v.t("Say whose code it is"), Act: accounts.Match, Action: "/inbox/match", Submit: v.t("Accept"),
		Note: v.t("The decision is kept in the audit log, and outlives complete partner files. The lines that wait " +
			"count in the next run."),
		Fields: []field{
			{Name: "distributor", Kind: "hidden", Value: distributor}, {Name: "code", Kind: "hidden", Value: code},
			{Name: "partner", Kind: "text", Label: v.t("Partner"), Value: best["partner_id"], IsNeeded: true},
			{Name: "reason", Kind: "text", Label: v.t("Why"), IsNeeded: true},
		}})
	return s, nil
}

func match(v *visit) (said, next string, err error) {
	who, err1 := v.decider()
	reason, err2 := v.reason()
	if err := cmp.Or(err1, err2); err != nil {
		return "", "", err
	}
	m := pipeline.Match{Distributor: v.r.PostFormValue("distributor"), Code: v.r.PostFormValue("code"),
		Partner: v.r.PostFormValue("partner")}
	return v.t("Accepted. The lines that wait count in the next run."), "/inbox#codes",
		pipeline.AcceptMatch(v.r.Context(), v.options(), m, who, reason)
}
