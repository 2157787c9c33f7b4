-- What each partner has at the end of a month that ends within 90 days of it: certifications,
-- points that are not spent, and registrations of deals. A closed month has what it stated.
--
-- incremental: stated.ends
-- grain: partner_id, month, kind, subject, person_id, ends_on
-- partner_id, month
-- kind       certification, points or claim
-- subject    code of the certification, or deal; empty for points
-- person_id  who holds the certification; empty for others
-- ends_on    last day on which it counts; of points, the day on which they lapse
-- within     30, 60 or 90 days of the end of the month
-- points     points that lapse, or that the certification counts for status; null for a deal
with windows as ( -- the longest of a version's incentives
    select version, max(window_days) as window_days
    from rules.incentives
    where credits = 'claims'
    group by version
),
ends as (
    select partner_id, month, 'certification' as kind, certification_code as subject, person_id,
        expires_on as ends_on, sum(counted_points) as points
    from mart.valid_certifications
    group by partner_id, month, certification_code, person_id, expires_on
    union all
    select partner_id, month, 'points', '', '', lapses_on, points
    from intermediate.points_lapsing
    union all
    select c.partner_id, m.month, 'claim', c.deal_id, '', max(least(c.registered_on + w.window_days,
        coalesce(c.expires_on, date '9999-12-31'))), null
    from intermediate.months as m
    join windows as w using (version)
    join intermediate.deal_claims as c
        on c.from_date <= m.month_end and m.month_end <= c.to_date
    join intermediate.partner_days as d
        on d.partner_id = c.partner_id and d.is_active and d.from_date <= m.month_end
        and m.month_end <= d.to_date
    where c.status = 'approved'
    group by c.partner_id, m.month, c.deal_id
)
select e.partner_id, e.month, e.kind, e.subject, e.person_id, e.ends_on,
    case
        when e.ends_on <= m.month_end + 30 then 30
        when e.ends_on <= m.month_end + 60 then 60
        else 90
    end::bigint as within, e.points::bigint as points
from ends as e
join intermediate.months as m using (month)
where m.is_open and e.ends_on between m.month_end and m.month_end + 90
