-- Every landed file: what was loaded from it, or why it was refused.
--
-- grain: file_id
-- file_id, sha256, file_name, feed, kind
-- replaces  a file of the feed is complete for the months it covers, or as a whole
-- landed_at
-- landed_on  day it landed, UTC
-- first_open  first month that was open when it landed; 1900-01-01 when none was closed
-- is_loaded
-- reason  code of the refusal
-- detail, records, rejected, excluded, other_lines
-- amount  sum of the net amounts that could be read, in the documents' currencies
-- excluded_amount, unread_amounts, notes
select
    file_id, sha256, name as file_name, feed, kind, replaces, landed_at,
    landed_at::date as landed_on, coalesce(first_open, date '1900-01-01') as first_open,
    status = 'loaded' as is_loaded,
    reason, detail, records, rejected, excluded, other_lines,
    (amount + rejected_amount + excluded_amount)::decimal(38,6) as amount,
    excluded_amount, unread_amounts, notes
from raw.files
