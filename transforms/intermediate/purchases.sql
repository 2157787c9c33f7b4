-- What each line would give its buyer and its distributor, and why not.
--
-- grain: sale_id, module
-- sale_id     the line
-- partner_id  who would be credited
-- module      resell for the buyer, distribution for the distributor
-- base        the line's amount
-- reason      why it does not count, null when it does
with sides as (
    select sale_id, 'resell' as module, partner_id, amount, is_licence, terms_date, version
    from intermediate.dated_lines
    union all
    select sale_id, 'distribution', distributor_id, amount, is_licence, terms_date, version
    from intermediate.dated_lines
    where distributor_id is not null
),
-- A partner's status has no date: one that is inactive today keeps what was stated.
kept as (
    select l.sale_id, s.partner_id, s.module
    from intermediate.stated_bases as s
    join intermediate.partners as p on p.partner_id = s.partner_id and not p.is_active
    join intermediate.dated_lines as l
        on l.distributor = s.distributor and l.document_no = s.document_no and l.line_no = s.line_no and l.line_key = s.line_key
),
-- A day is judged once, however many lines it has.
days as (
    select distinct partner_id, module, version, terms_date from sides
),
held as (
    select d.partner_id, d.module, d.version, d.terms_date, bool_or(coalesce(h.admitted_from <= d.terms_date, false)) as is_admitted
    from days as d
    join intermediate.held_modules as h
        on h.partner_id = d.partner_id and h.module = d.module and h.version = d.version
        and h.from_date <= d.terms_date and d.terms_date <= h.to_date
    group by d.partner_id, d.module, d.version, d.terms_date
)
select s.sale_id, s.partner_id, s.module, s.amount as base,
    case
        when not s.is_licence then 'not_a_licence'
        when s.version is null then 'before_the_programme'
        when not p.is_active and k.partner_id is null then 'partner_inactive'
        when h.partner_id is null then 'module_not_held'
        when not h.is_admitted then 'not_admitted_yet'
    end as reason
from sides as s
join intermediate.partners as p on p.partner_id = s.partner_id
left join held as h on h.partner_id = s.partner_id and h.module = s.module and h.version = s.version and h.terms_date = s.terms_date
left join kept as k on k.sale_id = s.sale_id and k.partner_id = s.partner_id and k.module = s.module
