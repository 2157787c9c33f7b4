-- The weight of each role in a registered deal under each version of the programme.
--
-- grain: rules_hash, incentive, role
-- rules_hash, incentive, role, weight
select v.hash as rules_hash, w.incentive, w.role, w.weight
from rules.weights as w
join rules.versions as v using (version)
