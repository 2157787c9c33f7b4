-- The keys of rejected rows in complete files. A complete file does not withdraw a key that it
-- holds in a rejected row. A file with an unreadable key withdraws nothing.
--
-- grain: file_id, record_key
-- file_id, feed, kind
-- record_key  null when it cannot be read
select distinct r.file_id, f.feed, f.kind, r.record_key
from staging.rejects as r
join staging.files as f using (file_id)
where f.replaces and f.is_loaded
