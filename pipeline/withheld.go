package pipeline

import (
	"context"
	"maps"
	"slices"
	"time"

	"tranche/pipeline/ledger"
	"tranche/pipeline/store"
)

// withheld is a workbook that cannot be made.
type withheld struct {
	name, partner string // no partner: the register
	why           error
}

// withhold notes that a workbook cannot be made.
func (w *workbooks) withhold(name, partner string, why error) {
	w.several.Lock()
	defer w.several.Unlock()
	w.withheld = append(w.withheld, withheld{name, partner, why})
}

// reasons are why each withheld workbook cannot be made, by its file. Where a sum has become too large, the largest
// line is where to look.
func (w *workbooks) reasons(ctx context.Context, month time.Time) (map[string]string, error) {
	why := map[string]string{}
	for _, x := range w.withheld {
		largest, err := store.List(ctx, w.session, `
			select 'partner ' || partner_id || ', document ' || document_no || ' line ' || line_no
				|| coalesce(' (' || file_name || ', line ' || file_line || ')', '')
			from mart.statement_lines
			where month <= $1 and ($2 = '' or partner_id = $2)
			order by abs(base) desc, sale_id, partner_id, incentive, month
			limit 1`, func(line *string) []any { return []any{line} }, month, x.partner)
		if err != nil {
			return nil, err
		}
		why[x.name] = x.why.Error()
		for _, line := range largest {
			why[x.name] += "; the largest line so far is " + line
		}
	}
	return why, nil
}

// unlessWithheld says which workbooks of the month cannot be made.
func unlessWithheld(month time.Time, why map[string]string) error {
	o := &Obstacles{Month: ledger.Folder(month)}
	for _, name := range slices.Sorted(maps.Keys(why)) {
		o.say("%s cannot be made: %s", name, why[name])
	}
	return o.orNil()
}
