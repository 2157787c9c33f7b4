-- The postings of points in the open months, before any expire: by amount, along the running
-- position; for all else what changed since the closed months.
--
-- grain: entry
-- entry, origin, partner_id, posted_on
-- kind        purchase, sell_with, certification, bonus or redemption
-- category    of a certification
-- points      may be negative
-- balance
-- rules_hash  of the programme version; null for manual postings
-- sale_id     the line it comes from
-- source
-- file_name   the file of the certification or the manual posting, or of the newest row that ends
--             it; null for points by amount
-- file_line
with by_amount as (
    select
        concat('credit ', c.credit_id) as origin, c.adjusts_month, c.partner_id,
        greatest(c.document_date, p.first_open) as posted_on,
        if(c.incentive = 'sell_with', 'sell_with', 'purchase') as kind, null as category,
        positions.points, 'both' as balance, versions.hash as rules_hash, c.sale_id,
        null as source, null as file_name, null as file_line
    from intermediate.running_positions as positions
    join intermediate.credits as c using (credit_id)
    join rules.versions as versions using (version)
    cross join rules.programme as p
    where positions.points <> 0
),
postings as (
    select * from by_amount
    union all by name
    select * exclude (cause, stated_file, stated_line), null as sale_id
    from intermediate.posting_deltas
)
select
    concat_ws(' ', origin,
        if(adjusts_month is null, null, 'in ' || strftime(posted_on, '%Y-%m'))) as entry,
    origin, partner_id, posted_on, kind, category, points, balance, rules_hash, sale_id, source,
    file_name, file_line
from postings
