-- The slices of a movement add up to its base and to what it earned.
select l.sale_id, l.partner_id, l.module, min(l.base) as base, sum(s.base) as sliced, min(l.before_cap) as before_cap, sum(s.earned) as earned
from mart.statement_lines as l
left join mart.tranche_slices as s on s.sale_id = l.sale_id and s.partner_id = l.partner_id and s.module = l.module and s.month = l.month
where l.method in ('marginal', 'document') and l.base <> 0
group by l.sale_id, l.partner_id, l.module, l.month
having sum(s.base) is distinct from min(l.base) or sum(s.earned) is distinct from min(l.before_cap)
