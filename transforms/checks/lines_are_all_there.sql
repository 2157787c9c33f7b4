-- Every sell-out line is current or superseded. Every current line is held, is later than the run,
-- or counts or does not count for its buyer with a reason.
with reasons as (
    select sale_id
    from intermediate.purchase_credits
    join rules.incentive_names using (incentive)
    where credits = 'buyer'
    union
    select sale_id from intermediate.return_parts where held_reason is not null
)
select l.sale_id, l.document_no, l.line_no
from intermediate.lines as l
cross join rules.programme as p
left join reasons as j using (sale_id)
where l.held_reason is null and l.month <= p.through_month and j.sale_id is null
    and coalesce(l.version, (select arg_min(version, begins) from rules.versions)) in (
        select version from rules.incentives where credits = 'buyer' and base <> 'activities')
union all
select null, sent - superseded || ' lines expected, ' || current_lines || ' found', null
from (
    select
        (select count(*) from staging.sales) as sent,
        (select count(*) from intermediate.superseded_lines) as superseded,
        (select count(*) from intermediate.lines) as current_lines
)
where sent - superseded <> current_lines
