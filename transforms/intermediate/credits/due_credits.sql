-- What every credit should be by today's facts, with the period it belongs to. What has been stated
-- plays no part.
--
-- is a view
-- grain: credit_id
-- credit_id, sale_id, matched_sale, partner_id, incentive, base, month, document_date,
-- distributor, document_no,
-- terms_document, line_no, line_key, terms_date, version, year_start, period_start,
-- position_family
select * exclude (change_id)
from intermediate.line_credits
where change_id is null
