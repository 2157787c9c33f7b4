-- What every credit should be by today's facts, with the period it belongs to. What has been stated
-- of it plays no part.
--
-- is a view
-- grain: credit_id
-- credit_id, sale_id, matched_sale, partner_id, incentive, base, month, document_date, distributor,
-- document_no, terms_document, terms_line, line_no, line_key, terms_date, version, year_start,
-- period_start, position_family
-- has_stated_terms  it takes back a sale that was stated, and has the terms of that
-- level      as stated; null without stated terms
-- schedule   likewise
-- status_on  the day its points count from for the level: a return has that of its sale
select * exclude (change_id)
from intermediate.line_credits
where change_id is null
