-- The weight of each role in a registered deal under each version of the programme.
--
-- grain: rules_hash, role
-- rules_hash  of the programme version
-- role        sourced, influenced, delivered
-- weight      its part of the whole
select v.hash as rules_hash, w.role, w.weight
from rules.weights as w
join rules.versions as v on v.version = w.version
