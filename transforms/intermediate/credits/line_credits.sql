-- What every credit should be by today's facts, and by the changes that a person has to accept,
-- with the period it belongs to. What has been stated plays no part.
--
-- grain: credit_id, change_id
-- credit_id, sale_id, matched_sale, partner_id, incentive, base, month, document_date, distributor,
-- document_no, terms_document, terms_line, line_no, line_key, terms_date, version, year_start,
-- period_start, position_family
-- change_id  the change it belongs to; null where it is due
-- has_stated_terms  it takes back a sale that was stated, and has the terms of that
-- level      as stated; null without stated terms
-- schedule   likewise
-- status_on  the day its points count from for the level: a return has that of its sale
with credited as (
    select sale_id, matched_sale, partner_id, incentive, base, version
    from intermediate.purchase_credits
    where reason is null
    union all
    select sale_id, matched_sale, partner_id, incentive, base, null
    from intermediate.shares
    where base <> 0
),
lines as (
    select c.* exclude (version), coalesce(c.version, l.version) as version, l.month,
        l.document_date, l.distributor, l.document_no, l.line_no, l.line_key, l.terms_document,
        l.terms_line, l.terms_date, l.family, l.change_id
    from credited as c
    join intermediate.credited_lines as l using (sale_id, matched_sale)
),
own_positions as (
    select distinct version, incentive, family from rules.schedules where family is not null
)
select
    md5(concat_ws(chr(31), c.distributor, c.document_no, c.line_no, c.line_key, c.partner_id,
        c.incentive, nullif(c.matched_sale, '')))::uuid as credit_id,
    c.sale_id, c.matched_sale, c.partner_id, c.incentive, c.base, c.month, c.document_date,
    c.distributor, c.document_no, coalesce(t.terms_document, c.terms_document) as terms_document,
    coalesce(t.terms_line, c.terms_line) as terms_line,
    c.line_no, c.line_key, coalesce(t.terms_date, c.terms_date) as terms_date,
    coalesce(t.version, c.version) as version,
    coalesce(t.year_start, (date_trunc('month', c.terms_date) - to_months(((month(c.terms_date)
        - r.year_starts + 12) % 12)::integer))::date) as year_start,
    coalesce(t.period_start, (date_trunc('month', c.terms_date)
        - to_months((((month(c.terms_date) - r.year_starts + 12) % 12)
        % case coalesce(m.period, 'year') when 'year' then 12 when 'half' then 6
        when 'quarter' then 3 else 1 end)::integer))::date) as period_start,
    coalesce(t.position_family, o.family, '') as position_family, c.change_id,
    t.sale_id is not null as has_stated_terms, t.level, t.schedule,
    coalesce(t.status_on, greatest(c.terms_date, r.first_open)) as status_on
from lines as c
cross join rules.programme as r
left join rules.incentives as m using (version, incentive)
left join own_positions as o using (version, incentive, family)
left join intermediate.returned_terms as t using (sale_id, matched_sale, partner_id, incentive)
