-- The certification points in the ledger add up to those that count for status. The status points
-- are the sum of their parts.
with by_ledger as (
    select l.partner_id, m.month, sum(l.points) as points
    from intermediate.months as m
    join mart.points_ledger as l on l.posted_on <= m.month_end and l.kind = 'certification'
    group by l.partner_id, m.month
)
select b.partner_id, b.month, b.by_certificate, l.points
from mart.point_balances as b
left join by_ledger as l using (partner_id, month)
where b.by_certificate <> coalesce(l.points, 0)
    or b.status_points <> b.by_amount + b.by_bonus + b.by_certificate
