package config

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"tranche/pipeline/programme"
)

type journalFile struct {
	Expense     map[string]string `is:"must" doc:"The account of each incentive's expense"`
	Adjustments string            `is:"must" doc:"The account of adjustments"`
	Accrued     string            `is:"must" doc:"The account of accruals"`
	Payable     string            `is:"must" doc:"The account of payables"`
	Expected    string            `doc:"The account of accruals at the expected rate; usually accrued"`
	Company     string            `doc:"The company code of every posting"`
	CostCentre  string            `yaml:"cost_centre" doc:"The cost centre of every posting"`
	CostCentres map[string]string `yaml:"cost_centres" doc:"Other cost centres, by incentive"`
	Vendors     string            `doc:"A CSV of partner_id,vendor_no with the vendor numbers of partners"`

	Dimensions map[string]map[string]string `doc:"Further dimensions: by name, by incentive or default"`
	Exports    []journalExportFile          `doc:"How accounting systems want the journal, a file for each"`
}

type journalExportFile struct {
	Name      string              `is:"must" doc:"The file is journal_NAME.csv"`
	Delimiter string              `doc:"Usually a comma; tab for a tabulator"`
	Decimal   string              `doc:"The decimal mark; usually a point"`
	Dates     string              `doc:"Such as dd.mm.yyyy or yyyymmdd; usually yyyy-mm-dd"`
	Header    *bool               `doc:"A first row with the names of the columns; usually true"`
	Sides     map[string]string   `doc:"What debit and credit are called in the field side"`
	Columns   []journalColumnFile `is:"must" doc:"The columns in their order"`
}

type journalColumnFile struct {
	Head  string `is:"must" doc:"The name of the column"`
	Field string `doc:"The field of a posting that it has"`
	Text  string `doc:"Or: a text that is always the same"`
}

// journal reads the accounts a month is booked to, and how accounting systems want the postings.
func (r *reader) journal(base string, f *journalFile, p programme.Programme) *Journal {
	if f == nil {
		return nil
	}
	known := map[string]bool{}
	for _, in := range p.Incentives() {
		known[in.Name] = true
		if f.Expense[in.Name] == "" {
			r.fault("$.journal.expense", "%s has no account", in.Name)
		}
	}
	accounts := map[string]string{"adjustments": f.Adjustments, "accrued": f.Accrued, "payable": f.Payable}
	for _, key := range slices.Sorted(maps.Keys(accounts)) {
		if accounts[key] == "" {
			r.fault("$.journal", "%s needs an account", key)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.CostCentres)) {
		if !known[name] {
			r.fault("$.journal.cost_centres", "%s is no incentive of the programme", name)
		}
	}
	dimensions := map[string]map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(f.Dimensions)) {
		dimensions[name] = map[string]string{}
		for _, incentive := range slices.Sorted(maps.Keys(f.Dimensions[name])) {
			of := incentive
			if incentive == "default" {
				of = ""
			} else if !known[incentive] {
				r.fault("$.journal.dimensions."+name, "%s is no incentive of the programme, and not default", incentive)
			}
			dimensions[name][of] = f.Dimensions[name][incentive]
		}
	}
	j := &Journal{Expense: f.Expense, Adjustments: f.Adjustments, Accrued: f.Accrued, Payable: f.Payable,
		Expected: f.Expected, Company: f.Company, CostCentre: f.CostCentre, CostCentres: f.CostCentres,
		Vendors: r.vendors(base, f.Vendors), Dimensions: dimensions}
	for i, e := range f.Exports {
		if slices.ContainsFunc(j.Exports, func(x JournalExport) bool { return x.Name == e.Name }) {
			r.fault(fmt.Sprintf("$.journal.exports[%d].name", i), "there are two exports named %s", e.Name)
		}
		j.Exports = append(j.Exports, r.journalExport(fmt.Sprintf("$.journal.exports[%d]", i), e, f.Dimensions))
	}
	return j
}

// vendors reads the vendor numbers of partners.
func (r *reader) vendors(base, path string) map[string]string {
	const at = "$.journal.vendors"
	if path == "" {
		return nil
	}
	data, err := os.ReadFile(beside(base, path))
	if err != nil {
		r.fault(at, "it cannot be read: %v", err)
		return nil
	}
	return r.pairs(at, path, data, "vendor_no", "vendor numbers")
}

// journalFields are what a column of an export can have.
func journalFields() []string {
	return []string{"entry", "date", "period", "account", "debit", "credit", "amount", "absolute", "side", "currency",
		"partner_id", "vendor_no", "kind", "text", "reference", "edition", "paid_currency", "paid_amount", "document_no",
		"company", "cost_centre", "incentive", "dimensions"}
}

func (r *reader) journalExport(at string, f journalExportFile, dimensions map[string]map[string]string) JournalExport {
	e := JournalExport{Name: f.Name, Delimiter: ',', Decimal: f.Decimal, Headless: f.Header != nil && !*f.Header,
		Sides: f.Sides}
	if !regexp.MustCompile(`^[a-z0-9-]+$`).MatchString(f.Name) || f.Name == "standing" {
		r.fault(at+".name", "%q is no name of a file: use small letters, digits and dashes, and not standing", f.Name)
	}
	switch letters := []rune(strings.Replace(f.Delimiter, "tab", "\t", 1)); {
	case len(letters) == 1:
		e.Delimiter = letters[0]
	case len(letters) > 1:
		r.fault(at+".delimiter", "%q is more than one character", f.Delimiter)
	}
	e.Dates = strings.NewReplacer("yyyy", "2006", "mm", "01", "dd", "02", "yy", "06").Replace(f.Dates)
	if strings.ContainsFunc(e.Dates, unicode.IsLetter) {
		r.fault(at+".dates", "%q is no date; write it with dd, mm, and yyyy or yy, as in dd.mm.yyyy", f.Dates)
	}
	for _, side := range slices.Sorted(maps.Keys(f.Sides)) {
		if side != "debit" && side != "credit" {
			r.fault(at+".sides", "%q is no side of a posting; there are debit and credit", side)
		}
	}
	for i, c := range f.Columns {
		if c.Field != "" && c.Text != "" {
			r.fault(fmt.Sprintf("%s.columns[%d]", at, i), "a column has a field of the posting, or a text of its own, not both")
		}
		name, isDimension := strings.CutPrefix(c.Field, "dimension.")
		_, hasDimension := dimensions[name]
		switch {
		case c.Field == "" || isDimension && hasDimension || slices.Contains(journalFields(), c.Field):
		default:
			r.fault(fmt.Sprintf("%s.columns[%d].field", at, i), "%q is no field of a posting; there are %s, and dimension.NAME",
				c.Field, strings.Join(journalFields(), ", "))
		}
		e.Columns = append(e.Columns, JournalColumn(c))
	}
	return e
}
