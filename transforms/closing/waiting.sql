-- The lines up to the month that are held or do not count when it is closed, with the reason. If
-- such a line counts later, this says what it waited for.
--
-- grain: sale_id, incentive
with held as (
    select sale_id, null as incentive, held_reason as reason
    from intermediate.lines
    where held_reason is not null and month <= getvariable('closing_month')
    union all
    select p.sale_id, null, min(p.held_reason)
    from intermediate.return_parts as p
    join intermediate.lines as l using (sale_id)
    where p.held_reason is not null and l.month <= getvariable('closing_month')
    group by p.sale_id
),
uncounted as (
    select sale_id, incentive, min(reason) as reason
    from mart.uncounted_lines
    where month <= getvariable('closing_month')
    group by sale_id, partner_id, incentive
)
select *, getvariable('closing_month') as month from held
union all
select *, getvariable('closing_month') from uncounted
order by sale_id, incentive, reason
