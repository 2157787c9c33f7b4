-- What each partner would earn more if it held its next level, at its pace: worked out by the
-- models themselves, run to the end of the programme year with that level from the next month on.
-- Where partners share in what a line may earn, all of them are raised together. There are rows
-- where the configuration asks to look ahead, for partners with sales to come.
--
-- grain: partner_id, month
-- partner_id
-- month  first day of the month of the run
-- level  the next level
-- from_month  first day of the first month in which it would be held
-- to_month    first day of the last month of the programme year
-- would_earn  what the partner would earn more in these months, money entries such as a guarantee
--             included, in the programme currency; below zero: less
select
    r.partner_id, g.month, r.level, (g.month + to_months(1))::date as from_month,
    g.last_month as to_month, (r.earned - e.earned)::decimal(18,2) as would_earn
from expected.raised as r
join expected.earned as e using (partner_id)
cross join expected.pace as g
