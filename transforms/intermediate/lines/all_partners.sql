-- Every partner in the partner file, and every other partner of a closed month.
--
-- grain: partner_id
-- partner_id
select partner_id from intermediate.partners
union
select partner_id from stated.partners
