-- The levels the partner file gives each partner, by day. Where two hold on a day, the one that
-- began later counts, and of two that began together the higher one.
--
-- grain: partner_id, from_date
-- partner_id, from_date, to_date
-- rank  1 for the lowest level
with given as (
    select i.partner_id, i.from_date, i.to_date, l.rank
    from intermediate.partner_items as i
    join rules.levels as l on l.level = i.item
    where i.attribute = 'level'
),
edges as (
    select partner_id, from_date as edge from given
    union
    select partner_id, to_date + 1 from given where to_date < date '9999-12-31'
),
pieces as (
    select partner_id, edge as from_date,
        coalesce(lead(edge) over (partition by partner_id order by edge), date '9999-12-31')
        as to_date
    from edges
)
select pieces.partner_id, pieces.from_date, pieces.to_date, given.rank
from pieces
join given
    on given.partner_id = pieces.partner_id and given.from_date <= pieces.from_date
    and pieces.from_date <= given.to_date
qualify row_number() over (
    partition by pieces.partner_id, pieces.from_date
    order by given.from_date desc, given.rank desc) = 1
