-- The postings of points that should exist by today's facts: certifications, bonuses and
-- redemptions, also those by proofs of concept. Points by amount follow the running position and
-- are elsewhere.
--
-- grain: origin, partner_id
-- origin, partner_id, posted_on
-- kind  certification, bonus or redemption
-- category, points, balance, version, source, file_id, line
select
    concat_ws(' ', 'certification', certification_code, person_id, partner_id, from_date,
        changed_on) as origin, partner_id, changed_on as posted_on,
    'certification' as kind, category, change as points, if(is_award, 'both', 'status') as balance,
    version, certification_code || ' ' || person_id as source, file_id, line
from intermediate.certification_points
union all
select
    concat_ws(' ', 'entry', entry_id, partner_id, kind), partner_id, posted_on,
    if(kind = 'redemption', 'redemption', 'bonus'), null,
    if(kind = 'redemption', -points, points)::bigint, if(kind = 'redemption', 'spendable', 'both'),
    null, entry_id || ': ' || reason, file_id, line
from intermediate.entries
where kind in ('redemption', 'bonus_points') and held_reason is null
union all
select
    concat_ws(' ', 'budget', request_id, partner_id), partner_id, proved_on, 'redemption', null,
    -points, 'spendable', null, request_id || ': ' || purpose, file_id, line
from intermediate.budgets
where proved_on is not null and held_reason is null
