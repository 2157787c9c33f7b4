-- How each line of a registered deal is shared among the partners who influenced it. An adjustment
-- has the partner's whole part as it is now; its base is only the difference.
--
-- incremental: stated.shares
-- grain: sale_id, matched_sale, incentive, partner_id, month
-- sale_id, incentive
-- month  first day of the month it is stated in
-- deal_id, partner_id, roles, numerator, denominator, amount
-- base  the partner's part of the line, to the cent, less what was stated of it, in the programme
--       currency
-- document_date, distributor, document_no, line_no, matched_sale
with last_stated as (
    select sale_id, coalesce(matched_sale, '') as matched_sale, incentive, partner_id,
        arg_max(deal_id, month) as deal_id, arg_max(amount, month) as amount
    from stated.shares
    group by sale_id, coalesce(matched_sale, ''), incentive, partner_id
),
movements as (
    select
        c.sale_id, c.matched_sale, c.incentive, c.posting_month as month, s.deal_id,
        c.partner_id, s.roles,
        s.numerator,
        s.denominator, s.amount, c.base,
        c.document_date, c.distributor, c.document_no, c.line_no
    from intermediate.credits as c
    left join (
        select s.*, l.deal_id, l.amount
        from intermediate.shares as s
        join intermediate.credited_lines as l using (sale_id, matched_sale)
    ) as s on s.sale_id = c.sale_id and s.matched_sale = c.matched_sale
        and s.incentive = c.incentive and s.partner_id = c.partner_id
    where c.incentive in (
        select incentive from rules.incentive_names where credits = 'claims')
)
select
    m.sale_id, m.incentive, m.month, coalesce(m.deal_id, t.deal_id) as deal_id, m.partner_id,
    m.roles,
    m.numerator, m.denominator,
    coalesce(m.amount, t.amount) as amount, m.base,
    m.document_date, m.distributor, m.document_no, m.line_no,
    nullif(m.matched_sale, '') as matched_sale
from movements as m
left join last_stated as t using (sale_id, matched_sale, incentive, partner_id)
union all
-- Shares of less than a cent, with base 0.
select
    s.sale_id, s.incentive, l.month, l.deal_id, s.partner_id, s.roles, s.numerator,
    s.denominator, l.amount, s.base, l.document_date, l.distributor,
    l.document_no, l.line_no, nullif(s.matched_sale, '')
from intermediate.shares as s
join intermediate.credited_lines as l using (sale_id, matched_sale)
anti join movements as m
    on m.sale_id = s.sale_id and m.matched_sale = s.matched_sale and m.incentive = s.incentive
    and m.partner_id = s.partner_id
cross join rules.programme as p
where s.base = 0 and l.change_id is null and l.month >= p.first_open
