-- Every partner there is or has been: those of the directory, and those of whom a closed month has
-- stated something.
--
-- grain: partner_id
-- partner_id
select partner_id from intermediate.partners
union
select partner_id from stated.partners
