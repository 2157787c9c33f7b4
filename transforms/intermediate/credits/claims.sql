-- Every claim on a registered deal with every line of that deal that an incentive for claims could
-- count: whether it counts, or why not.
--
-- is a view
-- grain: sale_id, incentive, partner_code, role
-- sale_id, incentive, deal_id, partner_code
-- partner_id  null when unknown
-- role, registered_on, status, weight
-- reason  why it does not count; null when it does
select c.* exclude (reason),
    if(c.reason is null and x.sale_id is not null, 'another_incentive', c.reason) as reason
from intermediate.claim_reasons as c
left join intermediate.excluded_credits as x using (sale_id, incentive, partner_id)
