-- Manual postings, every version.
--
-- grain: file_id, line
-- file_id, line, entry_id, partner_id, posted_on
-- kind    redemption, bonus_points or money_adjustment
-- amount  of a money adjustment, in the programme currency
-- points  of bonus points or a redemption
-- reason, entered_by
select
    file_id, line, entry_id, partner_id, date as posted_on, kind, amount, points, reason, entered_by
from raw.entries
