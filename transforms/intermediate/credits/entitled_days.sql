-- For each day with lines: whether the buyer, or the distributor, is a partner as an incentive
-- asks. Incentives that ask the same share a row, and each day is judged once, however many lines
-- it has.
--
-- grain: partner_id, who, version, terms_date
-- partner_id
-- who         the first of the incentives that ask the same
-- version, terms_date
-- reason      why the partner may not earn; null where it may
with pairs as (
    select distinct partner_id, distributor_id, version, terms_date from intermediate.valued_lines
),
asked as (
    select version, place as who, credits, module, partner_types, countries
    from rules.incentives
    where place = who and credits in ('buyer', 'distributor')
),
days as (
    select distinct if(a.credits = 'buyer', p.partner_id, p.distributor_id) as partner_id,
        a.who, a.version, p.terms_date, a.module, a.partner_types, a.countries
    from pairs as p
    join asked as a using (version)
    where a.credits = 'buyer' or p.distributor_id is not null
),
judged as (
    select
        d.partner_id, d.who, d.version, d.terms_date, any_value(d.module) as module,
        coalesce(any_value(p.is_active), false) as is_active,
        count(h.partner_id) > 0 as is_held,
        coalesce(bool_or(h.admitted_from <= d.terms_date), false) as is_admitted,
        coalesce(any_value(d.partner_types is null
            or list_contains(d.partner_types, p.partner_type)), false) as is_of_type,
        coalesce(any_value(d.countries is null or list_contains(d.countries, p.country)), false)
        as is_in_country
    from days as d
    left join intermediate.partner_days as p
        on p.partner_id = d.partner_id and p.from_date <= d.terms_date
        and d.terms_date <= p.to_date
    left join intermediate.held_modules as h
        on h.partner_id = d.partner_id and h.module = d.module and h.version = d.version
            and h.from_date <= d.terms_date and d.terms_date <= h.to_date
    group by d.partner_id, d.who, d.version, d.terms_date
)
select partner_id, who, version, terms_date,
    case
        when not is_active then 'partner_inactive'
        when not is_held then 'module_not_held'
        when not is_admitted then 'not_admitted_yet'
        when not is_of_type then 'other_partner_type'
        when not is_in_country then 'other_country'
    end as reason
from judged
