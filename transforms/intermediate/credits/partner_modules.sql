-- The modules each partner holds, and when.
--
-- grain: partner_id, module, from_date
-- partner_id, module, from_date
-- to_date  last day
with items as (
    select partner_id, unnest(string_split(modules, '|')) as item
    from intermediate.partners
    where modules is not null
)
select distinct
    partner_id,
    split_part(item, ' ', 1) as module,
    split_part(split_part(item, ' ', 2), '..', 1)::date as from_date,
    coalesce(nullif(split_part(split_part(item, ' ', 2), '..', 2), '')::date, date '9999-12-31')
    as to_date
from items
