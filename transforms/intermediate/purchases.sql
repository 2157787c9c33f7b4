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
judged as (
    select s.sale_id, s.partner_id, s.module, s.amount as base, s.version,
        bool_and(s.is_licence) as is_licence,
        bool_or(h.partner_id is not null) as is_held,
        bool_or(coalesce(h.admitted_from <= s.terms_date, false)) as is_admitted
    from sides as s
    left join intermediate.held_modules as h
        on h.partner_id = s.partner_id and h.module = s.module and h.version = s.version
        and h.from_date <= s.terms_date and s.terms_date <= h.to_date
    group by s.sale_id, s.partner_id, s.module, s.amount, s.version
)
select j.sale_id, j.partner_id, j.module, j.base,
    case
        when not j.is_licence then 'not_a_licence'
        when j.version is null then 'before_the_programme'
        when not p.is_active and k.partner_id is null then 'partner_inactive'
        when not j.is_held then 'module_not_held'
        when not j.is_admitted then 'not_admitted_yet'
    end as reason
from judged as j
join intermediate.partners as p on p.partner_id = j.partner_id
left join kept as k on k.sale_id = j.sale_id and k.partner_id = j.partner_id and k.module = j.module
