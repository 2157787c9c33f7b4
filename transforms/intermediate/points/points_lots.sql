-- The spendable points each partner gained on a day, with the day on which they lapse.
--
-- grain: partner_id, posted_on
-- partner_id, posted_on
-- points  gained
-- lapses_on
select
    e.partner_id, e.posted_on, sum(e.points) as points,
    min((e.posted_on + to_months(v.expire_months))::date) as lapses_on
from (
    select partner_id, posted_on, points, balance from stated.points where kind <> 'expiry'
    union all
    select partner_id, posted_on, points, balance from intermediate.points_moved
) as e
join rules.in_force as i on i.from_date <= e.posted_on and e.posted_on < i.to_date
join rules.versions as v using (version)
where e.balance <> 'status' and e.points > 0
group by e.partner_id, e.posted_on
