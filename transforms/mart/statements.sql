-- What each partner earned through each incentive in each month, and in the programme year so far.
-- There is a row from the first month with a movement in the programme year.
--
-- grain: partner_id, month, incentive
-- partner_id, month, incentive
-- lines        how many movements the month has
-- base         value that counted in the month, in the programme currency
-- earned       margin of the month, in the programme currency
-- points       points earned by amount in the month
-- year_base    value that counted in the programme year so far, in the programme currency
-- year_earned  margin of the programme year so far, in the programme currency
-- year_points  points earned by amount in the programme year so far
with movements as (
    select
        l.partner_id, l.month, m.year_start, l.incentive, count(*) as lines, sum(l.base) as base,
        sum(l.earned) as earned, sum(l.points) as points
    from mart.statement_lines as l
    join intermediate.months as m using (month)
    group by l.partner_id, l.month, m.year_start, l.incentive
),
first_months as (
    select partner_id, incentive, year_start, min(month) as first_month
    from movements
    group by partner_id, incentive, year_start
)
select b.partner_id, m.month, b.incentive,
    coalesce(max(v.lines) filter (where v.month = m.month), 0) as lines,
    coalesce(sum(v.base) filter (where v.month = m.month), 0)::decimal(18,2) as base,
    coalesce(sum(v.earned) filter (where v.month = m.month), 0)::decimal(18,2) as earned,
    coalesce(sum(v.points) filter (where v.month = m.month), 0)::bigint as points,
    sum(v.base)::decimal(18,2) as year_base, sum(v.earned)::decimal(18,2) as year_earned,
    sum(v.points)::bigint as year_points
from first_months as b
join intermediate.months as m on m.year_start = b.year_start and m.month >= b.first_month
join movements as v
    on v.partner_id = b.partner_id and v.incentive = b.incentive and v.year_start = b.year_start
        and v.month <= m.month
group by b.partner_id, m.month, b.incentive
