package pipeline

import (
	"context"
	"fmt"
	"time"

	"tranche/pipeline/store"
)

// lookAhead runs the same models once more, to the end of the programme year: with the sales that there are, and for
// each month after the run's with the mean month of the last three closed months, or of fewer. It runs them again as
// if every partner held its next level from the next month on. What comes out is kept for the marts that look ahead;
// everything else of it is thrown away. Without a closed month nothing is expected.
func lookAhead(ctx context.Context, s *store.Session, in transformInput) error {
	closed := in.Ledger.Months
	if !in.Config.LookAhead || len(closed) == 0 {
		return nil
	}
	last := closed[len(closed)-1].First
	p := pace{Through: in.Month, First: later(last.AddDate(0, -2, 0), closed[0].First), Last: last}
	in.Month = yearEnd(in.Month, in.Config.Programme.YearStarts)
	p.End = in.Month
	in.Raw = "memory.raw"
	if err := s.Exec(ctx, `create or replace table memory.main.kept_held (partner_id varchar, level varchar,
		from_date date)`); err != nil {
		return err
	}
	for _, keep := range []func(context.Context, *store.Session, pace) error{keepExpected, keepRaised} {
		if err := expect(ctx, s, in, p, keep); err != nil {
			return fmt.Errorf("look ahead: %w", err)
		}
	}
	return s.Exec(ctx, "drop table memory.main.expected_sales; drop table memory.main.kept_held")
}

// pace is from which months to which the sales to come are worked out. All are first days.
type pace struct {
	First, Last  time.Time // the closed months whose mean is the month to come
	Through, End time.Time // the month of the run, and the last one of the programme year
}

// expect runs the models of a run to the end of the year, keeps what is wanted of it, and forgets the rest.
func expect(ctx context.Context, s *store.Session, in transformInput, p pace,
	keep func(context.Context, *store.Session, pace) error) error {
	if err := writeRules(ctx, s, in); err != nil {
		return err
	}
	if err := expectSales(ctx, s, p); err != nil {
		return fmt.Errorf("expect sales: %w", err)
	}
	// No checks are made, so nothing names the run.
	if err := s.Exec(ctx, `insert into memory.expected.held from memory.main.kept_held;
		create table memory.rules.run as select '' as run_id, '' as program, '' as config_hash,
		? as through_month, 0::bigint as files, '' as inputs_hash`, in.Month); err != nil {
		return err
	}
	in.Wanted = []string{"mart.statement_lines", "mart.tranche_slices", "mart.partner_levels", "mart.payables"}
	if err := models(ctx, s, in); err != nil {
		return err
	}
	if err := keep(ctx, s, p); err != nil {
		return err
	}
	if err := forget(ctx, s, in.Config.Folders.Work()); err != nil {
		return err
	}
	return s.Exec(ctx, "drop schema memory.raw cascade")
}

// yearEnd is the last month of the programme year of a month.
func yearEnd(month time.Time, starts int) time.Time {
	begun := (int(month.Month()) - starts + 12) % 12
	return month.AddDate(0, 11-begun, 0)
}

// expectSales puts the expected sales beside the real ones: what each customer bought of each product from each
// distributor in the months of the pace, divided by their number, in the programme currency, on the last day of each
// month to come. They come in a file of their own, which has no sender.
func expectSales(ctx context.Context, s *store.Session, p pace) error {
	const ours = 900_000_000 // no landed file has this number
	err := s.Exec(ctx, `create table if not exists memory.main.expected_sales as
		with sold as (
			select distinct on (l.sale_id) l.sale_id, l.amount, l.quantity
			from memory.stated.lines as l
			where l.month between ? and ?
			order by l.sale_id, l.month desc
		),
		paced as (
			select r.distributor, r.partner_code, r.sku, r.deal_id, r.contract, r.term_months, r.end_customer,
				sum(s.amount) as amount, sum(s.quantity) as quantity
			from sold as s
			join store.raw.sales as r
				on r.file_id = s.sale_id // 10000000000 and r.line = s.sale_id % 10000000000
			group by all
			having sum(s.amount) > 0
		),
		ahead as (
			select unnest(generate_series(?::timestamp + interval 1 month, ?::timestamp, interval 1 month))::date as month
		)
		select p.*, a.month
		from paced as p
		cross join ahead as a`, p.First, p.Last, p.Through, p.End)
	if err != nil {
		return err
	}
	months := (p.Last.Year()-p.First.Year())*12 + int(p.Last.Month()-p.First.Month()) + 1
	names, err := store.List(ctx, s, "select distinct table_name from duckdb_columns() where database_name = 'store' "+
		"and schema_name = 'raw' and table_name not in ('sales', 'files') order by table_name",
		func(name *string) []any { return []any{name} })
	if err != nil {
		return err
	}
	query := "create schema memory.raw;\n"
	for _, name := range names {
		query += "create view memory.raw." + store.Name(name) + " as from store.raw." + store.Name(name) + ";\n"
	}
	return s.Exec(ctx, query+fmt.Sprintf(`
		create view memory.raw.files as from store.raw.files union all by name
			select %[1]d::integer as file_id, '' as sha256, 'expected' as name, 'expected' as feed, 'sales' as kind,
				'' as feed_hash, false as replaces, timestamp '9000-01-01' as landed_at, null::date as first_open,
				'loaded' as status, 0::bigint as records, 0::bigint as rejected, 0::bigint as excluded,
				0::bigint as other_lines, 0::decimal(38,6) as amount, 0::decimal(38,6) as rejected_amount,
				0::decimal(38,6) as excluded_amount, 0::bigint as unread_amounts;
		create view memory.raw.sales as from store.raw.sales union all by name
			select %[1]d::integer as file_id, number as line, distributor, 'expected ' || month as document_no,
				number::integer as line_no, false as is_return, last_day(month) as document_date, partner_code,
				end_customer, sku, ((quantity * 10000)::hugeint // %[2]d)::decimal(20,0) * 0.0001::decimal(5,4) as quantity,
				((2 * (amount * 100)::hugeint + %[2]d) // (2 * %[2]d))::decimal(20,0) * 0.01::decimal(3,2) as net_amount,
				(select currency from rules.programme) as currency, deal_id, contract, term_months
			from (select *, row_number() over (order by month, distributor, partner_code, sku, deal_id, contract,
				term_months, end_customer) as number from memory.main.expected_sales)`, ours, months))
}

// keepExpected copies what the other models read of the months to come, and notes the next level of each partner
// that has sales there.
func keepExpected(ctx context.Context, s *store.Session, p pace) error {
	if err := s.Exec(ctx, `create or replace table memory.main.kept_pace as select ?::date as month,
		?::date as first_month, (date_diff('month', ?::date, ?::date) + 1)::integer as months, ?::date as last_month`,
		p.Through, p.First, p.First, p.Last, p.End); err != nil {
		return err
	}
	for name, query := range map[string]string{
		"lines": `select partner_id, incentive, coalesce(position_family, '') as position_family, period_start, month,
			sequence, lo, hi, base, earned, method, schedule from mart.statement_lines where month > $1`,
		"slices": `select l.partner_id, l.incentive, coalesce(l.position_family, '') as position_family, l.period_start,
			p.schedule, p.tranche, sum(p.earned)::decimal(18,2) as earned
			from mart.tranche_slices as p join mart.statement_lines as l using (credit_id, month)
			where l.month > $1 group by all`,
		"levels": "select partner_id, month, level from mart.partner_levels where month > $1",
		"earned": earnedToCome,
		"held": `select partner_id, next_level as level, ($1::date + to_months(1))::date as from_date
			from mart.partner_levels where month = $1 and next_level is not null
			and partner_id in (select partner_id from mart.statement_lines where month > $1)`,
	} {
		if err := s.Exec(ctx, "create or replace table memory.main.kept_"+name+" as "+query, p.Through); err != nil {
			return err
		}
	}
	return nil
}

const earnedToCome = `select partner_id, sum(earned + money_entries)::decimal(18,2) as earned
	from mart.payables where month > $1 group by partner_id`

// keepRaised copies what each partner earns in the months to come if it holds its next level there.
func keepRaised(ctx context.Context, s *store.Session, p pace) error {
	return s.Exec(ctx, "create or replace table memory.main.kept_raised as select h.level, e.* "+
		"from memory.main.kept_held as h join ("+earnedToCome+") as e using (partner_id)", p.Through)
}

// writeExpected gives the models what was kept. Where nothing was, the tables stay empty.
func writeExpected(ctx context.Context, s *store.Session) error {
	for _, name := range []string{"pace", "lines", "slices", "levels", "earned", "raised"} {
		var n int
		err := s.Row(ctx, "select count(*) from duckdb_tables() where database_name = 'memory' and schema_name = 'main' "+
			"and table_name = ?", []any{&n}, "kept_"+name)
		if err != nil || n == 0 {
			return err
		}
		if err := s.Exec(ctx, "insert into memory.expected."+name+" by name from memory.main.kept_"+name+
			"; drop table memory.main.kept_"+name); err != nil {
			return err
		}
	}
	return nil
}
