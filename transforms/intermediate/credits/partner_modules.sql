-- The modules each partner holds, and when.
--
-- is a view
-- grain: partner_id, module, from_date, to_date
-- partner_id, module, from_date
-- to_date  last day
select distinct partner_id, item as module, from_date, to_date
from intermediate.partner_items
where attribute = 'module'
