package reports

import (
	"context"
	"fmt"
	"time"
)

// Register is everything finance is told about one month.
type Register struct {
	Edition
	Letterhead
	Currency     string
	Month        time.Time
	Partners     []RegisterPartner
	Modules      []RegisterModule
	Months       []RegisterMonth // this one and the twelve before, oldest first
	Causes       []RegisterCause
	Distributors []RegisterDistributor
	Controls     []RegisterControl
	Files        []File
	Held         []HeldRow
	Rejected     []RejectedRow
	MoreRejected int64 // than are listed
	MoreHeld     int64
}

// RegisterPartner is one partner's line of the register.
type RegisterPartner struct {
	Partner  Partner
	Pay      Pay
	Adjusted Cents // of what was earned, what mends earlier months
}

// RegisterModule is what one module came to, for all partners, by distributor.
type RegisterModule struct {
	Module, Distributor string
	Lines, Points       int64
	Base, Earned        Cents
}

// File is what became of one file.
type File struct {
	Name, Feed, Reason                                                      string
	Records, Loaded, Duplicate, Superseded, Rejected, Waived, Held, Unread  int64
	Amount, LoadedAmount, DuplicateAmount, SupersededAmount, RejectedAmount string // exact decimals, in the documents' currencies
}

// HeldRow is something that waits.
type HeldRow struct {
	Kind, Reason, What, Distributor, Document, Customer, Amount, Currency, File string
	Month                                                                       time.Time
	FileLine                                                                    int64
}

// RejectedRow is something that was not believed.
type RejectedRow struct {
	File, Column, Sentence, Raw, Waived string
	FileLine                            int64
}

// ReadRegister reads the register of one month.
func ReadRegister(ctx context.Context, m Marts, head Letterhead, month time.Time) (*Register, error) {
	reg := &Register{Letterhead: head, Month: month}
	for _, part := range []func(context.Context, Marts) error{reg.partners, reg.modules, reg.months, reg.causes, reg.distributors, reg.controls, reg.files, reg.held, reg.rejected} {
		if err := part(ctx, m); err != nil {
			return nil, fmt.Errorf("read register of %s: %w", month.Format("2006-01"), err)
		}
	}
	return reg, nil
}

func (g *Register) partners(ctx context.Context, m Marts) error {
	return scan(ctx, m, `select p.partner_id, p.name, p.country, y.modules, y.earned, y.money_entries, y.carried_in, y.payable, y.carried_out,
			y.currency, y.rate, y.payable_own, y.level, y.status_points, coalesce(a.adjusted, 0)::decimal(18,2) as adjusted, g.currency as programme_currency
		from mart.payables as y
		left join (select partner_id, sum(earned) as adjusted from mart.statement_lines where month = $1 and mends_month is not null group by partner_id) as a
			on a.partner_id = y.partner_id
		join mart.partners as p on p.partner_id = y.partner_id
		join mart.months as m on m.month = y.month
		join mart.programme as g on g.rules_hash = m.rules_hash
		where y.month = $1 order by p.partner_id`, func(r *row) {
		g.Currency = r.text("programme_currency")
		g.Partners = append(g.Partners, RegisterPartner{
			Adjusted: r.cents("adjusted"),
			Partner:  Partner{ID: r.text("partner_id"), Name: r.text("name"), Country: r.text("country"), Modules: r.text("modules")},
			Pay: Pay{Earned: r.cents("earned"), MoneyEntries: r.cents("money_entries"), CarriedIn: r.cents("carried_in"), Payable: r.cents("payable"),
				CarriedOut: r.cents("carried_out"), Currency: r.text("currency"), OwnRate: r.units("rate", 9), PayableOwn: r.cents("payable_own"),
				Level: r.text("level"), StatusPoints: r.number("status_points")},
		})
	}, g.Month)
}

func (g *Register) modules(ctx context.Context, m Marts) error {
	return scan(ctx, m, `select module, distributor, count(*) as lines, sum(points)::bigint as points, sum(base)::decimal(18,2) as base,
			sum(earned)::decimal(18,2) as earned
		from mart.statement_lines where month = ? group by module, distributor order by module, distributor`, func(r *row) {
		g.Modules = append(g.Modules, RegisterModule{Module: r.text("module"), Distributor: r.text("distributor"), Lines: r.number("lines"),
			Points: r.number("points"), Base: r.cents("base"), Earned: r.cents("earned")})
	}, g.Month)
}

func (g *Register) files(ctx context.Context, m Marts) error {
	return scan(ctx, m, `select file_name, feed, detail, records, loaded, duplicate, superseded, rejected, waived, held, unread_amounts, amount::varchar as amount,
			loaded_amount::varchar as loaded_amount, duplicate_amount::varchar as duplicate_amount,
			superseded_amount::varchar as superseded_amount, rejected_amount::varchar as rejected_amount
		from mart.reconciliation order by file_id`, func(r *row) {
		g.Files = append(g.Files, File{Name: r.text("file_name"), Feed: r.text("feed"), Reason: r.text("detail"), Records: r.number("records"),
			Loaded: r.number("loaded"), Duplicate: r.number("duplicate"), Superseded: r.number("superseded"), Rejected: r.number("rejected"), Waived: r.number("waived"),
			Held: r.number("held"), Unread: r.number("unread_amounts"), Amount: r.text("amount"), LoadedAmount: r.text("loaded_amount"),
			DuplicateAmount: r.text("duplicate_amount"), SupersededAmount: r.text("superseded_amount"), RejectedAmount: r.text("rejected_amount")})
	})
}

// held lists what waits whole, and the sales that wait for the deal they name only.
func (g *Register) held(ctx context.Context, m Marts) error {
	return scan(ctx, m, `with waiting as (
			select kind, held_reason, what, month, distributor, document_no, end_customer, net_amount::varchar as net_amount, currency, file_name, file_line,
				file_id::bigint * 10000000000 + file_line as position
			from mart.held_lines
			union all
			select 'sales', reason, deal_id, month, distributor, document_no, end_customer, net_amount::varchar, currency, file_name, file_line, sale_id
			from mart.uncounted_lines
			where reason = 'unknown_deal')
		select *, count(*) over () as in_all from waiting where month <= ? order by month, kind, held_reason, what, position limit 10000`, func(r *row) {
		g.Held = append(g.Held, HeldRow{Kind: r.text("kind"), Reason: r.text("held_reason"), What: r.text("what"), Month: r.day("month"),
			Distributor: r.text("distributor"), Document: r.text("document_no"), Customer: r.text("end_customer"), Amount: r.text("net_amount"),
			Currency: r.text("currency"), File: r.text("file_name"), FileLine: r.number("file_line")})
		g.MoreHeld = r.number("in_all") - int64(len(g.Held))
	}, g.Month)
}

func (g *Register) rejected(ctx context.Context, m Marts) error {
	return scan(ctx, m, `select file_name, file_line, column_name, sentence, raw_text, waived, (select count(*) from mart.rejected_rows) as in_all
		from mart.rejected_rows order by file_id, problem limit 10000`, func(r *row) {
		g.Rejected = append(g.Rejected, RejectedRow{File: r.text("file_name"), FileLine: r.number("file_line"), Column: r.text("column_name"),
			Sentence: r.text("sentence"), Raw: r.text("raw_text"), Waived: r.text("waived")})
		g.MoreRejected = r.number("in_all") - int64(len(g.Rejected))
	})
}
