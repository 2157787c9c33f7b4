-- The type and status of each partner by day. A status without a day holds from the first month
-- that was open when its file landed, but a partner becomes inactive, or leaves, on the day the
-- file landed, and one that a complete file no longer lists has ended with that day. Before the day
-- of its first status it is active, or outside where that is its first.
--
-- grain: partner_id, from_date
-- partner_id, from_date, to_date, partner_type, country, parent
-- status     active, inactive, left, outside or ended
-- is_active
with rows as (
    select p.partner_id, d.file_id, d.from_date, d.to_date, d.ended_on, p.partner_type,
        p.country, p.parent
    from intermediate.record_days as d
    join staging.partners as p using (file_id, line)
    where d.kind = 'partners'
),
said as (
    select
        p.partner_id, p.file_id, p.status, coalesce(p.status_since, p.valid_from) as named_day,
        f.landed_on, f.first_open,
        row_number() over in_order as sequence,
        lag(p.status) over in_order as status_before,
        coalesce(lag(p.status) over in_order <> p.status
            or lag(coalesce(p.status_since, p.valid_from)) over in_order
            is distinct from coalesce(p.status_since, p.valid_from), true) as is_change
    from staging.partners as p
    join staging.files as f using (file_id)
    window in_order as (
        partition by p.partner_id order by p.file_id, p.valid_from nulls first, p.line)
),
runs as (
    select *, sum(if(is_change, 1, 0)) over (partition by partner_id order by sequence) as run
    from said
),
-- From when a status holds that several files in a row say.
begun as (
    select partner_id, run,
        arg_min(case
            when named_day is not null then named_day
            when status = 'left' or status = 'inactive' and status_before is not null
                then greatest(landed_on, first_open)
            when status_before is null then date '1900-01-01'
            else first_open
        end, sequence) as from_date
    from runs
    group by partner_id, run
),
words as (
    select partner_id, 0 as sequence, if(status = 'outside', status, 'active') as status,
        date '1900-01-01' as from_date
    from said
    where sequence = 1
    union all
    select r.partner_id, r.file_id::bigint * 1000000 + r.sequence, r.status, b.from_date
    from runs as r
    join begun as b using (partner_id, run)
    union all
    select partner_id, file_id::bigint * 1000000 + 999999, 'ended', to_date + 1
    from rows
    where ended_on is not null
),
spans as (
    select partner_id, status, from_date,
        coalesce(min(from_date) over (partition by partner_id order by sequence
            rows between 1 following and unbounded following) - 1, date '9999-12-31') as to_date
    from words
),
statuses as (
    select * from spans where from_date <= to_date
),
edges as (
    select partner_id, from_date as edge from rows
    union
    select partner_id, from_date from statuses
),
pieces as (
    select partner_id, edge as from_date,
        coalesce(lead(edge) over (partition by partner_id order by edge) - 1,
            date '9999-12-31') as to_date
    from edges
)
select pieces.partner_id, pieces.from_date, pieces.to_date, rows.partner_type,
    rows.country, rows.parent,
    statuses.status,
    statuses.status = 'active' as is_active
from pieces
left join rows
    on rows.partner_id = pieces.partner_id and rows.from_date <= pieces.from_date
    and pieces.from_date <= rows.to_date
join statuses
    on statuses.partner_id = pieces.partner_id and statuses.from_date <= pieces.from_date
    and pieces.from_date <= statuses.to_date
