-- The versions of the programme, with everything but the schedules.
--
-- grain: rules_hash
-- rules_hash        of the version
-- name              of the version
-- currency          of the programme; every amount without a currency beside it is in it
-- from_date         first day it holds
-- to_date           the day the next one begins
-- minimum_payable   less is carried to the next month
-- lead_days         a deal counts from so many days after its registration
-- window_days       until so many days after it
-- own_deals         a partner may be credited for what it bought itself
-- unclaimed         rescale: unclaimed roles go to the others; drop: to no one
-- points_from       first day Sell With earns points; null: not
-- money_from        first day Sell With earns money; null: not
-- status_months     points by amount count for so many months
-- expire_months     spendable points lapse after so many; null: never
-- redemption_value  of one point, in the programme currency
-- person_cap        most that one person's certifications count for; null: no cap
-- levels            computed, or directory
-- review_month      levels fall only at its end
-- grace_months      month-ends looked at then
select v.hash as rules_hash, v.name, p.currency, v.from_date, v.to_date, p.minimum_payable, v.lead_days, v.window_days, v.own_deals,
    if(v.rescale, 'rescale', 'drop') as unclaimed, v.points_from, v.money_from, v.status_months, v.expire_months, v.redemption_value,
    v.person_cap, if(v.levels_computed, 'computed', 'directory') as levels, v.review_month, v.grace_months
from rules.versions as v
cross join rules.programme as p
