-- The outcome of each row of every kind but sales. The newest version of a key is loaded; the same
-- content again is a duplicate. A row is withdrawn when a newer complete file of its feed does not
-- hold its key, even in a rejected row.
--
-- grain: kind, file_id, line
-- kind, file_id, line, record_key, outcome
with records as (
    select r.kind, r.file_id, r.line, r.record_key, r.content, r.covered, f.feed, f.replaces
    from staging.records as r
    join staging.files as f using (file_id, kind)
),
compared as (
    select *,
        coalesce(content = lag(content) over versions, false) as repeats,
        max(file_id) over (partition by kind, record_key) as last_seen
    from records
    window versions as (partition by kind, record_key order by file_id, line)
),
counted as (
    select *,
        sum(if(repeats, 0, 1)) over (
            partition by kind, record_key order by file_id desc, line desc
            rows between unbounded preceding and current row) as versions_from_here
    from compared
),
covering as (
    select distinct kind, feed, covered, file_id
    from records
    where replaces and file_id not in (select file_id from intermediate.rejected_keys
        where record_key is null)
),
covers as (
    select kind, feed, covered, max(file_id) as newest from covering group by kind, feed, covered
),
rejected as (
    select distinct kind, feed, record_key
    from intermediate.rejected_keys
    where record_key is not null
),
files_without as (
    select r.kind, r.feed, r.record_key, c.covered, max(c.file_id) as newest
    from rejected as r
    join covering as c using (kind, feed)
    anti join intermediate.rejected_keys as k
        on k.file_id = c.file_id and k.record_key = r.record_key
    group by r.kind, r.feed, r.record_key, c.covered
)
select c.kind, c.file_id, c.line, c.record_key,
    case
        when c.repeats then 'duplicate'
        when c.versions_from_here > 1 then 'superseded'
        when if(x.record_key is null, v.newest, coalesce(l.newest, 0)) > c.last_seen
        then 'withdrawn'
        else 'loaded'
    end as outcome
from counted as c
left join covers as v
    on c.replaces and v.kind = c.kind and v.feed = c.feed and v.covered = c.covered
left join rejected as x
    on c.replaces and x.kind = c.kind and x.feed = c.feed and x.record_key = c.record_key
left join files_without as l
    on l.kind = x.kind and l.feed = x.feed and l.record_key = x.record_key and l.covered = c.covered
