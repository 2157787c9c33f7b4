-- What each movement earned for reaching a tranche, or took back by falling below it.
--
-- incremental: stated.flats
-- grain: credit_id, month, earned_by, earned_in, tranche
-- credit_id, partner_id
-- month  first day of the month it is stated in
-- incentive, year_start
-- earned_by    the credit that reached the tranche: itself, or the one it takes back from
-- earned_in    first day of the month that was stated in
-- position     the running base: its incentive, period and family, or its document
-- sequence     number of the movement that reached the tranche, in the programme year of its
--              partner and incentive
-- schedule, tranche
-- reached_at   lowest position that has reached the tranche, in the programme currency or in units
-- amount       in the programme currency; below zero where it is taken back
select
    c.credit_id, c.partner_id, c.posting_month as month, c.incentive, c.year_start, f.earned_by,
    f.earned_in, f.position, f.sequence, f.schedule, f.tranche, f.reached_at, f.amount
from intermediate.flat_steps as f
join intermediate.credits as c using (credit_id)
order by c.posting_month, c.partner_id -- the order of reading
