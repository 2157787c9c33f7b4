-- The aliases, modules, levels and agreements of each partner, with the days on which each holds.
-- An item with days of its own holds on them, as the newest row with days for it says. An item
-- without days holds as long as its row; the alias of a code that no row had before holds from the
-- beginning.
--
-- grain: partner_id, attribute, item, from_date, to_date
-- partner_id
-- attribute  alias, module, level or agreement
-- item       DISTRIBUTOR=code, the module, the level, or the version of the programme
-- from_date, to_date
-- has_ended  a complete file no longer lists the partner
with lists as (
    select 'alias' as attribute, file_id, line, partner_id,
        string_split(replace(aliases, '||', chr(31)), '|') as items
    from staging.partners
    union all
    select 'module', file_id, line, partner_id, string_split(modules, '|') from staging.partners
    union all
    select 'level', file_id, line, partner_id, string_split(levels, '|') from staging.partners
    union all
    select 'agreement', file_id, line, partner_id, string_split(agreements, '|')
    from staging.partners
),
texts as (
    select attribute, file_id, line, partner_id, unnest(items) as text
    from lists
    where items is not null
),
split as (
    select attribute, file_id, line, partner_id,
        regexp_extract(replace(text, chr(31), '|'),
            '(?s)^(.*?)( (\d{4}-\d{2}-\d{2})?(\.\.(\d{4}-\d{2}-\d{2})?)?)?$',
            ['item', 'days', 'first_day', 'open_end', 'last_day']) as part
    from texts
),
items as (
    select attribute, file_id, line, partner_id, part.item as item,
        try_cast(nullif(part.first_day, '') as date) as first_day,
        try_cast(nullif(part.last_day, '') as date) as last_day, part.days <> '' as has_days
    from split
),
-- Which partner's row had a code first.
founders as (
    select item, partner_id
    from items
    where attribute = 'alias'
    qualify rank() over (partition by item order by file_id) = 1
),
holding as (
    select
        i.*, i.file_id * 10000000000 + i.line as row_id, d.from_date as row_from,
        d.to_date as row_to, d.ended_on is not null as has_ended,
        row_number() over (partition by i.partner_id, i.attribute, i.item order by d.from_date)
        as sequence
    from intermediate.record_days as d
    join items as i using (file_id, line)
    where d.kind = 'partners'
),
newest_with_days as (
    select partner_id, attribute, item, max(row_id) as row_id
    from holding
    where has_days
    group by partner_id, attribute, item
),
timed as (
    select h.partner_id, h.attribute, h.item,
        if(h.sequence = 1 and f.item is not null, date '1900-01-01', h.row_from) as from_date,
        h.row_to as to_date, h.has_ended
    from holding as h
    left join newest_with_days as n using (partner_id, attribute, item)
    left join founders as f
        on h.attribute = 'alias' and f.item = h.item and f.partner_id = h.partner_id
    where not h.has_days and (n.row_id is null or h.row_id > n.row_id)
    union all
    select h.partner_id, h.attribute, h.item, coalesce(h.first_day, date '1900-01-01'),
        least(coalesce(h.last_day, date '9999-12-31'), max(h.row_to)), bool_or(h.has_ended)
    from holding as h
    join newest_with_days as n using (partner_id, attribute, item, row_id)
    where h.has_days
    group by h.partner_id, h.attribute, h.item, h.first_day, h.last_day
)
select distinct * from timed where from_date <= to_date
