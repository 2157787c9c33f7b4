-- Each movement changes its positions by its base.
select sale_id, partner_id, incentive, month, running_lo, running_hi, lo, hi, base
from mart.statement_lines
where running_hi - running_lo <> base or hi - lo <> base
