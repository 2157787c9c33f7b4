-- What documents were called when lines of them were stated, and are not called now. A table of
-- its own, and nearly always empty: what joins it has nothing to do then, and is told beforehand.
--
-- grain: distributor, document_no
-- distributor  code of the sender
-- document_no  the document as it was stated
select distinct s.distributor, s.document_no
from stated.lines as s
join intermediate.renamed_lines as n on n.sale_id = s.sale_id
where n.document_no <> s.document_no
