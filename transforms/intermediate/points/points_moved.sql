-- The postings of points in the open months, without expiry: points by amount, and the changes of
-- all other postings since the closed months. Redemptions of more points than there are count among
-- them.
--
-- grain: entry
-- entry, origin, partner_id, posted_on
-- kind  purchase, sell_with, certification, bonus or redemption
-- category, points, balance, rules_hash, sale_id, source
-- file_name  null for points by amount
-- file_line
-- status_on  the day it counts from for the level
with stated_days as (
    select origin, min(status_on) as status_on
    from stated.points
    where status_on is not null
    group by origin
),
by_amount as (
    select
        concat('credit ', c.credit_id) as origin, c.adjusts_month, c.partner_id,
        greatest(c.document_date, p.first_open) as posted_on,
        if(names.credits = 'claims', 'sell_with', 'purchase') as kind, null as category,
        positions.points, 'both' as balance, versions.hash as rules_hash, c.sale_id,
        null as source, null as file_name, null as file_line,
        coalesce(days.status_on, c.status_on, posted_on) as status_on
    from intermediate.running_positions as positions
    join intermediate.credits as c using (credit_id)
    join rules.versions as versions using (version)
    join rules.incentive_names as names using (incentive)
    cross join rules.programme as p
    left join stated_days as days on days.origin = concat('credit ', c.credit_id)
    where positions.points <> 0
),
postings as (
    select * from by_amount
    union all by name
    select * exclude (cause, stated_file, stated_line, change_kind, subject, change, change_id,
            is_accepted), null as sale_id, posted_on as status_on
    from intermediate.posting_deltas
    where is_accepted
)
select
    concat_ws(' ', origin,
        if(adjusts_month is null, null, 'in ' || strftime(posted_on, '%Y-%m'))) as entry,
    origin, partner_id, posted_on, kind, category, points, balance, rules_hash, sale_id, source,
    file_name, file_line, status_on
from postings
