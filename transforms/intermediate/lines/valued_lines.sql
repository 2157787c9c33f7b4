-- The lines that can be valued, and activities as lines without an amount, up to the month of the
-- run. A stated line whose day is now later is
-- here too, and so are lines that a person has to accept.
--
-- is a view
-- grain: sale_id
-- sale_id, file_id, line, distributor, document_no, line_no, line_key, document_type,
-- document_date, month, terms_date, version, returns_document, returns_line, returned_sale_id,
-- distributor_id, partner_code
-- partner_id  the buying partner; null where it is outside
-- is_outside  the buyer is declared to be no partner
-- end_customer, sku, product_name, family, basis, quantity, net_amount, currency, rate, rate_date,
-- amount, terms_document, terms_line, deal_id
-- change_id  the change that a person has to accept before the line counts; null where it counts
-- contract, term_months, annual_amount
-- is_unnamed  a return that is matched to sales: it names none, or one that is gone already
with activities as (
    select
        a.sale_id, a.file_id, a.line, 'activity' as distributor, a.activity_id as document_no,
        1 as line_no, '' as line_key, 'activity' as document_type, a.done_on as document_date,
        date_trunc('month', a.done_on)::date as month, a.done_on as terms_date, f.version,
        null::varchar as returns_document, null::integer as returns_line,
        null::bigint as returned_sale_id, null::varchar as distributor_id,
        a.partner_id as partner_code, p.partner_id, false as is_outside,
        null::varchar as end_customer, a.activity_code as sku, a.activity_code as product_name,
        '' as family, 'activity' as basis, a.units::decimal(18,4) as quantity,
        0::decimal(18,6) as net_amount, r.currency, 1::decimal(19,9) as rate,
        null::date as rate_date, 0::decimal(18,2) as amount, a.activity_id as terms_document,
        '1' as terms_line, null::varchar as deal_id, null::varchar as change_id,
        null::varchar as contract, null::integer as term_months,
        null::decimal(18,6) as annual_amount, false as is_unnamed
    from staging.activities as a
    semi join intermediate.standing_records as s using (file_id, line)
    cross join rules.programme as r
    join intermediate.partners as p using (partner_id)
    left join rules.in_force as f on f.from_date <= a.done_on and a.done_on < f.to_date
    where date_trunc('month', a.done_on) <= r.through_month
)
select * exclude (held_reason, is_valued, awaits_change) replace (
        is_unnamed or sale_id in (select sale_id from intermediate.overtaken_returns)
        as is_unnamed)
from intermediate.lines
where is_valued
    or awaits_change and month <= (select through_month from rules.programme)
union all by name
select * from activities
