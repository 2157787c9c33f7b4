-- Every posting of points. A posting is never changed: a correction is a second posting.
--
-- incremental: stated.points
-- grain: entry
-- entry, origin, partner_id, posted_on
-- kind  purchase, sell_with, certification, bonus, redemption or expiry
-- category
-- points      an expiry above zero: points that a return does not take back, because they lapsed
-- balance
-- sale_id     the sell-out line it comes from, for points by amount: number of its file and line in
--             one; null for the others
-- source      the certification and person, or the manual posting; null for points by amount
-- rules_hash  hash of the programme version; null for manual postings
-- file_name   the file of the certification or the manual posting, or of the row that ends it; null
--             for points by amount
-- file_line   physical line in the file, from 1; null for points by amount
-- status_on   the day it counts from for the level: a return, and what it does not take back of
--             points that lapsed, have that of the sale
select
    e.entry, e.origin, e.partner_id, e.posted_on, e.kind, e.category, e.points, e.balance,
    e.sale_id, e.source, e.rules_hash,
    e.file_name, e.file_line, e.status_on
from intermediate.points_earned as e
cross join rules.programme as r
where e.posted_on <= last_day(r.through_month)
union all
select
    concat_ws(' ', 'expiry', x.partner_id, x.posted_on, x.gained_on),
    concat_ws(' ', 'expiry', x.partner_id, x.posted_on, x.gained_on), x.partner_id, x.posted_on,
    'expiry', null, x.points, 'spendable', null, null, v.hash, null, null,
    coalesce(x.gained_on, x.posted_on)
from intermediate.points_expired as x
join rules.in_force as i on i.from_date <= x.posted_on and x.posted_on < i.to_date
join rules.versions as v using (version)
