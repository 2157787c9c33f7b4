-- Every month from the first of the programme to the month of the run.
--
-- grain: month
-- month
-- month_end  last day
-- version    of the programme on the last day; null where there is none
-- year_start
-- is_open  it is not closed
with bounds as (
    select
        least(date_trunc('month', min(v.from_date))::date, (select min(month) from stated.pay))
        as first_month, p.through_month
    from rules.in_force as v
    cross join rules.programme as p
    group by p.through_month
),
series as (
    select
        unnest(generate_series(first_month::timestamp, through_month::timestamp,
            interval 1 month))::date as month
    from bounds
)
select s.month, last_day(s.month) as month_end, v.version,
    (s.month - to_months(((month(s.month) - p.year_starts + 12) % 12)::integer))::date
    as year_start, s.month >= p.first_open as is_open
from series as s
cross join rules.programme as p
left join rules.in_force as v on v.from_date <= last_day(s.month) and last_day(s.month) < v.to_date
