package oracle

import (
	"fmt"
	"sort"
	"time"

	"github.com/cockroachdb/apd/v3"
)

// Say writes a result as sorted lines of text, each a fact that somebody could
// be paid or promoted by.
func (r Result) Say() []string {
	var out []string
	for _, c := range r.Credits {
		out = append(out, fmt.Sprintf("credit %s %s %d %s %s base %s from %s to %s earned %s points %d",
			c.Distributor, c.Document, c.Line, c.Partner, c.Incentive, twoPlaces(c.Base), twoPlaces(c.Low), twoPlaces(c.High),
			twoPlaces(c.Earned), c.Points))
	}
	for _, l := range r.Levels {
		out = append(out, fmt.Sprintf("level %s %s %s", l.Partner, l.Month.Format(time.DateOnly), l.Level))
	}
	for _, b := range r.Balances {
		out = append(out, fmt.Sprintf("points %s %s status %d of them certified %d spendable %d",
			b.Partner, b.Month.Format(time.DateOnly), b.Status, b.Certificates, b.Spendable))
		if b.Expiring > 0 {
			out = append(out, fmt.Sprintf("lapsing %s %s within 90 days %d", b.Partner, b.Month.Format(time.DateOnly),
				b.Expiring))
		}
	}
	for _, p := range r.Pays {
		out = append(out, fmt.Sprintf("pay %s %s payable %s carried %s", p.Partner, p.Month.Format(time.DateOnly),
			twoPlaces(p.Payable), twoPlaces(p.CarriedOut)))
		if !p.Payable.IsZero() {
			own := "unknown"
			if p.Own != nil {
				own = places(*p.Own, 4)
			}
			out = append(out, fmt.Sprintf("own %s %s %s %s", p.Partner, p.Month.Format(time.DateOnly), p.Currency, own))
		}
	}
	sort.Strings(out)
	return out
}

func twoPlaces(d apd.Decimal) string { return places(d, 2) }

// places writes an amount with so many places, and -0 as 0.
func places(d apd.Decimal, n int32) string {
	var out apd.Decimal
	ctx := apd.BaseContext.WithPrecision(60)
	if _, err := ctx.Quantize(&out, &d, -n); err != nil {
		panic(err)
	}
	if out.IsZero() {
		out.Negative = false
	}
	return out.Text('f')
}

// Question asks the marts for the same lines.
func Question() string {
	return `select 'credit ' || distributor || ' ' || document_no || ' ' || line_no || ' ' || l.partner_id
			|| ' ' || l.incentive
			|| ' base ' || l.base || ' from ' || l.running_lo || ' to ' || l.running_hi
			|| ' earned ' || l.earned || ' points ' || l.points as said
		from mart.statement_lines as l
		union all
		select 'level ' || partner_id || ' ' || month || ' ' || level from mart.partner_levels
		union all
		select 'points ' || partner_id || ' ' || month || ' status ' || status_points
			|| ' of them certified ' || by_certificate
			|| ' spendable ' || spendable from mart.point_balances
		union all
		select 'lapsing ' || partner_id || ' ' || month || ' within 90 days ' || sum(points)
			from mart.ends_soon where kind = 'points' group by partner_id, month
		union all
		select 'pay ' || partner_id || ' ' || month || ' payable ' || payable || ' carried ' || carried_out from mart.payables
		union all
		select 'own ' || partner_id || ' ' || month || ' ' || currency || ' ' || coalesce(payable_own::varchar, 'unknown')
			from mart.payables where payable <> 0
		order by said`
}
