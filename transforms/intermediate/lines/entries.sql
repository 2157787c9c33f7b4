-- The current manual postings.
--
-- grain: entry_id
-- entry_id, partner_id, posted_on
-- kind    redemption, bonus_points or money_adjustment
-- amount  of a money adjustment
-- points  of bonus points or a redemption
-- reason, entered_by
-- held_reason  unknown_partner, before_the_programme, or amount_too_large: the amounts up to it are
--              together more than a thousand million million; null when it counts
-- file_id, line
select e.entry_id, e.partner_id, e.posted_on, e.kind, e.amount, e.points, e.reason, e.entered_by,
    case
        when p.partner_id is null then 'unknown_partner'
        when e.posted_on < (select min(from_date) from rules.in_force) then 'before_the_programme'
        when sum(abs(e.amount)) over (order by e.file_id, e.line) > 1000000000000000
        then 'amount_too_large'
    end as held_reason, e.file_id, e.line
from staging.entries as e
semi join intermediate.standing_records as v using (file_id, line)
left join intermediate.partners as p using (partner_id)
