-- Manual money adjustments, with who entered them and why, and guaranteed minimums.
--
-- incremental: stated.entries
-- grain: entry_id, partner_id, month
-- entry_id, partner_id
-- month  first day of the month it is stated in
-- posted_on
-- amount  amount, in the programme currency; negative takes away
-- reason, entered_by
-- incentive  name of the incentive whose guaranteed minimum it is; null for what people enter
-- file_name, file_line
select entry_id, partner_id, month, posted_on, amount, reason, entered_by, incentive,
    file_name, file_line
from intermediate.entry_deltas
where is_accepted
