package ledger

import (
	"context"
	"slices"
	"strings"
	"time"

	"tranche/pipeline/store"
)

// unyearly is a month with stated lines of a feed whose document numbers began to be yearly later.
type unyearly struct {
	month time.Time
	feed  string
}

// withoutYears are the months whose stated keys lack the year of the document, though their feeds are yearly now.
func withoutYears(months []Closed, yearly []string) (list []unyearly) {
	for _, c := range months {
		for _, then := range c.Keys {
			if !then.Yearly && slices.Contains(yearly, then.Feed) {
				list = append(list, unyearly{c.First, then.Feed})
			}
		}
	}
	return list
}

// named makes a text that tells these months apart, for the name of a cache.
func named(list []unyearly) string {
	var text strings.Builder
	for _, u := range list {
		text.WriteString(" " + Folder(u.month) + " " + u.feed)
	}
	return text.String()
}

// addYears gives the stated keys the year of their document where they lack it, and their credits the names that follow
// from it.
func (l *Ledger) addYears(ctx context.Context, db *store.Session, schema string, yearly []string) error {
	err := addYears(ctx, db, schema, "", withoutYears(l.Months, yearly), datedLines+datedParts)
	if err == nil {
		err = addYears(ctx, db, schema, "replaced_", withoutYears(l.Replaced, yearly), datedLines)
	}
	return err
}

func addYears(ctx context.Context, db *store.Session, schema, prefix string, list []unyearly, views string) error {
	if len(list) == 0 {
		return nil
	}
	table := schema + "." + prefix
	if err := db.Exec(ctx, "create table "+table+"unyearly (month date, feed varchar)"); err != nil {
		return err
	}
	for _, u := range list {
		if err := db.Exec(ctx, "insert into "+table+"unyearly values (?, ?)", u.month, u.feed); err != nil {
			return err
		}
	}
	return db.Exec(ctx, strings.NewReplacer("@.", schema+".", "@", table, "#", prefix).Replace(views))
}

// datedLines replaces the view of stated lines.
const datedLines = `
	alter view @lines rename to #lines_before;
	create view @keys as
		with dated as (
			select month, credit_id, distributor, document_no, line_no, partner_id, incentive,
				if(line_key = '', '', line_key || ' / ') || year(document_date) as line_key,
				terms_document || ' ' || year(terms_date) as terms_document, matched_sale::varchar[] as sold,
				[sold[1], sold[2], if(sold[3] = '', '', sold[3] || ' / ') || year(terms_date)]::varchar as of_sale,
				if(matched_sale is null, null, of_sale) as matched_sale
			from @lines_before
			where (month, sale_id // 10000000000) in (select (u.month, f.file_id) from @unyearly as u
				join store.raw.files as f using (feed))
		)
		select month, credit_id, line_key, terms_document, matched_sale, md5(concat_ws(chr(31), distributor, document_no,
			line_no, line_key, partner_id, incentive, matched_sale))::uuid as now
		from dated;
	create view @lines as
		select lines.* replace (coalesce(keys.line_key, lines.line_key) as line_key,
			coalesce(keys.terms_document, lines.terms_document) as terms_document,
			coalesce(keys.matched_sale, lines.matched_sale) as matched_sale,
			coalesce(keys.now, lines.credit_id) as credit_id)
		from @lines_before as lines
		left join @keys as keys using (month, credit_id);`

// datedParts replaces the views of what names their credits.
const datedParts = `
	alter view @slices rename to slices_before;
	create view @slices as
		select slices.* replace (coalesce(keys.now, slices.credit_id) as credit_id)
		from @slices_before as slices
		left join @keys as keys using (month, credit_id);
	alter view @adjustments rename to adjustments_before;
	create view @adjustments as
		select adjustments.* replace (coalesce(keys.now::varchar, adjustments.reference) as reference,
			coalesce(keys.line_key, adjustments.line_key) as line_key)
		from @adjustments_before as adjustments
		left join @keys as keys
			on keys.month = adjustments.month and keys.credit_id::varchar = adjustments.reference;`
