-- Sell-out lines that a person has joined to a registered deal, every version.
--
-- grain: file_id, line
-- file_id, line, distributor, document_no, line_no, line_key
-- deal_id  the deal it belongs to
-- accepted_by
-- reason   why
select
    file_id, line, distributor, document_no, line_no, coalesce(line_key, '') as line_key, deal_id,
    accepted_by, reason
from raw.links
