-- The sell-out lines that wait for a person to accept or refuse them.
--
-- is a view
-- grain: sale_id
-- sale_id
-- kind     why it waits
-- subject  what changes: the line, or the feed
-- change   from what to what
-- change_id
select sale_id, kind, subject, change, change_id
from intermediate.contested_versions
where is_accepted is null
