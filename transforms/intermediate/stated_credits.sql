-- What the closed months have stated of each credit that moves.
--
-- grain: distributor, document_no, line_no, line_key, partner_id, module
-- distributor      code of the sender
-- document_no      the document
-- line_no          its line
-- line_key         the rest of the key a feed declares
-- partner_id       who was credited
-- module           through what
-- amount           the line's, as it was stated last
-- net_amount       in the document's currency
-- sale_id          the version of the line stated last
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
select distributor, document_no, line_no, line_key, partner_id, module,
    arg_max(l.amount, row(l.month, l.sale_id)) as amount, arg_max(l.net_amount, row(l.month, l.sale_id)) as net_amount,
    arg_max(l.sale_id, row(l.month, l.sale_id)) as sale_id, arg_max(l.document_date, row(l.month, l.sale_id)) as document_date,
    arg_max(l.file_name, row(l.month, l.sale_id)) as file_name, arg_max(l.file_line, row(l.month, l.sale_id)) as file_line,
    arg_min(l.terms_date, row(l.month, l.sale_id)) as terms_date, arg_min(l.terms_document, row(l.month, l.sale_id)) as terms_document, arg_min(l.year_start, row(l.month, l.sale_id)) as year_start,
    arg_min(l.period_start, row(l.month, l.sale_id)) as period_start, arg_min(l.position_family, row(l.month, l.sale_id)) as position_family, arg_min(l.level, row(l.month, l.sale_id)) as level,
    arg_min_null(l.schedule, row(l.month, l.sale_id)) as schedule, arg_min(l.rules_hash, row(l.month, l.sale_id)) as rules_hash
from intermediate.stated_lines as l
join intermediate.moving as m using (distributor, document_no, line_no, line_key, partner_id, module)
group by distributor, document_no, line_no, line_key, partner_id, module
