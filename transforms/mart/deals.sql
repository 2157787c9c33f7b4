-- The registered deals: every claim as its newest row says, with the days on which a sale can count
-- for it, and what has come of the deal so far.
--
-- grain: deal_id, partner_code, role
-- deal_id, partner_code
-- partner_id  the partner who claims; null when unknown
-- role, status, registered_on
-- approved_on   day of approval, as the file says
-- expires_on, end_customer, family
-- window_from   first day of a sale that can count, by the rules of the run's month; of several
--               incentives, the earliest
-- window_to     last day of a sale that can count, by the rules of the run's month; of several
--               incentives, the latest
-- listed_to     last day the row holds, where a complete file no longer lists it; null: it holds
-- deal_lines    how many lines that an incentive for claims counts name the deal, or are linked to
--               it
-- deal_amount   value of those lines, in the programme currency
-- counted_lines  how many of them the claim counts for
-- partner_base  the partner's part of the deal so far, in all of its roles, in the programme
--               currency; each of its rows has it
-- file_name, file_line
with claims as (
    select *
    from intermediate.deal_claims
    qualify row_number() over (partition by deal_id, partner_code, role order by from_date desc) = 1
),
lines as (
    select deal_id, count(distinct sale_id) as lines, sum(amount) as amount
    from intermediate.credited_lines
    where deal_id is not null and change_id is null and claims_sale_id in (
        select sale_id
        from intermediate.incentive_lines
        where credits = 'claims' and deal_id is not null
            and coalesce(reason, 'before_the_programme') = 'before_the_programme')
    group by deal_id
),
counted as (
    select deal_id, partner_code, role, count(distinct sale_id) as lines
    from mart.sell_with_claims
    where is_counted
    group by deal_id, partner_code, role
),
credited as (
    select deal_id, partner_id, sum(base) as base
    from mart.sell_with_credits
    group by deal_id, partner_id
)
select
    c.deal_id, c.partner_code, c.partner_id, c.role, c.status, c.registered_on, d.approved_on,
    c.expires_on, c.end_customer, c.family,
    c.registered_on + v.lead_days as window_from,
    least(c.registered_on + v.window_days, coalesce(c.expires_on, date '9999-12-31')) as window_to,
    nullif(c.to_date, date '9999-12-31') as listed_to, coalesce(l.lines, 0) as deal_lines,
    coalesce(l.amount, 0)::decimal(18,2) as deal_amount, coalesce(n.lines, 0) as counted_lines,
    coalesce(b.base, 0)::decimal(18,2) as partner_base, f.file_name, c.line as file_line
from claims as c
join staging.deals as d using (file_id, line)
join staging.files as f using (file_id)
cross join rules.programme as p
left join intermediate.months as m on m.month = p.through_month
left join (
    select version, min(lead_days) as lead_days, max(window_days) as window_days
    from rules.incentives
    where credits = 'claims'
    group by version
) as v on v.version = m.version
left join lines as l on l.deal_id = c.deal_id
left join counted as n
    on n.deal_id = c.deal_id and n.partner_code = c.partner_code and n.role = c.role
left join credited as b on b.deal_id = c.deal_id and b.partner_id = c.partner_id
