-- The fill of a tranche is between zero and its width. Tranche 0 is never above zero.
select sale_id, partner_id, incentive, tranche, fill_before, fill_after
from mart.tranche_slices
where tranche > 0 and (least(fill_before, fill_after) < 0
    or greatest(fill_before, fill_after) > to_amount - from_amount)
    or tranche = 0 and greatest(fill_before, fill_after) > 0
