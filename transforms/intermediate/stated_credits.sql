-- What the closed months have stated of each credit.
--
-- grain: distributor, document_no, line_no, line_key, partner_id, module
-- distributor      code of the sender
-- document_no      the document
-- line_no          its line
-- line_key         the rest of the key a feed declares
-- partner_id       who was credited
-- module           through what
-- base             of all movements together
-- amount           the line's, as it was stated last
-- net_amount       in the document's currency
-- month            the month it was first stated in
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
select distributor, document_no, line_no, line_key, partner_id, module, sum(base)::decimal(18,2) as base,
    arg_max(amount, month) as amount, arg_max(net_amount, month) as net_amount, min(month) as month,
    arg_max(sale_id, month) as sale_id, arg_max(document_date, month) as document_date,
    arg_max(file_name, month) as file_name, arg_max(file_line, month) as file_line,
    arg_min(terms_date, month) as terms_date, arg_min(terms_document, month) as terms_document, arg_min(year_start, month) as year_start,
    arg_min(period_start, month) as period_start, arg_min(position_family, month) as position_family, arg_min(level, month) as level,
    arg_min_null(schedule, month) as schedule, arg_min(rules_hash, month) as rules_hash
from stated.lines
group by distributor, document_no, line_no, line_key, partner_id, module
