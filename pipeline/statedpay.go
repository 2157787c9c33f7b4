package pipeline

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/ledger"
	"tranche/pipeline/ledger/audit"
	"tranche/pipeline/store"
)

// StatedPay is what one edition of a month's statements pays, in the programme currency.
type StatedPay struct {
	Version  int
	Replaces int    // the final edition before it; 0: none
	Currency string // of the amounts
	Total    string
	Before   string // what the edition that it replaces paid
	Moved    string // Total less Before
	Partners []PaidPartner
}

// PaidPartner is what one partner is paid, and was by the edition before.
type PaidPartner struct{ Partner, Name, Payable, Before string }

// PayOf reads what a closed month pays. Of a month that was reopened it is what its last final edition paid.
func PayOf(ctx context.Context, c *config.Config, month time.Time) (*StatedPay, error) {
	log, err := audit.Read(c.Folders.Audit())
	if err != nil {
		return nil, err
	}
	standing, before := ledger.Editions(c.Folders.Closed, log, month)
	if standing == nil {
		standing, before = before, nil
	}
	if standing == nil {
		return nil, fmt.Errorf("%s has no final statements", MonthName(month))
	}
	s, err := store.Open(ctx, store.Options{MemoryLimit: c.Database.MemoryLimit, Threads: 1})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	pay := &StatedPay{Version: standing.Version, Currency: c.Programme.Currency}
	was := "(select null::varchar as partner_id, null::decimal(18,2) as payable where false)"
	if before != nil {
		pay.Replaces = before.Version
		was = parquet(before.Folder, "pay")
	}
	rows, err := s.Query(ctx, `select coalesce(n.partner_id, o.partner_id), coalesce(p.name, ''),
			coalesce(n.payable, 0)::decimal(18,2)::varchar, coalesce(o.payable, 0)::decimal(18,2)::varchar,
			sum(coalesce(n.payable, 0)) over ()::decimal(18,2)::varchar,
			sum(coalesce(o.payable, 0)) over ()::decimal(18,2)::varchar,
			(sum(coalesce(n.payable, 0)) over () - sum(coalesce(o.payable, 0)) over ())::decimal(18,2)::varchar
		from `+parquet(standing.Folder, "pay")+` as n
		full join `+was+` as o on o.partner_id = n.partner_id
		left join `+parquet(standing.Folder, "partners")+` as p on p.partner_id = n.partner_id
		order by 1`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p PaidPartner
		if err := rows.Scan(&p.Partner, &p.Name, &p.Payable, &p.Before, &pay.Total, &pay.Before, &pay.Moved); err != nil {
			return nil, err
		}
		pay.Partners = append(pay.Partners, p)
	}
	return pay, errors.Join(rows.Err())
}

func parquet(folder, table string) string {
	return "read_parquet(" + store.Literal(filepath.Join(folder, table+".parquet")) + ")"
}
