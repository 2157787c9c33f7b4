-- What became of each row of every kind but sales.
-- The newest landed version of a key stands; the same content again is a
-- duplicate; a row that a newer complete file of its feed no longer holds is
-- withdrawn.
--
-- grain: kind, file_id, line
-- kind        of source
-- file_id     the file
-- line        and the line in it
-- record_key  what identifies the row among its kind
-- outcome     loaded, duplicate, superseded or withdrawn
with records as (
    select r.kind, r.file_id, r.line, r.record_key, r.content, r.covered, f.feed, f.replaces
    from staging.records as r
    join staging.files as f on f.file_id = r.file_id and f.kind = r.kind
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
covers as (
    select kind, feed, covered, max(file_id) as newest
    from records
    where replaces
    group by kind, feed, covered
)
select c.kind, c.file_id, c.line, c.record_key,
    case
        when c.repeats then 'duplicate'
        when c.versions_from_here > 1 then 'superseded'
        when v.newest > c.last_seen then 'withdrawn'
        else 'loaded'
    end as outcome
from counted as c
left join covers as v on c.replaces and v.kind = c.kind and v.feed = c.feed and v.covered = c.covered
