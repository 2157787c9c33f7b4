-- The postings of points in the open months, before any expire: by amount, along
-- the walk; for all else what should be, less what the closed months have stated
-- of it. A correction of what was stated is posted on the first open day.
--
-- grain: entry
-- entry       what the posting is, in a form that never repeats
-- origin      what it is for: corrections share it with what they correct, unless the key of their line was declared anew in between
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
-- cause       of that: late, amount or withdrawn; of points by amount, as the line has it
-- file_name   the file of the certification or the manual posting, or what says that it is no more; a line has its own
-- file_line   and the line in it
-- stated_file  the file it had been stated from; null when nothing had
-- stated_line  and the line in it
with stated as (
    select origin, partner_id, sum(points) as points, min(posted_on) as first_posted_on, arg_max(posted_on, posted_on) as posted_on, arg_max(kind, posted_on) as kind,
        arg_max(category, posted_on) as category, arg_max(balance, posted_on) as balance, arg_max(rules_hash, posted_on) as rules_hash,
        arg_max(source, posted_on) as source, arg_max(file_name, posted_on) as file_name, arg_max(file_line, posted_on) as file_line
    from stated.points
    where kind in ('certification', 'bonus', 'redemption')
    group by origin, partner_id
),
-- The newest word on a certification or a manual posting that is no more, whatever it
-- says.
gone as (
    select s.origin, s.partner_id, s.kind, s.source
    from stated as s
    anti join intermediate.points_due as d on d.origin = s.origin and d.partner_id = s.partner_id
),
newest as (
    select g.origin, g.partner_id, max(c.file_id) as file_id, arg_max(c.line, c.file_id) as line
    from gone as g
    join staging.certifications as c on g.kind = 'certification' and g.source = c.certification_code || ' ' || c.person_id
    group by g.origin, g.partner_id
    union all
    select g.origin, g.partner_id, max(e.file_id), arg_max(e.line, e.file_id)
    from gone as g
    join staging.entries as e on g.kind <> 'certification' and starts_with(g.origin, concat('entry ', e.entry_id, ' ', g.partner_id, ' '))
    group by g.origin, g.partner_id
),
compared as (
    select coalesce(d.origin, s.origin) as origin, coalesce(d.partner_id, s.partner_id) as partner_id,
        coalesce(d.points, 0) - coalesce(s.points, 0) as points, greatest(coalesce(d.posted_on, s.posted_on), p.first_open) as posted_on,
        coalesce(d.kind, s.kind) as kind, coalesce(d.category, s.category) as category, coalesce(d.balance, s.balance) as balance,
        coalesce(v.hash, s.rules_hash) as rules_hash, coalesce(d.source, s.source) as source,
        case when s.origin is not null or d.posted_on < p.first_open
            then date_trunc('month', coalesce(s.first_posted_on, d.posted_on))::date end as mends_month,
        case when s.origin is null then 'late' when d.origin is null then 'withdrawn' else 'amount' end as cause,
        f.file_name, coalesce(d.line, n.line) as file_line, s.file_name as stated_file, s.file_line as stated_line
    from intermediate.points_due as d
    full join stated as s on s.origin = d.origin and s.partner_id = d.partner_id
    cross join rules.programme as p
    left join rules.versions as v on v.version = d.version
    left join newest as n on d.origin is null and n.origin = s.origin and n.partner_id = s.partner_id
    left join staging.files as f on f.file_id = coalesce(d.file_id, n.file_id)
)
select concat_ws(' ', 'line', c.sale_id, c.partner_id, c.module, if(c.mends_month is null, null, 'in ' || strftime(c.posting_month, '%Y-%m'))) as entry,
    concat_ws(' ', 'line', c.distributor, c.document_no, c.line_no, c.line_key, c.partner_id, c.module) as origin, c.partner_id,
    greatest(c.document_date, p.first_open) as posted_on, if(c.module = 'sell_with', 'sell_with', 'purchase') as kind, null as category, a.points,
    'both' as balance, v.hash as rules_hash, c.sale_id, null as source, c.mends_month, x.cause,
    null as file_name, null as file_line, null as stated_file, null as stated_line
from intermediate.walk as a
join intermediate.credits as c on c.rowid = a.credit
join rules.versions as v on v.version = c.version
left join intermediate.causes as x on x.credit = a.credit
cross join rules.programme as p
where a.points <> 0
union all
select concat_ws(' ', origin, if(mends_month is not null, 'in ' || strftime(posted_on, '%Y-%m'), null)), origin, partner_id, posted_on, kind, category, points::bigint,
    balance, rules_hash, null, source, mends_month, if(mends_month is null, null, cause), file_name, file_line, stated_file, stated_line
from compared
where points <> 0
