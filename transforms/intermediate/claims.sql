-- Every claim on a registered deal, as it stands, against every line of that
-- deal: whether it counts, or why not.
--
-- grain: sale_id, partner_code, role
-- sale_id        the line
-- deal_id        the deal
-- partner_code   who claims, as the claim names it
-- partner_id     who that is, null when unknown
-- role           what for
-- registered_on  day of registration
-- status         of the claim
-- weight         of the role
-- reason         why it does not count, null when it does
select sale_id, deal_id, partner_code, partner_id, role, registered_on, status, weight, reason
from intermediate.judged_claims
where not is_suggested
