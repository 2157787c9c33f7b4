-- The versions of the programme whose incentives by agreement a partner keeps, and on which days.
--
-- grain: partner_id, version, from_date, to_date
-- partner_id
-- version    the version that it keeps
-- from_date
-- to_date    last day
select a.partner_id, v.version, a.from_date, a.to_date
from intermediate.partner_items as a
join rules.versions as v on v.name = a.item and v.from_date is not null
where a.attribute = 'agreement'
