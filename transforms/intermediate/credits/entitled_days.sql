-- For each day with lines: whether their buyer, their distributor or a claimant of their deal is a
-- partner as an incentive asks. The same for every partner on the last day of a period with a
-- guaranteed minimum. Incentives that ask the same share a row, and each day is judged once,
-- however many lines it has.
--
-- grain: partner_id, who, version, terms_date
-- partner_id
-- who         the first of the incentives that ask the same
-- version, terms_date
-- reason      why the partner may not earn; null where it may
with asked as (
    select version, place as who, credits, module, partner_types, countries
    from rules.incentives
    where place = who
),
credited as (
    select partner_id, 'buyer' as credits, version, terms_date from intermediate.valued_lines
    union
    select distributor_id, 'distributor', version, terms_date from intermediate.valued_lines
    union
    select k.partner_id, 'claims', l.version, l.terms_date
    from intermediate.valued_lines as l
    join intermediate.deal_claims as k
        on k.deal_id = l.deal_id and k.from_date <= l.terms_date and l.terms_date <= k.to_date
),
judging as ( -- also by the versions that partners keep by agreement
    select * from credited
    union
    select c.partner_id, c.credits, a.version, c.terms_date
    from credited as c
    join intermediate.agreements as a
        on a.partner_id = c.partner_id and a.from_date <= c.terms_date
        and c.terms_date <= a.to_date
),
days as (
    select c.partner_id, a.who, a.version, c.terms_date, a.module, a.partner_types, a.countries
    from judging as c
    join asked as a using (version, credits)
    where c.partner_id is not null
    union
    select p.partner_id, a.who, a.version, m.month_end, a.module, a.partner_types, a.countries
    from intermediate.months as m
    join rules.incentives as g on g.version = m.version and g.guaranteed is not null
    join asked as a on a.version = g.version and a.who = g.who
    cross join intermediate.all_partners as p
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
