-- The months, and how final their figures are.
--
-- grain: month
-- month
-- rules_hash   hash of the programme version in force on its last day
-- status       open: figures can change; closed: stated, not yet approved; final: stated and
--              approved
-- version      edition of its statements, from 1; a restated month has the next number; null while
--              it is open
-- prepared_by  who closed it; null while it is open
-- prepared_at  when it was closed, UTC; null while it is open
-- approved_by  who made it final; null until then
select
    m.month, v.hash as rules_hash, case when c.month is null then 'open'
    when c.approved_by is null then 'closed' else 'final' end as status, c.version, c.prepared_by,
    c.prepared_at, c.approved_by
from intermediate.months as m
left join stated.closings as c using (month)
left join rules.versions as v on v.version = m.version
