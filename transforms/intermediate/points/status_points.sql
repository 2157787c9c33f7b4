-- The status points and certifications of each partner at the end of each open month.
--
-- grain: partner_id, month
-- partner_id, month, by_amount, by_bonus, by_certificate, status_points, certifications
with dated as (
    select partner_id, date_trunc('month', posted_on)::date as month,
        date_trunc('month', status_on)::date as status_month, kind, sum(points) as points
    from intermediate.points_posted
    where kind in ('purchase', 'sell_with', 'bonus')
    group by partner_id, date_trunc('month', posted_on), date_trunc('month', status_on), kind
),
trailing_points as (
    select d.partner_id, m.month,
        sum(if(d.kind = 'bonus', 0, d.points)) as by_amount,
        sum(if(d.kind = 'bonus', d.points, 0)) as by_bonus
    from intermediate.months as m
    join rules.versions as v using (version)
    join dated as d
        on d.month <= m.month and d.status_month > m.month - to_months(v.status_months)
    where m.is_open
    group by d.partner_id, m.month
),
certified as (
    select c.partner_id, m.month, sum(c.points) as points
    from intermediate.months as m
    join intermediate.points_posted as c on c.posted_on <= m.month_end and c.kind = 'certification'
    where m.is_open
    group by c.partner_id, m.month
),
valid as (
    select c.partner_id, m.month, count(*) as certifications
    from intermediate.months as m
    join intermediate.certification_days as c
        on c.from_date <= m.month_end and m.month_end <= c.to_date
    where m.is_open
    group by c.partner_id, m.month
)
select
    p.partner_id, m.month, coalesce(t.by_amount, 0)::bigint as by_amount,
    coalesce(t.by_bonus, 0)::bigint as by_bonus,
    coalesce(c.points, 0)::bigint as by_certificate,
    (coalesce(t.by_amount, 0) + coalesce(t.by_bonus, 0) + coalesce(c.points, 0))::bigint
    as status_points,
    coalesce(v.certifications, 0) as certifications
from intermediate.all_partners as p
join intermediate.months as m on m.is_open
left join trailing_points as t on t.partner_id = p.partner_id and t.month = m.month
left join certified as c on c.partner_id = p.partner_id and c.month = m.month
left join valid as v on v.partner_id = p.partner_id and v.month = m.month
