-- The versions of the programme, with everything but the incentives and schedules.
--
-- grain: rules_hash
-- rules_hash
-- name      name of the programme version
-- currency  the programme currency; every amount without a currency beside it is in it
-- from_date, to_date
-- minimum_payable   a payable of less than this is carried to the next month, in the programme
--                   currency
-- settle_after      months after which a smaller payable is paid all the same; null: never
-- pay_currency      programme: partners are paid in the programme currency; partner: in their own
-- status_months     months for which points by amount count towards a level
-- expire_months     months after which spendable points lapse; null: never
-- redemption_value  what one point pays for, in the programme currency
-- person_cap        most points that one person's certifications count for; null: no cap
-- levels            where levels come from: computed, or directory
-- review_month      number of the month of the year at whose end levels can fall, 12 is December
-- grace_months      how many month-ends up to the review are looked at: a level falls when it was
--                   missed at each
select
    v.hash as rules_hash, v.name, p.currency, v.from_date, v.to_date, p.minimum_payable,
    p.settle_after, if(p.pays_own, 'partner', 'programme') as pay_currency,
    v.status_months, v.expire_months, v.redemption_value, v.person_cap,
    if(v.levels_computed, 'computed', 'directory') as levels,
    v.review_month, v.grace_months
from rules.versions as v
cross join rules.programme as p
