-- How much the closed months have stated of each credit, and since when.
--
-- grain: distributor, document_no, line_no, line_key, partner_id, module
-- distributor  code of the sender
-- document_no  the document
-- line_no      its line
-- line_key     the rest of the key a feed declares
-- partner_id   who was credited
-- module       through what
-- base         of all movements together
-- month        the month it was first stated in
select distributor, document_no, line_no, line_key, partner_id, module, sum(base)::decimal(18,2) as base, min(month) as month
from intermediate.stated_lines
group by distributor, document_no, line_no, line_key, partner_id, module
