-- The day from which partners of a type may earn, under each version of the programme. A type
-- without a row is admitted from the start.
--
-- grain: rules_hash, partner_type
-- rules_hash, partner_type
-- from_date  first day on which partners of that type may earn
select v.hash as rules_hash, a.partner_type, a.from_date
from rules.admissions as a
join rules.versions as v using (version)
