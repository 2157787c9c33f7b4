-- Loaded rows that wait. Each counts in the first run after the missing alias, product, rate, line
-- or deal has come. A line that may be a typing error waits for the sender's correction, for its
-- month (future_date), or for a higher limit of its feed (amount_over_limit). Of a return that
-- names no sale, what the sales before it do not cover waits, and so does a return that names a
-- line which is not there (no_sale_to_return).
--
-- grain: kind, file_id, file_line
-- kind, file_id, file_line, file_name
-- held_reason     what is missing, ambiguous or doubtful
-- what            the unknown code, product or currency, the deal of a link, the day of a
--                 future_date, the limit, or the product of a return without a sale
-- month           first day of its month; of a link whose line is not there, the month the link
--                 landed in, or of the run where that is earlier
-- partner_id      the partner, where it is known
-- distributor_id  the distributor as a partner, for sales, where it is one
-- distributor     code of the distributor, for sales and links
-- document_no     number of the document, or the deal, person or posting
-- document_date   day of the document, for sales
-- line_no, end_customer, sku
-- net_amount  net amount of a sales line, or of the line of a link, in the document's currency;
--             amount of a manual money posting in the programme currency; null otherwise
-- currency    currency of the document, for sales and links
-- change_id
select 'sales' as kind, l.file_id, l.line as file_line, f.file_name, l.held_reason,
    case
        when q.held_reason = l.held_reason then q.what
        when l.held_reason in ('unknown_partner', 'ambiguous_partner') then l.partner_code
        when l.held_reason = 'unknown_product' then l.sku
        when l.awaits_change then left(l.change_id, 8)
        else l.currency
    end as what,
    l.month, l.partner_id, l.distributor_id, l.distributor, l.document_no, l.document_date,
    l.line_no, l.end_customer, l.sku, l.net_amount, l.currency,
    if(l.awaits_change, l.change_id, null) as change_id
from intermediate.lines as l
join staging.files as f using (file_id)
left join intermediate.doubtful_lines as q using (sale_id)
where l.held_reason is not null
union all
-- What is left of a return that names no sale.
select 'sales', l.file_id, l.line, f.file_name, min(p.held_reason), l.sku, l.month, l.partner_id,
    l.distributor_id, l.distributor, l.document_no, l.document_date, l.line_no, l.end_customer,
    l.sku, sum(p.net_amount)::decimal(18,6), l.currency, null
from intermediate.return_parts as p
join intermediate.lines as l using (sale_id)
join staging.files as f using (file_id)
where p.held_reason is not null
group by all
union all
select
    'entries', e.file_id, e.line, f.file_name, e.held_reason, e.partner_id,
    date_trunc('month', e.posted_on)::date, null, null, null, e.entry_id, null, null, null, null,
    e.amount, null, null
from intermediate.entries as e
join staging.files as f using (file_id)
where e.held_reason is not null
union all
select
    'activities', a.file_id, a.line, f.file_name, 'unknown_partner', a.partner_id,
    date_trunc('month', a.done_on)::date, null, null, null, a.activity_id, null, null, null,
    a.activity_code, null, null, null
from staging.activities as a
semi join intermediate.standing_records as v using (file_id, line)
join staging.files as f using (file_id)
anti join intermediate.partners as p using (partner_id)
union all
select
    'budgets', b.file_id, b.line, f.file_name, b.held_reason, b.partner_id,
    date_trunc('month', coalesce(b.proved_on, b.requested_on))::date, null, null, null,
    b.request_id, null, null, null, null, null, null, null
from intermediate.budgets as b
join staging.files as f using (file_id)
where b.held_reason is not null
union all
select
    'certifications', c.file_id, c.line, f.file_name, 'unknown_partner', c.partner_code,
    date_trunc('month', c.awarded_on)::date, null, null, null,
    c.certification_code || ' ' || c.person_id, null, null, null, null, null, null, null
from staging.certifications as c
semi join intermediate.standing_records as v using (file_id, line)
join staging.files as f using (file_id)
join intermediate.record_partners as p using (file_id, line)
where p.partner_id is null
union all
select
    'deals', d.file_id, d.line, f.file_name, 'unknown_partner', d.partner_code,
    date_trunc('month', d.registered_on)::date, null, null, null,
    d.deal_id || ' ' || d.role, null, null, d.end_customer, null, null, null, null
from (select distinct * exclude (from_date, to_date) from intermediate.deal_claims) as d
semi join intermediate.standing_records as v using (file_id, line)
join staging.files as f using (file_id)
where d.partner_id is null
union all
select
    'links', k.file_id, k.line, f.file_name, k.held_reason, k.deal_id, k.month, null, null,
    k.distributor, k.document_no, k.document_date, k.line_no, k.end_customer, k.sku, k.net_amount,
    k.currency, null
from intermediate.held_links as k
join staging.files as f using (file_id)
