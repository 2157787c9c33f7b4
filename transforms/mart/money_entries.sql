-- Manual money adjustments, with who entered them and why.
--
-- begins with: stated.entries
-- grain: entry_id, partner_id, month
-- entry_id    the posting
-- partner_id  for whom
-- month       first day of the month it is stated in
-- posted_on   its day
-- amount      in the programme currency
-- reason      why
-- entered_by  who
-- file_name   what the sender called the file
-- file_line   physical line in it
-- mends_month  the closed month it mends; null for what is new in an open one
-- cause        of that: late, amount or withdrawn
-- stated_file  the file it had been stated from; null when nothing had
-- stated_line  and the line in it
select entry_id, partner_id, month, posted_on, amount, reason, entered_by, file_name, file_line, mends_month, cause, stated_file, stated_line
from intermediate.money_moved
