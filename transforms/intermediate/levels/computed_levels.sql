-- The level each partner holds in each month and in the month after the last, and the level it
-- meets at the end. A higher level is held from the first of the month after it is met. A level
-- falls only at the end of the review month, if it was met at none of the last month-ends of the
-- grace period; months before the partner's first are not counted as missed. Closed months have the
-- levels they stated.
--
-- grain: partner_id, month
-- partner_id, month
-- held_rank  rank of the level held in the month
-- met_rank, first_month
with recursive
first_levels as (
    select g.partner_id, arg_min(g.rank, g.from_date) as rank, least(
            greatest(date_trunc('month', min(g.from_date))::date,
                (select min(month) from intermediate.months)),
            (select (max(month) + to_months(1))::date from intermediate.months)) as month
    from intermediate.directory_levels as g
    group by g.partner_id
),
opening as (
    select
        f.partner_id, greatest(f.month, p.first_open) as month, coalesce(g.rank, f.rank) as rank,
        f.month as first_month
    from first_levels as f
    cross join rules.programme as p
    left join intermediate.directory_levels as g
        on g.partner_id = f.partner_id and g.from_date <= f.month and f.month < g.to_date
    where f.partner_id not in (select partner_id from intermediate.stated_levels)
    union all
    select s.partner_id, p.first_open, s.next_rank, s.first_month
    from intermediate.stated_levels as s
    join rules.programme as p on s.month = p.first_open - to_months(1)
),
reviews as (
    select m.partner_id, m.month, m.rank as met_rank, month(m.month) = v.review_month as is_review,
        max(b.rank) as best_rank, count(*) >= v.grace_months as is_long_enough
    from intermediate.levels_met as m
    join intermediate.months as n using (month)
    join rules.versions as v using (version)
    join opening as o on o.partner_id = m.partner_id and o.month <= m.month
    join intermediate.levels_met as b
        on b.partner_id = m.partner_id and b.month <= m.month
            and b.month > m.month - to_months(v.grace_months) and b.month >= o.first_month
    group by m.partner_id, m.month, m.rank, v.review_month, v.grace_months
),
held as (
    select o.partner_id, o.month, o.rank as held_rank
    from opening as o
    union all
    select h.partner_id, (h.month + to_months(1))::date,
        case
            when s.met_rank > h.held_rank then s.met_rank
            when s.is_review and s.is_long_enough
            and s.best_rank < h.held_rank then greatest(s.best_rank, 1)
            else h.held_rank
        end
    from held as h
    join reviews as s on s.partner_id = h.partner_id and s.month = h.month
    where h.month <= (select max(month) from intermediate.months)
)
select h.partner_id, h.month, h.held_rank, s.met_rank, o.first_month
from held as h
join opening as o using (partner_id)
left join reviews as s on s.partner_id = h.partner_id and s.month = h.month
union all
select partner_id, month, held_rank, met_rank, first_month from intermediate.stated_levels
