-- Links between sell-out lines and registered deals that people have accepted, every version.
--
-- grain: file_id, line
-- file_id, line, distributor, document_no, line_no, line_key, deal_id, accepted_by
-- reason  why it was accepted
select
    file_id, line, distributor, document_no, line_no, coalesce(line_key, '') as line_key, deal_id,
    accepted_by, reason
from raw.links
