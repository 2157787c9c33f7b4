-- Every posting of points. Nothing in it is ever edited: a correction is a
-- second posting.
--
-- grain: entry
-- entry       what the posting is, in a form that never repeats
-- origin      what it is for: a correction shares it with what it corrects
-- partner_id  whose
-- posted_on   its day
-- kind        purchase, sell_with, certification, bonus, redemption or expiry
-- category    of a certification
-- points      may be negative
-- balance     both, status or spendable: which balance it counts for
-- sale_id     the line it comes from
-- source      the certification and person, or the manual posting
-- rules_hash  of the programme version; null for manual postings
-- mends_month  the closed month it mends; null for what is new in an open one
select entry, origin, partner_id, posted_on, kind, category, points, balance, sale_id, source, rules_hash, mends_month
from stated.points
union all
select e.entry, e.origin, e.partner_id, e.posted_on, e.kind, e.category, e.points, e.balance, e.sale_id, e.source, e.rules_hash, e.mends_month
from intermediate.points_earned as e
cross join rules.programme as r
where e.posted_on <= last_day(r.through_month)
union all
select concat_ws(' ', 'expiry', x.partner_id, x.posted_on), concat_ws(' ', 'expiry', x.partner_id, x.posted_on), x.partner_id, x.posted_on, 'expiry',
    null, x.points, 'spendable', null, null, v.hash, null
from intermediate.points_expired as x
join rules.versions as v on v.from_date <= x.posted_on and x.posted_on < v.to_date
