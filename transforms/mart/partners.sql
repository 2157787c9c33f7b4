-- The partners, as the newest row about each says.
--
-- grain: partner_id
-- partner_id, name, country, town
-- currency  currency it reckons in
-- language, email, partner_type, is_active
-- modules  modules it holds on the last day of the run's month, separated by commas
select p.partner_id, p.name, p.country, p.town, p.currency, p.language, p.email, p.partner_type,
    p.is_active or coalesce(p.left_on > last_day(r.through_month), false) as is_active,
    (select string_agg(distinct m.module, ', ' order by m.module)
        from intermediate.partner_modules as m
        where m.partner_id = p.partner_id and m.from_date <= last_day(r.through_month)
            and last_day(r.through_month) <= m.to_date) as modules
from intermediate.partners as p
cross join rules.programme as r
union all
select
    partner_id, arg_max(name, month), arg_max(country, month), arg_max(town, month),
    arg_max(currency, month), arg_max(language, month), null,
    arg_max(partner_type, month), false, null
from stated.partners
where partner_id not in (select partner_id from intermediate.partners)
group by partner_id
