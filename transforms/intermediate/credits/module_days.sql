-- For each day with lines: whether the buyer is active, holds resell and is admitted, and the same
-- of the distributor and distribution. Each day is checked once, however many lines it has.
--
-- grain: partner_id, module, version, terms_date
-- partner_id
-- module  resell for the buyer, distribution for the distributor
-- version, terms_date
-- is_active
-- is_held      the partner holds the module on that day
-- is_admitted  the version admits the partner's type on that day
with pairs as (
    select distinct partner_id, distributor_id, version, terms_date from intermediate.valued_lines
),
days as (
    select distinct partner_id, 'resell' as module, version, terms_date from pairs
    union all
    select distinct distributor_id, 'distribution', version, terms_date
    from pairs
    where distributor_id is not null
)
select
    d.partner_id, d.module, d.version, d.terms_date,
    coalesce(any_value(p.is_active), false) as is_active, count(h.partner_id) > 0 as is_held,
    coalesce(bool_or(h.admitted_from <= d.terms_date), false) as is_admitted
from days as d
left join intermediate.partner_days as p
    on p.partner_id = d.partner_id and p.from_date <= d.terms_date and d.terms_date <= p.to_date
left join intermediate.held_modules as h
    on h.partner_id = d.partner_id and h.module = d.module and h.version = d.version
        and h.from_date <= d.terms_date and d.terms_date <= h.to_date
group by d.partner_id, d.module, d.version, d.terms_date
