package console

import (
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/console/tables"
	"tranche/pipeline/files"
)

// month is the month that an address names, or the newest one.
func (v *visit) month(text string) (time.Time, error) {
	pub, err := v.published()
	if err != nil || text == "" {
		if pub != nil {
			return pub.month, err
		}
		return time.Time{}, err
	}
	month, err := time.Parse("2006-01", text)
	if err != nil {
		return month, errNotThere
	}
	return month, nil
}

func name(month time.Time) string { return month.Format("2006-01") }

var partnersTable = tables.Table{
	Key: "partners", Title: "Partners", Empty: "There is no partner yet.",
	From: `select p.partner_id, p.name, p.country, y.level, l.points_missing, y.earned, b.earned as earned_before,
			y.payable, y.status_points, l.level_next,
			coalesce(after.place < now.place, false) as at_risk, strftime($1::date, '%Y-%m') as month
		from mart.partners as p
		left join mart.payables as y on y.partner_id = p.partner_id and y.month = $1::date
		left join mart.payables as b on b.partner_id = p.partner_id and b.month = $1::date - interval 1 month
		left join mart.partner_levels as l on l.partner_id = p.partner_id and l.month = $1::date
		left join mart.names as now on now.kind = 'level' and now.name = l.level
		left join mart.names as after on after.kind = 'level' and after.name = l.level_next`,
	Columns: []tables.Column{
		{Name: "partner_id", Title: "Partner", Link: "/partners/{partner_id}/{month}"},
		{Name: "name", Title: "Name", Link: "/partners/{partner_id}/{month}"},
		{Name: "country", Title: "Country", Choose: true},
		{Name: "level", Title: "Level", Kind: tables.Name, Choose: true},
		{Name: "level_next", Title: "Level next month", Kind: tables.Name},
		{Name: "at_risk", Title: "Loses its level", Kind: tables.Yes, Choose: true},
		{Name: "points_missing", Title: "Points missing for the next level", Kind: tables.Count},
		{Name: "status_points", Title: "Status points", Kind: tables.Count},
		{Name: "earned", Title: "Earned", Kind: tables.Money},
		{Name: "earned_before", Title: "Earned the month before", Kind: tables.Money},
		{Name: "payable", Title: "Payable", Kind: tables.Money},
		{Name: "month", Title: "Month", Hidden: true},
	},
	Order: "partner_id",
}

func partnersPage(v *visit) (*sheet, error) {
	month, err := v.month(v.r.URL.Query().Get("month"))
	if err != nil {
		return nil, err
	}
	s := &sheet{Title: v.t("Partners in %s", name(month)), Lead: v.t("Amounts are in %s. Choose a partner to see where "+
		"each of its figures comes from.", v.config.Programme.Currency)}
	s.add(links{
		{v.t("Month before"), "/partners?month=" + name(month.AddDate(0, -1, 0))},
		{v.t("Month after"), "/partners?month=" + name(month.AddDate(0, 1, 0))},
	})
	return s, v.list(s, partnersTable, month)
}

// partner finds a partner that the person may see.
func (v *visit) partner() (map[string]string, error) {
	db, err := v.marts()
	if err != nil {
		return nil, err
	}
	p, err := tables.One(v.r.Context(), db, "from mart.partners where partner_id = ?", v.r.PathValue("partner"))
	if err == nil && p == nil {
		err = errNotThere
	}
	return p, err
}

func partnerAddress(id string) string { return "/partners/" + url.PathEscape(id) }

var partnerTables = []tables.Table{
	{
		Key: "months", Title: "Months", Empty: "There is no month yet.",
		From: `select strftime(y.month, '%Y-%m') as month, y.level, y.earned, y.money_entries, y.carried_in, y.payable,
				y.carried_out, y.paid_amount, y.paid_currency, y.status_points, y.spendable, m.status, y.partner_id
			from mart.payables as y join mart.months as m on m.month = y.month where y.partner_id = $1`,
		Columns: []tables.Column{
			{Name: "month", Title: "Month", Link: "/partners/{partner_id}/{month}"},
			{Name: "status", Title: "Status", Kind: tables.Word, Choose: true},
			{Name: "level", Title: "Level", Kind: tables.Name},
			{Name: "earned", Title: "Earned", Kind: tables.Money},
			{Name: "money_entries", Title: "Manual adjustments", Kind: tables.Money},
			{Name: "carried_in", Title: "Carried in", Kind: tables.Money},
			{Name: "payable", Title: "Payable", Kind: tables.Money, Link: "/partners/{partner_id}/{month}"},
			{Name: "carried_out", Title: "Carried out", Kind: tables.Money},
			{Name: "status_points", Title: "Status points", Kind: tables.Count},
			{Name: "spendable", Title: "Points to spend", Kind: tables.Count},
			{Name: "partner_id", Title: "Partner", Hidden: true},
		},
		Order: "month desc",
	},
	{
		Key: "certifications", Title: "Certifications by expiry", Empty: "It holds no certification.",
		From: `select expires_on, certification_code, person_id, category, points, counted_points, is_held, reason,
				awarded_on, file_name, file_line
			from mart.certifications where partner_id = $1`,
		Columns: []tables.Column{
			{Name: "expires_on", Title: "Expires on", Kind: tables.Day},
			{Name: "certification_code", Title: "Certification", Choose: true},
			{Name: "person_id", Title: "Person"},
			{Name: "category", Title: "Category", Kind: tables.Word, Choose: true},
			{Name: "awarded_on", Title: "Awarded on", Kind: tables.Day},
			{Name: "points", Title: "Points", Kind: tables.Count},
			{Name: "counted_points", Title: "Points that count", Kind: tables.Count},
			{Name: "is_held", Title: "Counts", Kind: tables.Yes, Choose: true},
			{Name: "reason", Title: "Why not", Kind: tables.Word, Wide: true},
			{Name: "file_name", Title: "File"},
			{Name: "file_line", Title: "Line", Kind: tables.Count},
		},
		Order: "expires_on nulls last, certification_code, person_id, awarded_on, file_name, file_line",
	},
	{
		Key: "deals", Title: "Deals", Empty: "It has no registered deal.",
		From: `select deal_id, role, status, registered_on, window_from, window_to, end_customer, family, deal_amount,
			partner_base from mart.deals where partner_id = $1`,
		Columns: dealColumns[:len(dealColumns)-1], Order: "deal_id, role, registered_on",
	},
	{
		Key: "points", Title: "Points", Empty: "No points have been posted.",
		From: `select posted_on, kind, category, points, balance, source, entry, file_name, file_line from mart.points_ledger
			where partner_id = $1`,
		Columns: []tables.Column{
			{Name: "posted_on", Title: "Day", Kind: tables.Day},
			{Name: "kind", Title: "What for", Kind: tables.Word, Choose: true},
			{Name: "balance", Title: "Balance", Kind: tables.Word, Choose: true},
			{Name: "points", Title: "Points", Kind: tables.Count},
			{Name: "source", Title: "Source"},
			{Name: "file_name", Title: "File"},
			{Name: "file_line", Title: "Line", Kind: tables.Count},
			{Name: "entry", Title: "Entry", Hidden: true},
		},
		Order: "posted_on desc, entry, balance, points",
	},
	adjustmentsTable,
}

var adjustmentsTable = tables.Table{
	Key: "adjustments", Title: "Adjustments of closed months", Empty: "There is no adjustment.",
	From: `select strftime(month, '%Y-%m') as month, strftime(adjusts_month, '%Y-%m') as adjusts_month, kind, cause,
			coalesce(concat_ws(' ', distributor, document_no || '/' || line_no), description) as what, base, amount, points,
			file_name, file_line, reference
		from mart.adjustments where partner_id = $1`,
	Columns: []tables.Column{
		{Name: "month", Title: "Month"},
		{Name: "adjusts_month", Title: "Adjusts"},
		{Name: "kind", Title: "Kind", Kind: tables.Word, Choose: true},
		{Name: "cause", Title: "Cause", Kind: tables.Cause, Wide: true},
		{Name: "what", Title: "What", Wide: true},
		{Name: "base", Title: "Base", Kind: tables.Money},
		{Name: "amount", Title: "Amount", Kind: tables.Money},
		{Name: "points", Title: "Points", Kind: tables.Count},
		{Name: "file_name", Title: "File"},
		{Name: "file_line", Title: "Line", Kind: tables.Count},
		{Name: "reference", Title: "Reference", Hidden: true},
	},
	Order: "month desc, adjusts_month, kind, reference",
}

func partnerPage(v *visit) (*sheet, error) {
	p, err := v.partner()
	if err != nil {
		return nil, err
	}
	id := p["partner_id"]
	s := &sheet{Title: id + " " + p["name"], Crumbs: links{{v.t("Partners"), "/partners"}}}
	s.add(facts{Rows: []fact{
		{Label: v.t("Country"), Value: p["town"] + " " + p["country"]},
		{Label: v.t("Currency"), Value: p["currency"]},
		{Label: v.t("Language of its statements"), Value: p["language"]},
		{Label: v.t("Modules"), Value: v.namesOf(p["modules"])},
	}})
	c, err := v.bars("Earned by month", `select strftime(month, '%Y-%m'), earned::varchar from mart.payables
		where partner_id = $1 order by month desc limit 12`, id)
	if err != nil {
		return nil, err
	}
	s.add(c)
	for _, t := range partnerTables {
		if err := v.list(s, t, id); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// statementFiles leads to the workbook of a partner and month, where there is one.
func (v *visit) statementFiles(id string, month time.Time) links {
	path := filepath.Join(v.config.Folders.Statements, name(month), pipeline.StatementName(id))
	if !files.Exists(path) {
		return nil
	}
	at := fmt.Sprintf("%s/%s/statement.xlsx", partnerAddress(id), name(month))
	return links{{v.t("Statement as xlsx"), at}}
}
