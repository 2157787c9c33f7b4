-- The movements of the open months: what each credit should be, less what the closed months have
-- stated. Changes that wait for a person are left out.
--
-- is a view
-- grain: credit_id
-- credit_id, sale_id, matched_sale, partner_id, incentive, base
-- posting_month  month it is stated in
-- adjusts_month, document_date, distributor, document_no, terms_document, terms_line, line_no,
-- line_key, terms_date, version, year_start, period_start, position_family
-- is_due     the credit counts today
-- has_stated_terms  it has the terms that were stated of it, or of the sale it takes back
-- level      as stated; null when nothing was
-- schedule   as stated
-- status_on  the day its points count from for the level; null for a stated credit
select * exclude (change_id)
from intermediate.movements
where change_id is null
