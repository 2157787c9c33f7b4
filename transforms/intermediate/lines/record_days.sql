-- The days on which each row about a partner, product, certification, claim or target holds. The
-- first row about something holds for all time. A later row that names no day holds from the first
-- month that was open when its file landed, so it changes nothing in closed months. What a complete
-- file no longer lists has ended: a partner or certification with the day the file landed, anything
-- else before the first month that was open then. Where several rows hold on one day, the one said
-- last stands; in one file, the one with the later first day.
--
-- grain: kind, subject, from_date
-- kind      partners, products, certifications, deals or targets
-- subject   the partner, the SKU, or the key of the certification, claim or target
-- from_date, to_date, file_id, line
-- ended_on  day a complete file landed that no longer lists it; null where none did
with dated as (
    select 'partners' as kind, file_id, line, partner_id as subject, valid_from, valid_to
    from staging.partners
    union all
    select 'products', file_id, line, sku, valid_from, valid_to from staging.products
),
said as (
    select r.kind, r.record_key, coalesce(d.subject, r.record_key) as subject, r.file_id, r.line,
        r.content, d.valid_from, d.valid_to
    from staging.records as r
    left join dated as d using (kind, file_id, line)
    where r.kind in ('partners', 'products', 'certifications', 'deals', 'targets')
    union all
    select kind, record_key, null, file_id, null, null, null, null
    from intermediate.rejected_keys
    where record_key is not null and kind <> 'sales'
),
complete_files as (
    select distinct r.kind, f.feed, r.file_id
    from staging.records as r
    join staging.files as f using (file_id)
    where f.replaces and r.file_id not in (select file_id from intermediate.rejected_keys
        where record_key is null)
),
followed as (
    select said.*, files.feed, files.replaces,
        lead(said.file_id) over (
            partition by said.kind, said.record_key order by said.file_id, said.line nulls first)
        as next_file_id
    from said
    join staging.files as files using (file_id)
),
ended as (
    select followed.*,
        case when followed.replaces and (followed.next_file_id is null
            or complete_files.file_id < followed.next_file_id) then complete_files.file_id
        end as ended_by
    from followed
    asof left join complete_files
        on complete_files.kind = followed.kind and complete_files.feed = followed.feed
        and complete_files.file_id > followed.file_id
),
compared as (
    select *,
        content is distinct from last_value(content ignore nulls) over earlier
        or lag(ended_by) over in_order is not null as is_change
    from ended
    window in_order as (partition by kind, record_key order by file_id, line nulls first),
        earlier as (partition by kind, record_key order by file_id, line nulls first
            rows between unbounded preceding and 1 preceding)
),
numbered as (
    select *,
        sum(if(is_change and line is not null, 1, 0)) over (
            partition by kind, record_key order by file_id, line nulls first) as version
    from compared
),
versions as (
    select
        kind, record_key, version, any_value(subject) as subject, min(file_id) as file_id,
        arg_min(line, file_id * 10000000000 + line) as line, max(file_id) as last_said_by,
        max(valid_from) as valid_from, max(valid_to) as valid_to, max(ended_by) as ended_by
    from numbered
    where version > 0
    group by kind, record_key, version
),
-- The first day of each version, and the day it is ended by a complete file.
timed as (
    select versions.*,
        case
            when versions.valid_from is not null then versions.valid_from
            when versions.file_id = min(versions.file_id)
                over (partition by versions.kind, versions.subject) then date '1900-01-01'
            else files.first_open
        end as from_date,
        ending.landed_on as ended_on,
        case
            when ending.file_id is null then date '9999-12-31'
            when versions.kind in ('partners', 'certifications')
                then greatest(ending.landed_on, ending.first_open - 1)
            else ending.first_open - 1
        end as last_listed
    from versions
    join staging.files as files using (file_id)
    left join staging.files as ending on ending.file_id = versions.ended_by
),
bounded as (
    select *,
        least(coalesce(valid_to, date '9999-12-31'), last_listed,
            coalesce(min(from_date) over later_versions - 1, date '9999-12-31')) as to_date
    from timed
    window later_versions as (partition by kind, record_key order by version
        rows between 1 following and unbounded following)
),
holding as (
    select * from bounded where from_date <= to_date
),
edges as (
    select kind, subject, from_date as edge from holding
    union
    select kind, subject, to_date + 1 from holding where to_date < date '9999-12-31'
),
pieces as (
    select kind, subject, edge as from_date,
        coalesce(lead(edge) over (partition by kind, subject order by edge) - 1,
            date '9999-12-31') as to_date
    from edges
)
select pieces.kind, pieces.subject, pieces.from_date, pieces.to_date, rows.file_id, rows.line,
    rows.ended_on
from pieces
join holding as rows
    on rows.kind = pieces.kind and rows.subject = pieces.subject
    and rows.from_date <= pieces.from_date and pieces.from_date <= rows.to_date
qualify row_number() over (
    partition by pieces.kind, pieces.subject, pieces.from_date
    order by rows.last_said_by desc, rows.valid_from desc nulls last, rows.file_id desc,
        rows.line desc) = 1
