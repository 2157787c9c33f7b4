package console

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/console/accounts"
	"tranche/pipeline/console/tables"
	"tranche/reports/xlsx"
)

var partnerMonthTables = []tables.Table{
	{
		Key: "incentives", Title: "What was earned, by incentive", Empty: "Nothing was earned.",
		From: `select incentive, lines, base, earned, points, year_base, year_earned from mart.statements
			where partner_id = $1 and month = $2::date`,
		Columns: []tables.Column{
			{Name: "incentive", Title: "Incentive", Kind: tables.Name},
			{Name: "lines", Title: "Lines", Kind: tables.Count},
			{Name: "base", Title: "Base", Kind: tables.Money},
			{Name: "earned", Title: "Earned", Kind: tables.Money},
			{Name: "points", Title: "Points", Kind: tables.Count},
			{Name: "year_base", Title: "Base this year", Kind: tables.Money},
			{Name: "year_earned", Title: "Earned this year", Kind: tables.Money},
		},
		Order: "incentive",
	},
	{
		Key: "tranches", Title: "By tranche", Empty: "No tranche was reached.",
		From: `select incentive, valid_from, level, method, family, tranche, from_amount, to_amount, rate, month_base,
				month_earned, year_base, year_earned, schedule
			from mart.margin where partner_id = $1 and month = $2::date`,
		Columns: []tables.Column{
			{Name: "incentive", Title: "Incentive", Kind: tables.Name, Choose: true},
			{Name: "valid_from", Title: "Rules since", Kind: tables.Day},
			{Name: "level", Title: "Level", Kind: tables.Name},
			{Name: "method", Title: "Method", Kind: tables.Word},
			{Name: "family", Title: "Family"},
			{Name: "tranche", Title: "Tranche", Kind: tables.Count},
			{Name: "from_amount", Title: "From", Kind: tables.Money},
			{Name: "to_amount", Title: "To", Kind: tables.Money},
			{Name: "rate", Title: "Rate", Kind: tables.Rate},
			{Name: "month_base", Title: "Base", Kind: tables.Money},
			{Name: "month_earned", Title: "Earned", Kind: tables.Money},
			{Name: "year_base", Title: "Base this year", Kind: tables.Money},
			{Name: "year_earned", Title: "Earned this year", Kind: tables.Money},
			{Name: "schedule", Title: "Schedule", Hidden: true},
		},
		Order: "incentive, valid_from, schedule, tranche, from_amount, rate",
	},
	{
		Key: "lines", Title: "Lines", Empty: "No line counts in the month.",
		From: `select incentive, document_date, distributor, document_no || '/' || line_no as document, end_customer, sku,
				family, base, running_lo, running_hi, earned, points, deal_id, file_name, file_line, partner_id,
				strftime(month, '%Y-%m') as month, credit_id, sequence
			from mart.statement_lines where partner_id = $1 and month = $2::date`,
		Columns: []tables.Column{
			{Name: "document_date", Title: "Day", Kind: tables.Day,
				Link: "/partners/{partner_id}/{month}/lines/{credit_id}"},
			{Name: "incentive", Title: "Incentive", Kind: tables.Name, Choose: true},
			{Name: "distributor", Title: "Distributor", Choose: true},
			{Name: "document", Title: "Document", Link: "/partners/{partner_id}/{month}/lines/{credit_id}"},
			{Name: "end_customer", Title: "End customer"},
			{Name: "sku", Title: "Product"},
			{Name: "family", Title: "Family", Choose: true},
			{Name: "base", Title: "Base", Kind: tables.Money},
			{Name: "running_lo", Title: "Position before", Kind: tables.Money},
			{Name: "running_hi", Title: "Position after", Kind: tables.Money},
			{Name: "earned", Title: "Earned", Kind: tables.Money},
			{Name: "points", Title: "Points", Kind: tables.Count},
			{Name: "deal_id", Title: "Deal"},
			{Name: "file_name", Title: "File"},
			{Name: "file_line", Title: "Line", Kind: tables.Count},
			{Name: "partner_id", Title: "Partner", Hidden: true}, {Name: "month", Title: "Month", Hidden: true},
			{Name: "credit_id", Title: "Credit", Hidden: true}, {Name: "sequence", Title: "Sequence", Hidden: true},
		},
		Order: "incentive, sequence, credit_id",
	},
	{
		Key: "uncounted", Title: "Lines that do not count", Empty: "Every line counts.",
		From: `select document_date, reason, incentive, distributor, document_no || '/' || line_no as document, sku, family,
				base, deal_id, file_name, file_line, sale_id
			from mart.uncounted_lines where partner_id = $1 and month = $2::date`,
		Columns: []tables.Column{
			{Name: "document_date", Title: "Day", Kind: tables.Day},
			{Name: "reason", Title: "Why not", Kind: tables.Word, Choose: true, Wide: true},
			{Name: "incentive", Title: "Incentive", Kind: tables.Name},
			{Name: "distributor", Title: "Distributor"}, {Name: "document", Title: "Document"},
			{Name: "sku", Title: "Product"}, {Name: "family", Title: "Family"},
			{Name: "base", Title: "Base", Kind: tables.Money}, {Name: "deal_id", Title: "Deal"},
			{Name: "file_name", Title: "File"}, {Name: "file_line", Title: "Line", Kind: tables.Count},
			{Name: "sale_id", Title: "Sale", Hidden: true},
		},
		Order: "document_date, incentive, file_name, file_line, sale_id",
	},
	{
		Key: "entries", Title: "Manual adjustments", Empty: "There is none.",
		From: `select entry_id, posted_on, amount, reason, entered_by, file_name, file_line from mart.money_entries
			where partner_id = $1 and month = $2::date`,
		Columns: []tables.Column{
			{Name: "entry_id", Title: "Entry"}, {Name: "posted_on", Title: "Day", Kind: tables.Day},
			{Name: "amount", Title: "Amount", Kind: tables.Money}, {Name: "reason", Title: "Reason", Wide: true},
			{Name: "entered_by", Title: "Entered by"}, {Name: "file_name", Title: "File"},
			{Name: "file_line", Title: "Line", Kind: tables.Count},
		},
		Order: "posted_on, entry_id, file_name, file_line",
	},
	{
		Key: "gaps", Title: "What the next level needs", Empty: "There is no higher level, or nothing is missing.",
		From: `select next_level, requirement, category, has, needs from mart.level_gaps
			where partner_id = $1 and month = $2::date`,
		Columns: []tables.Column{
			{Name: "next_level", Title: "Level", Kind: tables.Name},
			{Name: "requirement", Title: "Requirement", Kind: tables.Word},
			{Name: "category", Title: "Category", Kind: tables.Word},
			{Name: "has", Title: "Has", Kind: tables.Count}, {Name: "needs", Title: "Needs", Kind: tables.Count},
		},
		Order: "next_level, requirement, category",
	},
}

func partnerMonthPage(v *visit) (*sheet, error) {
	p, err := v.partner()
	if err != nil {
		return nil, err
	}
	month, err := v.month(v.r.PathValue("month"))
	if err != nil {
		return nil, err
	}
	id := p["partner_id"]
	pay, err := tables.One(v.r.Context(), v.db, "from mart.payables where partner_id = ? and month = ?", id, month)
	if err != nil {
		return nil, err
	}
	s := &sheet{Title: fmt.Sprintf("%s %s, %s", id, p["name"], name(month)),
		Crumbs: links{{v.t("Partners"), "/partners?month=" + name(month)}, {id, partnerAddress(id)}}}
	if pay == nil {
		s.Lead = v.t("Nothing is stated of this month.")
		return s, nil
	}
	s.add(v.payTiles(pay))
	if files := v.statementFiles(id, month); files != nil {
		s.add(files)
	}
	for _, t := range partnerMonthTables {
		if err := v.list(s, t, id, month); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// payTiles are how what is payable comes about.
func (v *visit) payTiles(pay map[string]string) tiles {
	money := func(text string) string { return v.words.Number(text) + " " + v.config.Programme.Currency }
	list := tiles{
		{Label: v.t("Payable"), Value: money(pay["payable"]), To: "#incentives",
			Note: v.t("earned %s, entered %s, carried in %s, carried out %s", v.words.Number(pay["earned"]),
				v.words.Number(pay["money_entries"]), v.words.Number(pay["carried_in"]), v.words.Number(pay["carried_out"]))},
		{Label: v.t("Level"), Value: v.name(pay["level"]), To: "#gaps"},
		{Label: v.t("Status points"), Value: v.words.Number(pay["status_points"])},
		{Label: v.t("Points to spend"), Value: v.words.Number(pay["spendable"])},
	}
	if pay["paid_currency"] != v.config.Programme.Currency && pay["paid_currency"] != "" {
		list[0].Note += "; " + v.t("paid %s %s", v.words.Number(pay["paid_amount"]), pay["paid_currency"])
	}
	return list
}

// linePage shows what one line earned, and where it stands in its file.
func linePage(v *visit) (*sheet, error) {
	p, err := v.partner()
	if err != nil {
		return nil, err
	}
	month, err := v.month(v.r.PathValue("month"))
	if err != nil {
		return nil, err
	}
	id, credit := p["partner_id"], v.r.PathValue("credit")
	line, err := tables.One(v.r.Context(), v.db, `from mart.statement_lines where partner_id = $1 and month = $2::date
		and credit_id::varchar = $3 order by sequence limit 1`, id, month, credit)
	if err == nil && line == nil {
		err = errNotThere
	}
	if err != nil {
		return nil, err
	}
	number := line["document_no"] + "/" + line["line_no"]
	if line["document_no"] == "" {
		number = line["deal_id"]
	}
	s := &sheet{Title: v.t("Line %s of %s", number, line["distributor"]), Crumbs: links{{v.t("Partners"), "/partners"},
		{id, partnerAddress(id)}, {name(month), partnerAddress(id) + "/" + name(month)}}}
	s.add(v.lineFacts(line))
	for _, t := range lineTables {
		if err := v.list(s, t, id, month, credit); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (v *visit) lineFacts(line map[string]string) facts {
	own := v.config.Programme.Currency
	number := func(label, value, unit string) fact {
		return fact{Label: v.t(label), Value: v.words.Number(value) + " " + unit, IsNumber: true}
	}
	list := facts{Rows: []fact{
		{Label: v.t("Incentive"), Value: v.name(line["incentive"])},
		{Label: v.t("Day"), Value: v.day(line["document_date"])},
		{Label: v.t("Product"), Value: line["sku"] + " " + line["product_name"]},
		{Label: v.t("Level"), Value: v.name(line["level"])},
		{Label: v.t("Method"), Value: v.words.Word(line["method"])},
	}}
	if line["end_customer"] != "" {
		list.Rows = append(list.Rows, fact{Label: v.t("End customer"), Value: line["end_customer"]})
	}
	if line["net_amount"] != "" {
		list.Rows = append(list.Rows, number("Net amount", line["net_amount"], line["currency"]),
			number("Value", line["amount"], own))
	}
	list.Rows = append(list.Rows, number("Base", line["base"], own),
		number("Position before", line["lo"], own), number("Position after", line["hi"], own),
		number("Earned by rates", line["by_rate"], own), number("After the limits", line["before_cap"], own),
		number("Earned", line["earned"], own), number("Points", line["points"], ""))
	file := fact{Label: v.t("File and line"), Value: v.t("%s, line %s", line["file_name"], line["file_line"])}
	if sale, err := strconv.ParseInt(line["sale_id"], 10, 64); err == nil && line["file_line"] != "" {
		file.To = fmt.Sprintf("/files/%d/%s", sale/fileLines, line["file_line"])
	}
	list.Rows = append(list.Rows, file)
	return list
}

// fileLines is what a sale_id counts the file by: number of its file x 10^10 + line.
const fileLines = 10_000_000_000

var lineTables = []tables.Table{
	{
		Key: "slices", Title: "The part in each tranche", Empty: "It lies in no tranche.",
		From: `select tranche, from_amount, to_amount, rate, fill_before, fill_after, base, earned, through_tranche
			from mart.tranche_slices where partner_id = $1 and month = $2::date and credit_id::varchar = $3`,
		Columns: []tables.Column{
			{Name: "tranche", Title: "Tranche", Kind: tables.Count},
			{Name: "through_tranche", Title: "To tranche", Kind: tables.Count},
			{Name: "from_amount", Title: "From", Kind: tables.Money},
			{Name: "to_amount", Title: "To", Kind: tables.Money},
			{Name: "rate", Title: "Rate", Kind: tables.Rate},
			{Name: "fill_before", Title: "Filled before", Kind: tables.Money},
			{Name: "fill_after", Title: "Filled after", Kind: tables.Money},
			{Name: "base", Title: "Base", Kind: tables.Money},
			{Name: "earned", Title: "Earned", Kind: tables.Money},
		},
		Order: "tranche, from_amount, rate, base, earned, fill_before",
	},
	{
		Key: "movements", Title: "Every movement of the line", Empty: "There is none.",
		From: `select strftime(month, '%Y-%m') as month, sequence, base, earned, points, running_lo, running_hi, level,
				method, file_name, file_line
			from mart.statement_lines where partner_id = $1 and $2::date is not null and credit_id::varchar = $3`,
		Columns: []tables.Column{
			{Name: "month", Title: "Month"}, {Name: "base", Title: "Base", Kind: tables.Money},
			{Name: "running_lo", Title: "Position before", Kind: tables.Money},
			{Name: "running_hi", Title: "Position after", Kind: tables.Money},
			{Name: "earned", Title: "Earned", Kind: tables.Money}, {Name: "points", Title: "Points", Kind: tables.Count},
			{Name: "level", Title: "Level", Kind: tables.Name}, {Name: "method", Title: "Method", Kind: tables.Word},
			{Name: "file_name", Title: "File"}, {Name: "file_line", Title: "Line", Kind: tables.Count},
			{Name: "sequence", Title: "Sequence", Hidden: true},
		},
		Order: "month, sequence",
	},
}

// filePage shows a physical line of a landed file, as its sender wrote it.
func filePage(v *visit) (*sheet, error) {
	file, err1 := strconv.ParseInt(v.r.PathValue("file"), 10, 64)
	line, err2 := strconv.ParseInt(v.r.PathValue("line"), 10, 64)
	if err1 != nil || err2 != nil || file < 1 || line < 1 || file > 1e8 || line >= fileLines {
		return nil, errNotThere
	}
	if !v.person.May(accounts.See) { // of their partners' own sales only
		db, err := v.marts()
		if err != nil {
			return nil, err
		}
		mine, err := tables.One(v.r.Context(), db, "select 1 from mart.statement_lines where sale_id = ? limit 1",
			file*fileLines+line)
		if err != nil || mine == nil {
			return nil, errNotThere
		}
	}
	found, err := pipeline.ReadLandedLine(v.config, file, line)
	if err != nil {
		return nil, err
	}
	s := &sheet{Title: v.t("%s, line %d", found.File.Name, line)}
	s.add(facts{Rows: []fact{
		{Label: v.t("Landed"), Value: v.moment(found.File.LandedAt)},
		{Label: v.t("File number"), Value: strconv.FormatInt(file, 10)},
		{Label: "SHA-256", Value: found.File.SHA256},
	}}, note{Title: v.t("As its sender wrote it"), Text: found.Text, IsSource: true})
	return s, nil
}

// statementFile sends the workbook of a partner and month, as it is published.
func statementFile(v *visit) (*sheet, error) {
	p, err := v.partner()
	if err != nil {
		return nil, err
	}
	month, err := time.Parse("2006-01", v.r.PathValue("month"))
	if err != nil {
		return nil, errNotThere
	}
	base := pipeline.StatementName(p["partner_id"])
	path := filepath.Join(v.config.Folders.Statements, name(month), base)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, errNotThere
	}
	return nil, download{name(month) + "_" + base, xlsx.MIME, func(out *bytes.Buffer) error {
		_, err := out.Write(data)
		return err
	}}
}
