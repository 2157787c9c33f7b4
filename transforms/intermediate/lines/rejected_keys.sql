-- The keys that files of feeds in mode replace hold in rows that were rejected: such a file does
-- not lack them. A row whose key cannot be read may be any, so its file withdraws nothing.
--
-- grain: file_id, record_key
-- file_id, feed
-- kind        of source
-- record_key  what identifies the row; null when that cannot be read
select distinct r.file_id, f.feed, f.kind, r.record_key
from staging.rejects as r
join staging.files as f on f.file_id = r.file_id
where f.replaces and f.is_loaded
