package console

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tranche/pipeline"
	"tranche/pipeline/console/accounts"
	"tranche/pipeline/console/tables"
	"tranche/pipeline/ledger/audit"
)

const rejectedColumns = `
	select file_id, file_name, file_line, coalesce(column_name, '') as column_name, raw_text, code, sentence, waived,
		coalesce(record_key, '') as record_key, problem, feed
	from rejected`

var rejectsTable = tables.Table{
	Key: "rejects", Title: "Rejected rows", Empty: "No rejected row waits.",
	Note: "A rejected row was not believed. Its sender corrects it and sends it in a new file. What will never come is " +
		"waived.",
	From: pipeline.Rejected + rejectedColumns + ` where waived is null`,
	Columns: []tables.Column{
		{Name: "file_name", Title: "File", Link: "/inbox/rejects/{file_id}"},
		{Name: "file_line", Title: "Line", Kind: tables.Count, Link: "/files/{file_id}/{file_line}"},
		{Name: "column_name", Title: "Column"}, {Name: "raw_text", Title: "Text"},
		{Name: "sentence", Title: "Why", Wide: true}, {Name: "code", Title: "Code", Choose: true},
		{Name: "feed", Title: "Feed", Choose: true}, {Name: "record_key", Title: "Key"},
		{Name: "file_id", Title: "File number", Kind: tables.Count, Hidden: true},
		{Name: "problem", Title: "Problem", Hidden: true},
	},
	Order: "file_id, problem",
}

var refusedFilesTable = tables.Table{
	Key: "files", Title: "Files with rejected rows, and files that were refused", Empty: "Every file was believed whole.",
	From: `select file_id, file_name, feed, landed_at, is_loaded, coalesce(detail, '') as detail, records, rejected,
			waived, waiting, rejected_amount, unread_amounts
		from mart.reconciliation where waiting > 0`,
	Columns: []tables.Column{
		{Name: "file_name", Title: "File", Link: "/inbox/rejects/{file_id}"}, {Name: "feed", Title: "Feed", Choose: true},
		{Name: "landed_at", Title: "Landed", Kind: tables.Moment},
		{Name: "is_loaded", Title: "Loaded", Kind: tables.Yes}, {Name: "detail", Title: "Why not", Wide: true},
		{Name: "records", Title: "Rows", Kind: tables.Count}, {Name: "rejected", Title: "Rejected", Kind: tables.Count},
		{Name: "waived", Title: "Waived", Kind: tables.Count}, {Name: "waiting", Title: "Waiting", Kind: tables.Count},
		{Name: "rejected_amount", Title: "Their amount", Kind: tables.Money},
		{Name: "unread_amounts", Title: "Amounts that cannot be read", Kind: tables.Count},
		{Name: "file_id", Title: "File number", Hidden: true},
	},
	Order: "file_id",
}

var heldTable = tables.Table{
	Key: "held", Title: "Held lines", Empty: "Nothing is held.",
	Note: "What is held was loaded and waits for something. It counts by itself in the first run after that is there.",
	From: `select held_reason, coalesce(what, '') as what, strftime(month, '%Y-%m') as month, partner_id, distributor,
			document_no || '/' || line_no as document, sku, net_amount, currency, file_name, file_line, kind, file_id
		from mart.held_lines`,
	Columns: []tables.Column{
		{Name: "held_reason", Title: "Why", Kind: tables.Word, Choose: true}, {Name: "what", Title: "What for"},
		{Name: "month", Title: "Month", Choose: true}, {Name: "partner_id", Title: "Partner", Link: "/partners/{partner_id}"},
		{Name: "distributor", Title: "Distributor", Choose: true}, {Name: "document", Title: "Document"},
		{Name: "sku", Title: "Product"}, {Name: "net_amount", Title: "Net amount", Kind: tables.Money},
		{Name: "currency", Title: "Currency"}, {Name: "file_name", Title: "File"},
		{Name: "file_line", Title: "Line", Kind: tables.Count, Link: "/files/{file_id}/{file_line}"},
		{Name: "kind", Title: "Kind", Hidden: true}, {Name: "file_id", Title: "File number", Hidden: true},
	},
	Order: "month, kind, file_id, file_line, held_reason, what",
}

var codesTable = tables.Table{
	Key: "codes", Title: "Unknown partner codes", Empty: "Every code is known.",
	From: `select u.distributor, u.partner_code, u.partner_name, u.partner_town, u.partner_country, u.lines, u.first_on,
			u.last_on, p.partner_id, p.name, p.score
		from mart.unknown_codes as u
		left join mart.match_proposals as p on p.distributor = u.distributor and p.partner_code = u.partner_code
		qualify row_number() over (partition by u.distributor, u.partner_code order by p.score desc, p.partner_id) = 1`,
	Columns: []tables.Column{
		{Name: "distributor", Title: "Distributor", Choose: true},
		{Name: "partner_code", Title: "Code", Link: "/inbox/codes/{distributor}/{partner_code}"},
		{Name: "partner_name", Title: "Called"}, {Name: "partner_town", Title: "Town"},
		{Name: "partner_country", Title: "Country"}, {Name: "lines", Title: "Lines", Kind: tables.Count},
		{Name: "first_on", Title: "First on", Kind: tables.Day}, {Name: "last_on", Title: "Last on", Kind: tables.Day},
		{Name: "partner_id", Title: "Could be"}, {Name: "name", Title: "Name"},
		{Name: "score", Title: "Likeness", Kind: tables.Count},
	},
	Order: "distributor, partner_code",
}

var changesTable = tables.Table{
	Key: "changes", Title: "Changes that wait", Empty: "No change waits.",
	Note: "Each would move money that was stated. Until somebody decides, the old version counts.",
	From: `select change_id, kind, subject, change, partner_id, strftime(month, '%Y-%m') as month, lines, base, amount,
			points
		from mart.pending_changes`,
	Columns: []tables.Column{
		{Name: "kind", Title: "Kind", Kind: tables.Word, Choose: true},
		{Name: "subject", Title: "What", Link: "/inbox/changes/{change_id}", Wide: true},
		{Name: "change", Title: "Change", Kind: tables.Change, Wide: true},
		{Name: "partner_id", Title: "Partner", Link: "/partners/{partner_id}", Choose: true},
		{Name: "month", Title: "Month", Choose: true}, {Name: "lines", Title: "Lines", Kind: tables.Count},
		{Name: "base", Title: "Base", Kind: tables.Money}, {Name: "amount", Title: "Amount", Kind: tables.Money},
		{Name: "points", Title: "Points", Kind: tables.Count}, {Name: "change_id", Title: "Change id", Hidden: true},
	},
	Order: "kind, subject, change_id, partner_id, month",
}

var duplicatesTable = tables.Table{
	Key: "duplicates", Title: "Possible duplicates", Empty: "No line looks like another.",
	From: `select document_date, partner_id, sku, quantity, net_amount, currency, distributor,
			document_no || '/' || line_no as document, file_name, file_line, other_distributor,
			other_document_no || '/' || other_line_no as other_document, other_file_name, other_file_line, waits, is_accepted,
			change_id, sale_id, other_sale_id
		from mart.possible_duplicates`,
	Columns: []tables.Column{
		{Name: "document_date", Title: "Day", Kind: tables.Day}, {Name: "partner_id", Title: "Partner"},
		{Name: "sku", Title: "Product"}, {Name: "quantity", Title: "Quantity", Kind: tables.Count},
		{Name: "net_amount", Title: "Net amount", Kind: tables.Money}, {Name: "currency", Title: "Currency"},
		{Name: "distributor", Title: "Distributor", Choose: true}, {Name: "document", Title: "Document"},
		{Name: "file_name", Title: "File"}, {Name: "file_line", Title: "Line", Kind: tables.Count},
		{Name: "other_distributor", Title: "The other: distributor"}, {Name: "other_document", Title: "Document"},
		{Name: "other_file_name", Title: "File"}, {Name: "other_file_line", Title: "Line", Kind: tables.Count},
		{Name: "waits", Title: "Waits", Kind: tables.Yes, Choose: true, Link: "/inbox/changes/{change_id}"},
		{Name: "is_accepted", Title: "Accepted", Kind: tables.Yes}, {Name: "change_id", Title: "Change id", Hidden: true},
		{Name: "sale_id", Title: "Sale", Hidden: true}, {Name: "other_sale_id", Title: "Other sale", Hidden: true},
	},
	Order: "document_date, sale_id, other_sale_id",
}

// inboxPage shows all that waits for a person, one below the other.
func inboxPage(v *visit) (*sheet, error) {
	s := &sheet{Title: v.t("Inbox"), Lead: v.t("What waits for a person, with its amounts.")}
	t, err := v.waitingTiles()
	if err != nil {
		return nil, err
	}
	s.add(t)
	left, err := pipeline.LeftInInbox(v.options())
	if err != nil {
		return nil, err
	}
	for _, a := range left {
		s.Points = append(s.Points, "inbox/"+a.Source+": "+a.Detail)
	}
	waivers, err := pipeline.Waivers(v.config)
	if err != nil {
		return nil, err
	}
	for _, x := range []struct {
		tables.Table
		args []any
	}{{rejectsTable, []any{waivers}}, {refusedFilesTable, nil}, {codesTable, nil}, {heldTable, nil}, {changesTable, nil},
		{duplicatesTable, nil}} {
		if err := v.list(s, x.Table, x.args...); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// rejectsPage shows the rejected rows of a file, to be exported or waived.
func rejectsPage(v *visit) (*sheet, error) {
	file, err := strconv.ParseInt(v.r.PathValue("file"), 10, 64)
	if err != nil {
		return nil, errNotThere
	}
	db, err := v.marts()
	if err != nil {
		return nil, err
	}
	is, err := tables.One(v.r.Context(), db, "from mart.reconciliation where file_id = ? and rejected > 0", file)
	if err == nil && is == nil {
		is, err = tables.One(v.r.Context(), db, "from mart.reconciliation where file_id = ? and not is_loaded", file)
	}
	if err == nil && is == nil {
		err = errNotThere
	}
	if err != nil {
		return nil, err
	}
	waivers, err := pipeline.Waivers(v.config)
	if err != nil {
		return nil, err
	}
	s := &sheet{Title: v.t("Rejected rows of %s", is["file_name"]), Crumbs: links{{v.t("Inbox"), "/inbox#rejects"}},
		Lead: is["detail"]}
	t := rejectsTable
	t.From = pipeline.Rejected + rejectedColumns + ` where waived is null and file_id = $2`
	t.Note = "Download the rows as CSV to send them back to their sender. They are a report, and no file to load."
	waived := rejectsTable
	waived.Key, waived.Title, waived.Note, waived.Empty = "waived", "Waived rows", "", "Nothing has been waived."
	waived.From = pipeline.Rejected + rejectedColumns + ` where waived is not null and file_id = $2`
	waived.Columns = append(slices.Clone(t.Columns), tables.Column{Name: "waived", Title: "Waived", Wide: true})
	if err := v.list(s, t, waivers, file); err != nil {
		return nil, err
	}
	s.add(form{Title: v.t("Waive"), Act: accounts.Waive, Action: "/inbox/waive", Submit: v.t("Waive"),
		Note: v.t("The rows stay rejected and wait for nobody any more. Without a line and a code it is the whole file."),
		Fields: []field{
			{Name: "file", Kind: "hidden", Value: v.r.PathValue("file")},
			{Name: "line", Kind: "number", Label: v.t("Line"), Note: v.t("one line only")},
			{Name: "codes", Kind: "text", Label: v.t("Codes"), Note: v.t("only the rows rejected for none but these")},
			{Name: "reason", Kind: "text", Label: v.t("Why"), IsNeeded: true},
		}})
	return s, v.list(s, waived, waivers, file)
}

func waive(v *visit) (said, next string, err error) {
	who, err1 := v.decider()
	reason, err2 := v.reason()
	if err := errors.Join(err1, err2); err != nil {
		return "", "", cmp.Or(err1, err2)
	}
	file := v.r.PostFormValue("file")
	line, err := strconv.ParseInt(cmp.Or(v.r.PostFormValue("line"), "0"), 10, 64)
	if err != nil || line < 0 {
		return "", "", wrongf("%s", v.t("Lines are counted from 1."))
	}
	codes := strings.FieldsFunc(v.r.PostFormValue("codes"), func(c rune) bool { return c == ',' || c == ' ' })
	slices.Sort(codes)
	if line > 0 && len(codes) > 0 {
		return "", "", wrongf("%s", v.t("Name a line or codes: a line is waived with all its reasons."))
	}
	err = pipeline.Waive(v.r.Context(), v.options(), file, audit.Decision{Line: line, Who: who, Reason: reason,
		Codes: strings.Join(slices.Compact(codes), ",")})
	return v.t("Waived. The tables and the register show it from the next run on."),
		"/inbox/rejects/" + url.PathEscape(file), err
}

// changePage shows one change that waits.
func changePage(v *visit) (*sheet, error) {
	id := v.r.PathValue("change")
	db, err := v.marts()
	if err != nil {
		return nil, err
	}
	is, err := tables.One(v.r.Context(), db, "from mart.pending_changes where change_id = ? order by all limit 1", id)
	if err == nil && is == nil {
		err = errNotThere
	}
	if err != nil {
		return nil, err
	}
	s := &sheet{Title: v.words.Word(is["kind"]) + " " + is["subject"], Crumbs: links{{v.t("Inbox"), "/inbox#changes"}},
		Lead: v.words.Change(is["kind"], is["change"])}
	t := changesTable
	t.From += " where change_id = $1"
	t.Note = ""
	err = v.list(s, t, id)
	for _, act := range []struct{ act, title, note string }{
		{audit.Accept, v.t("Accept"), v.t("What it moves belongs to the first open month, from the next run on.")},
		{audit.Refuse, v.t("Refuse"), v.t("The old version goes on counting.")},
	} {
		s.add(form{Title: act.title, Note: act.note, Act: accounts.Judge, Action: "/inbox/judge", Submit: act.title,
			IsGrave: act.act == audit.Refuse, Fields: []field{
				{Name: "change", Kind: "hidden", Value: id}, {Name: "act", Kind: "hidden", Value: act.act},
				{Name: "reason", Kind: "text", Label: v.t("Why"), IsNeeded: true},
			}})
	}
	return s, err
}

func judge(v *visit) (said, next string, err error) {
	who, err1 := v.decider()
	reason, err2 := v.reason()
	if err := cmp.Or(err1, err2); err != nil {
		return "", "", err
	}
	act := v.r.PostFormValue("act")
	if act != audit.Accept && act != audit.Refuse {
		return "", "", errNotThere
	}
	all, err := pipeline.PendingChanges(v.r.Context(), v.config)
	if err != nil {
		return "", "", err
	}
	chosen := slices.DeleteFunc(all, func(c pipeline.Change) bool { return c.ID != v.r.PostFormValue("change") })
	if len(chosen) == 0 {
		return "", "", wrongf("%s", v.t("This change does not wait any more."))
	}
	said = v.t("Accepted. It counts from the next run on.")
	if act == audit.Refuse {
		said = v.t("Refused. It waits no longer from the next run on.")
	}
	return said, "/inbox#changes", pipeline.DecideChanges(v.options(), chosen, act, who, reason)
}

// run starts a run, as the night does.
func run(v *visit) (string, string, error) {
	w := &work{title: v.t("A run"), act: accounts.Run, said: v.t("The run has ended well."), next: "/"}
	return "", "", v.start(w, func(ctx context.Context, o pipeline.Options) error {
		_, err := pipeline.Run(ctx, o)
		if err != nil {
			return fmt.Errorf("run: %w", err)
		}
		return nil
	})
}
