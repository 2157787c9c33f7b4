-- The two balances of each partner's points at the end of each month.
--
-- incremental: stated.balances
-- grain: partner_id, month
-- partner_id, month, by_amount, by_certificate, by_bonus, status_points, certifications
-- earned    points earned in the month that can be spent
-- redeemed  points spent in the month
-- expired   points lapsed in the month; below zero where a return takes back points that had
--           lapsed, which it gives back to the balance
-- spendable
-- spendable_value  the proof of concept that spendable points pay for, in the programme currency; 0
--                  where more was redeemed than there was
with monthly as (
    select partner_id, date_trunc('month', posted_on)::date as month,
        sum(if(kind in ('redemption', 'expiry'), 0, points)) as earned,
        sum(if(kind = 'redemption', -points, 0)) as redeemed,
        sum(if(kind = 'expiry', -points, 0)) as expired
    from mart.points_ledger
    where balance <> 'status'
    group by partner_id, date_trunc('month', posted_on)
)
select
    s.partner_id, s.month, s.by_amount, s.by_certificate, s.by_bonus, s.status_points,
    s.certifications,
    coalesce(d.earned, 0)::bigint as earned, coalesce(d.redeemed, 0)::bigint as redeemed,
    coalesce(d.expired, 0)::bigint as expired,
    (coalesce(o.spendable, 0) + sum(coalesce(d.earned - d.redeemed - d.expired,
        0)) over through_then)::bigint as spendable,
    (greatest(coalesce(o.spendable, 0)
        + sum(coalesce(d.earned - d.redeemed - d.expired, 0)) over through_then, 0)::bigint
        * v.redemption_value)::decimal(18,2) as spendable_value
from intermediate.status_points as s
join intermediate.months as m using (month)
join rules.versions as v using (version)
cross join rules.programme as r
left join monthly as d using (partner_id, month)
left join stated.balances as o
    on o.partner_id = s.partner_id and o.month = r.first_open - to_months(1)
window through_then as (partition by s.partner_id order by s.month)
