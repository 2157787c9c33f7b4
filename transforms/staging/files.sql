-- Every landed file as it was loaded, or why it was refused.
--
-- grain: file_id
-- file_id         number in the order of landing, from 1
-- sha256          of the landed bytes
-- file_name, feed
-- kind            of source
-- replaces        the feed is complete for the months (or the whole) a file covers
-- landed_at       when it landed, UTC
-- is_loaded       false: refused whole
-- reason          code of the refusal
-- detail          the refusal in words
-- records
-- rejected        of them, not believed
-- amount          sum of the net amounts that could be read, in the documents' currencies
-- unread_amounts  rejected rows whose amount could not be read
-- notes
select
    file_id, sha256, name as file_name, feed, kind, replaces, landed_at,
    status = 'loaded' as is_loaded,
    reason, detail, records, rejected, (amount + rejected_amount)::decimal(38,6) as amount,
    unread_amounts, notes
from raw.files
