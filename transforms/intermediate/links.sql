-- The deal that a person has joined a sell-out line to.
--
-- grain: distributor, document_no, line_no
-- distributor  code of the sender
-- document_no  the document
-- line_no      its line
-- deal_id      the deal
-- accepted_by  who decided so
-- file_id      the file it was decided in
-- line         and the line in it
select k.distributor, k.document_no, k.line_no, k.deal_id, k.accepted_by, k.file_id, k.line
from staging.links as k
join intermediate.record_versions as v
    on v.kind = 'links' and v.file_id = k.file_id and v.line = k.line and v.outcome = 'loaded'
