-- What the credits of sell-out lines rest upon besides the lines' own rows: what a code
-- means and what those it means hold, the claims on a deal with what the claimants hold,
-- both under each version of the rules; the rate and the rules of a day; a product. While
-- all that a line rests upon is what it was when a month was last closed, so is
-- everything that follows from it. The number of a version is none of it: a version that
-- is added moves those of others.
--
-- grain: ground
-- ground  hash of what it is called
-- inputs  hash of all it says
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
    select p.partner_id, v.version, hash(p.partner_id, p.is_active, h.held) as terms
    from intermediate.partners as p
    cross join versions as v
    left join holding as h on h.partner_id = p.partner_id and h.version = v.version
)
select hash('code', v.hash, m.distributor, m.code) as ground, hash(m.partner_id, m.meanings, m.distributor_id, b.terms, d.terms) as inputs
from intermediate.code_meanings as m
cross join versions as v
left join partners as b on b.partner_id = m.partner_id and b.version = v.version
left join partners as d on d.partner_id = m.distributor_id and d.version = v.version
union all
select hash('deal', v.hash, c.deal_id),
    hash(list_sort(list(hash(c.partner_code, c.partner_id, c.role, c.registered_on, c.expires_on, c.status, p.terms))))
from intermediate.deal_claims as c
cross join versions as v
left join partners as p on p.partner_id = c.partner_id and p.version = v.version
group by c.deal_id, v.hash
union all
select hash('day', l.currency, l.terms_date), hash(v.hash, l.rate, l.rate_date, l.is_known_currency)
from intermediate.line_days as l
join versions as v on v.version = coalesce(l.version, 0)
union all
select hash('product', sku), hash(product_name, family, is_licence)
from intermediate.products
