-- Points before any expire: by amount, by certification, as bonus, and spent.
--
-- grain: entry
-- entry       what the posting is, in a form that never repeats
-- partner_id  whose
-- posted_on   its day
-- kind        purchase, sell_with, certification, bonus or redemption
-- category    of a certification
-- points      may be negative
-- balance     both, status or spendable: which balance it counts for
-- version     of the programme; null for manual postings
-- sale_id     the line it comes from
-- source      the certification and person, or the manual posting
select 'line ' || a.sale_id || ' ' || a.partner_id || ' ' || a.module as entry, a.partner_id, l.document_date as posted_on,
    if(a.module = 'sell_with', 'sell_with', 'purchase') as kind, null as category, a.points, 'both' as balance, a.version,
    a.sale_id, null as source
from intermediate.points_by_amount as a
join intermediate.dated_lines as l on l.sale_id = a.sale_id
where a.points <> 0
union all
select concat_ws(' ', 'certification', certification_code, person_id, partner_id, from_date, changed_on), partner_id, changed_on, 'certification',
    category, change, if(is_award, 'both', 'status'), version, null, certification_code || ' ' || person_id
from intermediate.certification_points
union all
select 'entry ' || entry_id, partner_id, posted_on, if(kind = 'redemption', 'redemption', 'bonus'), null,
    if(kind = 'redemption', -points, points)::bigint, if(kind = 'redemption', 'spendable', 'both'), null, null, entry_id || ': ' || reason
from intermediate.entries
where kind in ('redemption', 'bonus_points') and held_reason is null
