-- The modules each partner holds, and when.
--
-- grain: partner_id, module, from_date
-- partner_id, module, from_date
-- to_date  last day; none is held from the day on which the partner left
with items as (
    select partner_id, left_on, unnest(string_split(modules, '|')) as item
    from intermediate.partners
    where modules is not null
)
select distinct
    partner_id,
    split_part(item, ' ', 1) as module,
    split_part(split_part(item, ' ', 2), '..', 1)::date as from_date,
    least(
        coalesce(nullif(split_part(split_part(item, ' ', 2), '..', 2), '')::date,
            date '9999-12-31'),
        left_on - 1) as to_date
from items
