-- Manual money adjustments, with who entered them and why.
--
-- grain: entry_id
-- entry_id    the posting
-- partner_id  for whom
-- month       first day of the month it is stated in
-- posted_on   its day
-- amount      in the programme currency
-- reason      why
-- entered_by  who
-- file_name   what the sender called the file
-- file_line   physical line in it
select e.entry_id, e.partner_id, date_trunc('month', e.posted_on)::date as month, e.posted_on, e.amount, e.reason, e.entered_by, f.file_name,
    e.line as file_line
from intermediate.entries as e
join staging.files as f on f.file_id = e.file_id
where e.kind = 'money_adjustment' and e.held_reason is null
