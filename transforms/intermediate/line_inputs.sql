-- What the credits of each line of the closed months, and of the first open one, rest
-- upon, in one number: the line itself, with its value; the rules in force; what its
-- buyer and its distributor hold under them; the claims on its deal, with what the
-- claimants hold. While it is what it was when a month was closed, so is everything
-- that follows from it. The number of a version is none of it: a version that is added
-- moves those of others.
--
-- grain: sale_id
-- sale_id  the line
-- month    of its document
-- inputs   hash of all of that
with versions as (
    select version, hash from rules.versions
    union all
    select 0, 'before the programme'
),
holding as (
    select partner_id, version, list_sort(list(hash(module, from_date, to_date, admitted_from))) as held
    from intermediate.held_modules
    group by partner_id, version
),
partners as (
    select p.partner_id, v.version, hash(p.partner_id, p.is_active, v.hash, h.held) as terms
    from intermediate.partners as p
    cross join versions as v
    left join holding as h on h.partner_id = p.partner_id and h.version = v.version
),
deals as (
    select c.deal_id, v.version,
        hash(list_sort(list(hash(c.partner_code, c.partner_id, c.role, c.registered_on, c.expires_on, c.status, p.terms)))) as claims
    from intermediate.deal_claims as c
    cross join versions as v
    left join partners as p on p.partner_id = c.partner_id and p.version = v.version
    group by c.deal_id, v.version
)
select l.sale_id, l.month, hash(*columns(l.* exclude (version)), b.terms, d.terms, k.claims) as inputs
from intermediate.lines as l
left join partners as b on b.partner_id = l.partner_id and b.version = coalesce(l.version, 0)
left join partners as d on d.partner_id = l.distributor_id and d.version = coalesce(l.version, 0)
left join deals as k on k.deal_id = l.deal_id and k.version = coalesce(l.version, 0)
where l.month <= (select min(month) from intermediate.months where is_open)
