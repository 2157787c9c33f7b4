-- What the closed months have stated of each line, by the key it has now.
--
-- is a view
-- grain: sale_id, partner_id, module, month
-- sale_id          the version of the line
-- distributor      code of the sender
-- document_no      the document
-- line_no          its line
-- line_key         the rest of the key a feed declares
-- partner_id       who was credited
-- module           through what
-- month            it was stated in
-- base             what moved
-- amount           the line's
-- net_amount       in the document's currency
-- document_date    its day
-- file_name        the file it was in
-- file_line        and the line
-- terms_date       the day whose rules held
-- terms_document   the document whose position it moved
-- year_start       first day of its programme year
-- period_start     first day of its period
-- position_family  the family with a position of its own; empty for all others
-- level            it was stated with
-- schedule         it was stated with; null: the programme paid nothing
-- rules_hash       of the programme version it was stated under
select l.sale_id, coalesce(n.distributor, l.distributor) as distributor, coalesce(n.document_no, l.document_no) as document_no,
    coalesce(n.line_no, l.line_no) as line_no, coalesce(n.line_key, l.line_key) as line_key, l.partner_id, l.module, l.month, l.base,
    l.amount, l.net_amount, l.document_date, l.file_name, l.file_line, l.terms_date,
    coalesce(d.terms_document, l.terms_document) as terms_document,
    l.year_start, l.period_start, l.position_family, l.level, l.schedule, l.rules_hash
from stated.lines as l
left join intermediate.renamed_lines as n on n.sale_id = l.sale_id
left join intermediate.renamed_documents as d on d.sale_id = l.sale_id
