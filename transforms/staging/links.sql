-- Sell-out lines that a person has joined to a registered deal, every version.
--
-- grain: file_id, line
-- file_id      the file
-- line         and the line in it
-- distributor  code of the sender
-- document_no  the document
-- line_no      its line
-- line_key     the rest of the key a feed declares, empty for most
-- deal_id      the deal it belongs to
-- accepted_by  who decided so
-- reason       why
select
    file_id, line, distributor, document_no, line_no, coalesce(line_key, '') as line_key, deal_id,
    accepted_by, reason
from raw.links
