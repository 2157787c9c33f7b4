-- The type and status of each partner by day. A status without a day holds from the first month that
-- was open when its file landed, but a partner becomes inactive, or leaves, on the day the file
-- landed, and one that a complete file no longer lists has ended with that day. Before the day of
-- its first status it is active.
--
-- grain: partner_id, from_date
-- partner_id, from_date, to_date, partner_type
-- status     active, inactive, left or ended
-- is_active
with rows as (
    select
        p.partner_id, d.from_date, d.to_date, d.ended_on, p.partner_type, p.status, p.status_since,
        p.valid_from, f.landed_on, lag(p.status) over in_order as status_before,
        row_number() over in_order as sequence
    from intermediate.record_days as d
    join staging.partners as p using (file_id, line)
    join staging.files as f using (file_id)
    where d.kind = 'partners'
    window in_order as (partition by p.partner_id order by d.from_date)
),
words as (
    select partner_id, 0 as sequence, 'active' as status, date '1900-01-01' as from_date
    from rows
    where sequence = 1 and status_since is not null
    union all
    select partner_id, sequence * 2, status,
        case
            when status_since is not null then status_since
            when status_before = 'active' and status <> 'active' and valid_from is null
                then greatest(landed_on, from_date)
            else from_date
        end
    from rows
    union all
    select partner_id, sequence * 2 + 1, 'ended', to_date + 1
    from rows
    where ended_on is not null
),
statuses as (
    select partner_id, status, from_date,
        coalesce(min(from_date) over (partition by partner_id order by sequence
            rows between 1 following and unbounded following) - 1, date '9999-12-31') as to_date
    from words
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
select pieces.partner_id, pieces.from_date, pieces.to_date, rows.partner_type, statuses.status,
    statuses.status = 'active' as is_active
from pieces
left join rows
    on rows.partner_id = pieces.partner_id and rows.from_date <= pieces.from_date
    and pieces.from_date <= rows.to_date
join statuses
    on statuses.partner_id = pieces.partner_id and statuses.from_date <= pieces.from_date
    and pieces.from_date <= statuses.to_date
