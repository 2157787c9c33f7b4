-- The levels the partner file gives each partner, and when.
--
-- grain: partner_id, from_date
-- partner_id, from_date, to_date
-- rank  1 for the lowest level
with items as (
    select partner_id, unnest(string_split(levels, '|')) as item
    from intermediate.partners
),
dated as (
    select
        i.partner_id, split_part(split_part(i.item, ' ', 2), '..', 1)::date as from_date,
        max(l.rank) as rank
    from items as i
    join rules.levels as l on l.level = split_part(i.item, ' ', 1)
    group by i.partner_id, from_date
)
select partner_id, from_date,
    coalesce(lead(from_date) over (partition by partner_id order by from_date), date '9999-12-31')
    as to_date,
    rank
from dated
