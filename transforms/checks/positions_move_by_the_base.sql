-- A movement moves its position by its base: no row was paired with another's.
select sale_id, partner_id, module, month, walk_lo, walk_hi, lo, hi, base
from mart.statement_lines
where walk_hi - walk_lo <> base or hi - lo <> base
