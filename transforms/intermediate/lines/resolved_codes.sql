-- The partner each code in sell-out means to its distributor, by day; also the distributor itself.
--
-- grain: distributor, code, from_date
-- distributor
-- code        the buyer's code, or the distributor's own
-- from_date, to_date
-- partner_id  null where the code is ambiguous, or means nobody who is a partner
-- meanings
-- is_outside  the code means a buyer who is declared to be no partner
with used as (
    select distributor, partner_code as code from staging.sales
    union
    select distributor, distributor from staging.sales
),
senders as (
    select distinct sender from intermediate.partner_codes
),
once_outside as (
    select partner_id, from_date, to_date, status = 'outside'
            or partner_id not in (select partner_id from intermediate.partners) as is_outside
    from intermediate.partner_days
    qualify bool_or(status = 'outside') over (partition by partner_id)
)
select u.distributor, u.code, greatest(c.from_date, d.from_date) as from_date,
    least(c.to_date, d.to_date) as to_date, if(d.is_outside, null, c.partner_id) as partner_id,
    c.meanings, coalesce(d.is_outside, false) as is_outside
from used as u
left join senders as s on s.sender = u.distributor
join intermediate.partner_codes as c
    on c.sender = coalesce(s.sender, '*') and c.code = u.code
left join once_outside as d
    on d.partner_id = c.partner_id and d.from_date <= c.to_date and c.from_date <= d.to_date
