package console

import (
	"context"
	"strings"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/console/accounts"
	"tranche/pipeline/console/tables"
)

var monthsTable = tables.Table{
	Key: "months", Title: "Months", Empty: "There is no month yet.",
	From: `select strftime(m.month, '%Y-%m') as month, m.status, m.version, m.prepared_by, m.prepared_at, m.approved_by,
			y.partners, y.earned, y.payable, w.held_rows, w.held_amount, w.changes, w.pending_amount
		from mart.months as m
		left join (select month, count(*) as partners, sum(earned) as earned, sum(payable) as payable from mart.payables
			group by month) as y on y.month = m.month
		left join (select month, sum(held_rows) as held_rows, sum(held_amount) as held_amount, sum(changes) as changes,
			sum(pending_amount) as pending_amount from mart.waiting_amounts group by month) as w on w.month = m.month`,
	Columns: []tables.Column{
		{Name: "month", Title: "Month", Link: "/months/{month}"},
		{Name: "status", Title: "Status", Kind: tables.Word, Choose: true},
		{Name: "version", Title: "Edition", Kind: tables.Count},
		{Name: "prepared_by", Title: "Closed by"}, {Name: "prepared_at", Title: "Closed at", Kind: tables.Moment},
		{Name: "approved_by", Title: "Approved by"},
		{Name: "earned", Title: "Earned", Kind: tables.Money}, {Name: "payable", Title: "Payable", Kind: tables.Money},
		{Name: "held_rows", Title: "Held rows", Kind: tables.Count},
		{Name: "held_amount", Title: "Held", Kind: tables.Money},
		{Name: "changes", Title: "Changes that wait", Kind: tables.Count},
		{Name: "pending_amount", Title: "They would move", Kind: tables.Money},
	},
	Order: "month desc",
}

var monthTables = []tables.Table{
	{
		Key: "controls", Title: "Controls: what each distributor sent, and what became of it", Empty: "Nothing was sent.",
		From: `select distributor, currency, lines, net_amount, counted_lines, counted_amount, counted_base, uncounted_lines,
			uncounted_amount, held_lines, held_amount, later_lines, later_amount
			from mart.distributor_months where month = $1::date`,
		Columns: []tables.Column{
			{Name: "distributor", Title: "Distributor"}, {Name: "currency", Title: "Currency"},
			{Name: "lines", Title: "Lines", Kind: tables.Count}, {Name: "net_amount", Title: "Net amount", Kind: tables.Money},
			{Name: "counted_lines", Title: "Lines that count", Kind: tables.Count},
			{Name: "counted_amount", Title: "Their amount", Kind: tables.Money},
			{Name: "uncounted_lines", Title: "Lines that do not count", Kind: tables.Count},
			{Name: "uncounted_amount", Title: "Their amount", Kind: tables.Money},
			{Name: "held_lines", Title: "Held lines", Kind: tables.Count},
			{Name: "held_amount", Title: "Their amount", Kind: tables.Money},
			{Name: "later_lines", Title: "Came later", Kind: tables.Count},
			{Name: "later_amount", Title: "Their amount", Kind: tables.Money},
			{Name: "counted_base", Title: "Base", Kind: tables.Money},
		},
		Order: "distributor, currency",
	},
	{
		Key: "payables", Title: "Payable by partner", Empty: "Nobody is paid.",
		From: `select partner_id, level, earned, money_entries, carried_in, payable, carried_out, paid_amount, paid_currency,
				strftime(month, '%Y-%m') as month
			from mart.payables where month = $1::date`,
		Columns: []tables.Column{
			{Name: "partner_id", Title: "Partner", Link: "/partners/{partner_id}/{month}"},
			{Name: "level", Title: "Level", Kind: tables.Name, Choose: true},
			{Name: "earned", Title: "Earned", Kind: tables.Money},
			{Name: "money_entries", Title: "Manual adjustments", Kind: tables.Money},
			{Name: "carried_in", Title: "Carried in", Kind: tables.Money},
			{Name: "payable", Title: "Payable", Kind: tables.Money},
			{Name: "carried_out", Title: "Carried out", Kind: tables.Money},
			{Name: "paid_amount", Title: "Paid", Kind: tables.Money}, {Name: "paid_currency", Title: "in"},
			{Name: "month", Title: "Month", Hidden: true},
		},
		Order: "partner_id",
	},
	{
		Key: "editions", Title: "What differs from the edition before", Empty: "Nothing does, or there is no edition before.",
		From: `select partner_id, what, incentive, concat_ws(' ', distributor, document_no) as document, line_no, line_key,
				changed, amount_before, amount_after, points_before, points_after
			from mart.version_changes where month = $1::date`,
		Columns: []tables.Column{
			{Name: "partner_id", Title: "Partner", Choose: true}, {Name: "what", Title: "What", Kind: tables.Word, Choose: true},
			{Name: "incentive", Title: "Incentive", Kind: tables.Name}, {Name: "document", Title: "Document"},
			{Name: "line_no", Title: "Line", Kind: tables.Count}, {Name: "changed", Title: "Changed", Wide: true},
			{Name: "amount_before", Title: "Amount before", Kind: tables.Money},
			{Name: "amount_after", Title: "Amount after", Kind: tables.Money},
			{Name: "points_before", Title: "Points before", Kind: tables.Count},
			{Name: "points_after", Title: "Points after", Kind: tables.Count},
			{Name: "line_key", Title: "Key", Hidden: true},
		},
		Order: "partner_id, what, incentive, document, line_no, line_key, changed, amount_before",
	},
}

func monthsPage(v *visit) (*sheet, error) {
	s := &sheet{Title: v.t("Months"),
		Lead: v.t("A closed month never changes. What comes later are adjustments of the first open month.")}
	return s, v.list(s, monthsTable)
}

func monthPage(v *visit) (*sheet, error) {
	month, err := v.month(v.r.PathValue("month"))
	if err != nil {
		return nil, err
	}
	db, err := v.marts()
	if err != nil {
		return nil, err
	}
	is, err := tables.One(v.r.Context(), db, "from mart.months where month = ?", month)
	if err == nil && is == nil {
		err = errNotThere
	}
	if err != nil {
		return nil, err
	}
	s := &sheet{Title: name(month), Crumbs: links{{v.t("Months"), "/months"}}}
	s.add(facts{Rows: []fact{
		{Label: v.t("Status"), Value: v.words.Word(is["status"])},
		{Label: v.t("Edition"), Value: is["version"]},
		{Label: v.t("Closed by"), Value: is["prepared_by"]},
		{Label: v.t("Approved by"), Value: is["approved_by"]},
	}})
	if is["status"] == "open" {
		err = v.addChecklist(s, pipeline.Closing{Month: month})
	} else {
		v.addDecisions(s, is, name(month))
	}
	for _, t := range monthTables {
		if err == nil {
			err = v.list(s, t, month)
		}
	}
	return s, err
}

// addChecklist adds what speaks against closing a month, and the form that closes it.
func (v *visit) addChecklist(s *sheet, k pipeline.Closing) error {
	list, err := pipeline.Checklist(v.r.Context(), v.db, v.options(), k)
	if err != nil {
		return err
	}
	if len(list.Reasons) == 0 {
		s.add(note{Title: v.t("Checklist of the closing"), Text: v.t("Nothing speaks against closing this month.")})
	} else {
		s.Points = list.Reasons
		s.Lead = v.t("This month cannot be closed yet:")
	}
	s.add(form{Title: v.t("Close this month"), Act: accounts.Close, Action: "/months/close", IsGrave: true,
		Note: v.t("A run is made once more, and the month is stated for good."), Submit: v.t("Close %s", name(k.Month)),
		Fields: []field{
			{Name: "month", Kind: "hidden", Value: name(k.Month)},
			{Name: "accept_held", Kind: "checkbox", Label: v.t("also while something is held or rejected")},
			{Name: "accept_pending", Kind: "checkbox", Label: v.t("also while changes wait")},
			{Name: "reason", Kind: "text", Label: v.t("Why that may stay behind")},
			{Name: "without_rate", Kind: "text", Label: v.t("Currencies that may lack a rate"), Note: "GBP, JPY"},
		}})
	return nil
}

// addDecisions adds the forms that approve a closed month, or take it back.
func (v *visit) addDecisions(s *sheet, is map[string]string, month string) {
	if is["status"] == "closed" {
		s.add(form{Title: v.t("Approve this month"), Act: accounts.Approve, Action: "/months/approve",
			Note:   v.t("Its statements are final from then on. Whoever closed it cannot approve it."),
			Submit: v.t("Approve %s", month), Fields: []field{{Name: "month", Kind: "hidden", Value: month}}})
	}
	s.add(form{Title: v.t("Take this month back"), Act: accounts.Close, Action: "/months/reopen", IsGrave: true,
		Note:   v.t("Only the last closed month can be taken back. What it stated is kept beside."),
		Submit: v.t("Reopen %s", month), Fields: []field{{Name: "month", Kind: "hidden", Value: month},
			{Name: "reason", Kind: "text", Label: v.t("Why"), IsNeeded: true}}})
}

// decidedMonth is the month that a form is about.
func (v *visit) decidedMonth() (time.Time, error) {
	month, err := time.Parse("2006-01", v.r.PostFormValue("month"))
	if err != nil {
		return month, wrongf("%s", v.t("Write the month as 2024-08."))
	}
	return month, nil
}

// decideOnMonth does what a form of a month asks for, under the name of the person.
func decideOnMonth(
	v *visit, title, said string, act accounts.Act,
	do func(ctx context.Context, o pipeline.Options, who string) error,
) (string, string, error) {
	who, err := v.decider()
	if err != nil {
		return "", "", err
	}
	month := v.r.PostFormValue("month")
	w := &work{title: title, act: act, said: said, next: "/months/" + month}
	return "", "", v.start(w, func(ctx context.Context, o pipeline.Options) error {
		err := do(ctx, o, who)
		if err == nil && v.Final != nil {
			err = v.Final(o.Config, o.Now)
		}
		return err
	})
}

func closeMonth(v *visit) (string, string, error) {
	month, err := v.decidedMonth()
	if err != nil {
		return "", "", err
	}
	reason := strings.TrimSpace(v.r.PostFormValue("reason"))
	held, pending := v.r.PostFormValue("accept_held") != "", v.r.PostFormValue("accept_pending") != ""
	if (held || pending) != (reason != "") {
		return "", "", wrongf("%s", v.t("Say what may stay behind, and why."))
	}
	k := pipeline.Closing{Month: month, WithoutRate: strings.FieldsFunc(strings.ToUpper(v.r.PostFormValue("without_rate")),
		func(c rune) bool { return c == ',' || c == ' ' || c == ';' })}
	if held {
		k.Accepted = reason
	}
	if pending {
		k.Pending = reason
	}
	return decideOnMonth(v, v.t("Closing %s", name(month)), v.t("%s is closed.", name(month)), accounts.Close,
		func(ctx context.Context, o pipeline.Options, who string) error {
			k.By = who
			_, err := pipeline.Close(ctx, o, k)
			return err
		})
}

func approveMonth(v *visit) (string, string, error) {
	month, err := v.decidedMonth()
	if err != nil {
		return "", "", err
	}
	return decideOnMonth(v, v.t("Approving %s", name(month)), v.t("%s is approved, and its statements are final.",
		name(month)), accounts.Approve, func(ctx context.Context, o pipeline.Options, who string) error {
		_, err := pipeline.Approve(ctx, o, month, who)
		return err
	})
}

func reopenMonth(v *visit) (string, string, error) {
	month, err := v.decidedMonth()
	if err != nil {
		return "", "", err
	}
	reason, err := v.reason()
	if err != nil {
		return "", "", err
	}
	return decideOnMonth(v, v.t("Reopening %s", name(month)), v.t("%s is open again; its statements are drafts.",
		name(month)), accounts.Close, func(ctx context.Context, o pipeline.Options, who string) error {
		_, err := pipeline.Reopen(ctx, o, month, who, reason)
		return err
	})
}
