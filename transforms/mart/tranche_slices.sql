-- The part of each movement in each tranche, under the methods marginal and document.
--
-- incremental: stated.slices
-- grain: credit_id, month, tranche
-- credit_id, partner_id
-- month  first day of the month it is stated in
-- incentive, sale_id, year_start, schedule
-- tranche  number of the tranche, from 1; 0 below zero; the first of more than a hundred whole ones
-- through_tranche, from_amount, to_amount
-- rate  rate as a fraction, 0.05 is 5 %
-- fill_before, fill_after
-- base    what the movement put into the tranche, in the programme currency
-- earned  margin earned by that, before any cap, in the programme currency
select
    c.credit_id, c.partner_id, c.posting_month as month, c.incentive, c.sale_id, c.year_start,
    s.schedule, s.tranche, s.through_tranche, s.from_amount, s.to_amount, s.rate,
    s.fill_before, s.fill_after, s.base, s.earned
from intermediate.slices as s
join intermediate.credits as c using (credit_id)
order by c.posting_month, c.partner_id -- the order of reading
