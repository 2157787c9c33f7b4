-- The postings of points in the open months, before any expire: by amount, along
-- the walk; for all else what should be, less what the closed months have stated
-- of it. A correction of what was stated is posted on the first open day.
--
-- grain: entry
-- entry       what the posting is, in a form that never repeats
-- origin      what it is for: corrections share it with what they correct
-- partner_id  whose
-- posted_on   its day
-- kind        purchase, sell_with, certification, bonus or redemption
-- category    of a certification
-- points      may be negative
-- balance     both, status or spendable: which balance it counts for
-- rules_hash  of the programme version; null for manual postings
-- sale_id     the line it comes from
-- source      the certification and person, or the manual posting
-- mends_month  the closed month it mends; null for what is new in an open one
with stated as (
    select origin, partner_id, sum(points) as points, min(posted_on) as first_posted_on, arg_max(posted_on, posted_on) as posted_on, arg_max(kind, posted_on) as kind,
        arg_max(category, posted_on) as category, arg_max(balance, posted_on) as balance, arg_max(rules_hash, posted_on) as rules_hash,
        arg_max(source, posted_on) as source
    from stated.points
    where kind in ('certification', 'bonus', 'redemption')
    group by origin, partner_id
),
compared as (
    select coalesce(d.origin, s.origin) as origin, coalesce(d.partner_id, s.partner_id) as partner_id,
        coalesce(d.points, 0) - coalesce(s.points, 0) as points, greatest(coalesce(d.posted_on, s.posted_on), p.first_open) as posted_on,
        coalesce(d.kind, s.kind) as kind, coalesce(d.category, s.category) as category, coalesce(d.balance, s.balance) as balance,
        coalesce(v.hash, s.rules_hash) as rules_hash, coalesce(d.source, s.source) as source,
        case when s.origin is not null or d.posted_on < p.first_open
            then date_trunc('month', coalesce(s.first_posted_on, d.posted_on))::date end as mends_month
    from intermediate.points_due as d
    full join stated as s on s.origin = d.origin and s.partner_id = d.partner_id
    cross join rules.programme as p
    left join rules.versions as v on v.version = d.version
)
select concat_ws(' ', 'line', a.sale_id, a.partner_id, a.module, if(c.mends_month is null, null, 'in ' || strftime(c.posting_month, '%Y-%m'))) as entry,
    concat_ws(' ', 'line', c.distributor, c.document_no, c.line_no, c.line_key, a.partner_id, a.module) as origin, a.partner_id,
    greatest(c.document_date, p.first_open) as posted_on, if(a.module = 'sell_with', 'sell_with', 'purchase') as kind, null as category, a.points,
    'both' as balance, v.hash as rules_hash, a.sale_id, null as source, c.mends_month
from intermediate.points_by_amount as a
join intermediate.credits as c on c.sale_id = a.sale_id and c.partner_id = a.partner_id and c.module = a.module
join rules.versions as v on v.version = a.version
cross join rules.programme as p
where a.points <> 0
union all
select concat_ws(' ', origin, if(mends_month is not null, 'in ' || strftime(posted_on, '%Y-%m'), null)), origin, partner_id, posted_on, kind, category, points::bigint,
    balance, rules_hash, null, source, mends_month
from compared
where points <> 0
