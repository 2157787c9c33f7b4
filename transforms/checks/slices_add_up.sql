-- The slices of a movement add up to its base and to what it earns by rates. With what it earns for
-- reaching tranches, that is its margin before the cap where no limit cuts it.
with sliced as (
    select credit_id, month, sum(base) as base, sum(earned) as earned
    from mart.tranche_slices
    group by credit_id, month
)
select l.credit_id, l.sale_id, l.partner_id, l.base, s.base as sliced, l.by_rate, s.earned
from mart.statement_lines as l
left join sliced as s using (credit_id, month)
where l.method in ('marginal', 'document') and l.base <> 0
    and (s.base is distinct from l.base or s.earned is distinct from l.by_rate)
union all
select credit_id, sale_id, partner_id, limited - cut, flat, before_cap, earned
from mart.statement_lines
where limited - cut + flat <> before_cap
