-- The partner each code in sell-out means to its distributor, by day; also the distributor itself.
--
-- grain: distributor, code, from_date
-- distributor
-- code        the buyer's code, or the distributor's own
-- from_date, to_date
-- partner_id  null where the code is ambiguous
-- meanings
with used as (
    select distributor, partner_code as code from staging.sales
    union
    select distributor, distributor from staging.sales
),
senders as (
    select distinct sender from intermediate.partner_codes
)
select u.distributor, u.code, c.from_date, c.to_date, c.partner_id, c.meanings
from used as u
left join senders as s on s.sender = u.distributor
join intermediate.partner_codes as c
    on c.sender = coalesce(s.sender, '*') and c.code = u.code
