-- Certification, bonus and redemption postings in the open months: what each should be today, less
-- what the closed months have stated. A correction is posted on the first open day.
--
-- grain: origin, partner_id
-- origin, partner_id, posted_on
-- kind  certification, bonus or redemption
-- category, points, balance, rules_hash, source, adjusts_month, cause
-- file_name  the file of the certification or the manual posting, or of the newest row that ends it
-- file_line, stated_file, stated_line
-- change_kind  entry or certifications
-- subject      the entry, or the partner
-- change, change_id
-- is_accepted  it moves; false: a person has refused it; null: it waits
with stated as (
    select
        origin, partner_id, sum(points) as points, min(posted_on) as first_posted_on,
        arg_max(posted_on, posted_on) as posted_on, arg_max(kind, posted_on) as kind,
        arg_max(category, posted_on) as category, arg_max(balance, posted_on) as balance,
        arg_max(rules_hash, posted_on) as rules_hash, arg_max(source, posted_on) as source,
        arg_max(file_name, posted_on) as file_name, arg_max(file_line, posted_on) as file_line
    from stated.points
    where kind in ('certification', 'bonus', 'redemption')
    group by origin, partner_id
),
void as (
    select origin, partner_id, kind, source
    from stated
    anti join intermediate.points_due as due using (origin, partner_id)
),
newest as (
    select
        void.origin, void.partner_id, max(c.file_id) as file_id, arg_max(c.line, c.file_id) as line
    from void
    join staging.certifications as c
        on void.kind = 'certification' and void.source = c.certification_code || ' ' || c.person_id
    group by void.origin, void.partner_id
    union all
    select void.origin, void.partner_id, max(e.file_id), arg_max(e.line, e.file_id)
    from void
    join staging.entries as e
        on void.kind <> 'certification'
        and starts_with(void.origin, concat('entry ', e.entry_id, ' ', void.partner_id, ' '))
    group by void.origin, void.partner_id
    union all
    select void.origin, void.partner_id, max(b.file_id), arg_max(b.line, b.file_id)
    from void
    join staging.budgets as b
        on void.kind <> 'certification'
        and void.origin = concat('budget ', b.request_id, ' ', void.partner_id)
    group by void.origin, void.partner_id
),
compared as (
    select
        coalesce(due.origin, stated.origin) as origin,
        coalesce(due.partner_id, stated.partner_id) as partner_id,
        (coalesce(due.points, 0) - coalesce(stated.points, 0))::bigint as points,
        greatest(coalesce(due.posted_on, stated.posted_on), p.first_open) as posted_on,
        coalesce(due.kind, stated.kind) as kind,
        coalesce(due.category, stated.category) as category,
        coalesce(due.balance, stated.balance) as balance,
        coalesce(versions.hash, stated.rules_hash) as rules_hash,
        coalesce(due.source, stated.source) as source,
        case when stated.origin is not null or due.posted_on < p.first_open
            then date_trunc('month', coalesce(stated.first_posted_on, due.posted_on))::date
            end as adjusts_month,
        case when stated.origin is null then 'late' when due.origin is null then 'withdrawn'
            else 'amount' end as cause,
        files.file_name, coalesce(due.line, newest.line) as file_line,
        stated.file_name as stated_file, stated.file_line as stated_line
    from intermediate.points_due as due
    full join stated using (origin, partner_id)
    cross join rules.programme as p
    left join rules.versions as versions using (version)
    left join newest
        on due.origin is null and newest.origin = stated.origin
        and newest.partner_id = stated.partner_id
    left join staging.files as files on files.file_id = coalesce(due.file_id, newest.file_id)
),
moving as (
    select *, if(kind = 'certification', 'certifications', 'entry') as change_kind,
        if(kind = 'certification', partner_id, split_part(source, ':', 1)) as subject,
        stated_file is not null and adjusts_month is not null or kind <> 'certification'
            and split_part(source, ':', 1) in (select entry_id from stated.entries) as is_stated
    from compared
    where points <> 0
),
-- Certifications of a partner share its caps, so what they move is one change, as an entry is.
named as (
    select *, bool_or(is_stated) over one_change as moves_stated,
        sum(if(adjusts_month is null, 0, points)) over one_change as moved,
        string_agg(if(adjusts_month is null, null, origin || ' ' || points), ', ') over (
            partition by change_kind, subject order by origin
            rows between unbounded preceding and unbounded following) as contents
    from moving
    window one_change as (partition by change_kind, subject)
),
identified as (
    select *, concat('moves ', moved, if(abs(moved) = 1, ' point', ' points'), ' of closed months')
        as change,
        md5(concat_ws(chr(31), change_kind, subject, contents)) as change_id
    from named
)
select
    i.origin, i.partner_id, i.posted_on, i.kind, i.category, i.points, i.balance, i.rules_hash,
    i.source, i.adjusts_month, if(i.adjusts_month is null, null, i.cause) as cause, i.file_name,
    i.file_line, i.stated_file, i.stated_line, i.change_kind, i.subject, i.change, i.change_id,
    i.adjusts_month is null or not i.moves_stated or d.is_accepted as is_accepted
from identified as i
left join rules.changes as d using (change_id)
