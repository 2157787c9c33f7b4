-- What each month adjusts of months that were closed before it: lines, manual money entries and
-- postings of points, with the cause and the files.
--
-- incremental: stated.adjustments
-- grain: partner_id, month, kind, reference
-- partner_id
-- month      first day of the month it is stated in
-- kind       line; money_entry; or certification, bonus or redemption, of points
-- reference  what is adjusted: credit_id of a line, entry_id of a money entry, entry of a posting
--            of points
-- sale_id    of a line: number of its file and line in one; null for the others
-- incentive  name of the incentive of a line; null for what is no line
-- adjusts_month, cause
-- posted_on    day of the line's document, or of the posting
-- distributor  code of the distributor that sent the line; null for the others
-- document_no  number of the line's document; null for the others
-- line_no      number of the line in its document; null for the others
-- line_key
-- description  number and reason of a money entry; certification and person, or manual posting, of
--              points; null for a line
-- base         by how much the line's base changes, in the programme currency; null for the others
-- amount       margin of the line or amount of the money entry, in the programme currency; null for
--              points
-- base_before    what was stated of the line's base, all months together, in the programme
--                currency; null for the others
-- amount_before  what was stated of it, all months together, in the programme currency; null for
--                points
-- points       points of the line or the posting; null for a money entry
-- file_name    the file that causes it: of the line or posting itself, the complete file that no
--              longer holds it, or of the newest row about its product, rate, partner or deal
-- file_line    physical line in that file, from 1; null where the file no longer holds it
-- stated_file, stated_line
with lines as (
    select
        c.partner_id, c.posting_month as month, 'line' as kind, c.credit_id::varchar as reference,
        c.sale_id, c.incentive, c.adjusts_month, causes.cause, c.document_date as posted_on,
        c.distributor, c.document_no, c.line_no, c.line_key, null as description, c.base,
        earnings.earned as amount, coalesce(stated.base, 0) as base_before,
        coalesce(stated.earned, 0) as amount_before, earnings.points, causes.file_name,
        causes.file_line, causes.stated_file, causes.stated_line
    from intermediate.credits as c
    join intermediate.adjustment_causes as causes using (credit_id)
    join intermediate.earnings as earnings using (credit_id)
    left join intermediate.stated_credits as stated using (credit_id)
),
money_entries as (
    select
        partner_id, month, 'money_entry' as kind, entry_id as reference, adjusts_month, cause,
        posted_on, concat(entry_id, ': ', reason) as description, amount,
        stated_amount as amount_before, file_name, file_line, stated_file, stated_line
    from intermediate.entry_deltas
    where adjusts_month is not null and is_accepted
),
postings as (
    select
        partner_id, date_trunc('month', posted_on)::date as month, kind,
        concat_ws(' ', origin, 'in ' || strftime(posted_on, '%Y-%m')) as reference, adjusts_month,
        cause, posted_on, source as description, points, file_name, file_line, stated_file,
        stated_line
    from intermediate.posting_deltas
    anti join (select origin, partner_id from intermediate.overdrawn_redemptions
        where is_accepted is not true) as overdrawn using (origin, partner_id)
    cross join rules.programme as p
    where adjusts_month is not null and is_accepted and posted_on <= last_day(p.through_month)
)
select * from lines
union all by name
select * from money_entries
union all by name
select * from postings
