-- The lines that the closing finds held or not counted, with the reason. A line that counts later
-- is an adjustment, and this says what it had waited for.
--
-- grain: sale_id, incentive
with held as (
    select sale_id, null as incentive, held_reason as reason
    from intermediate.lines
    where held_reason is not null
),
uncounted as (
    select sale_id, incentive, reason
    from mart.uncounted_lines
    where month <= getvariable('closing_month')
)
select *, getvariable('closing_month') as month from held
union all
select *, getvariable('closing_month') from uncounted
order by sale_id, incentive, reason
