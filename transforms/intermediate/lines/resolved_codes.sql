-- The partner each code in sell-out means to its distributor, and the distributor as a partner.
--
-- grain: distributor, code
-- distributor
-- code        the buyer's code
-- partner_id  null where the code is unknown or ambiguous
-- meanings, distributor_id
with used as (
    select distinct distributor, partner_code as code from staging.sales
),
codes as (
    select distributor, code from used
    union
    select distributor, distributor from used
),
meanings as (
    select
        c.distributor, c.code, coalesce(own.partner_id, common.partner_id) as partner_id,
        coalesce(own.meanings, common.meanings, 0) as meanings
    from codes as c
    left join intermediate.partner_codes as own on own.sender = c.distributor and own.code = c.code
    left join intermediate.partner_codes as common on common.sender = '*' and common.code = c.code
)
select m.distributor, m.code, m.partner_id, m.meanings, d.partner_id as distributor_id
from meanings as m
join meanings as d on d.distributor = m.distributor and d.code = m.distributor
