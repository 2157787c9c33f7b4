-- Every sell-out line is current or superseded. Every current line is held, is later than the run,
-- or counts or does not count for its buyer with a reason.
with judged as (
    select sale_id from intermediate.purchase_credits where incentive = 'resell'
)
select l.sale_id, l.document_no, l.line_no
from intermediate.lines as l
cross join rules.programme as p
left join judged as j on j.sale_id = l.sale_id
where l.held_reason is null and l.month <= p.through_month and j.sale_id is null
union all
select null, sent - passed_over || ' lines stand, ' || known || ' are known', null
from (
    select
        (select count(*) from staging.sales) as sent,
        (select count(*) from intermediate.superseded_lines) as passed_over,
        (select count(*) from intermediate.lines) as known
)
where sent - passed_over <> known
