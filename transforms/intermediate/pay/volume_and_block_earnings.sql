-- The margin of each credit under the methods volume and block. Volume pays the whole base at the
-- rate of the tranche reached; block pays only full tranches. Below zero both pay the first rate.
--
-- grain: credit_id
-- credit_id
-- earned  margin before the cap, rounded once at each position
with ends as (
    select credit_id, schedule, method, width, 'lo' as side, lo as x
    from intermediate.credit_schedules
    where method in ('volume', 'block') and schedule is not null
    union all
    select credit_id, schedule, method, width, 'hi', hi
    from intermediate.credit_schedules
    where method in ('volume', 'block') and schedule is not null
),
parts as (
    select e.credit_id, e.side,
        case
            when e.x < 0 then if(t.tranche = 1, e.x, 0)
            when e.method = 'volume' then if(t.reached_at <= e.x
                and (t.left_at is null or e.x < t.left_at), e.x, 0)
            when t.to_amount is not null then if(t.to_amount <= e.x, t.to_amount - t.from_amount, 0)
            when e.width is not null and e.x > t.from_amount
                then (((e.x - t.from_amount)::decimal(20,2) * 100)::hugeint
                    // (e.width::decimal(20,2) * 100)::hugeint)::decimal(18,0) * e.width
            else 0
        end::decimal(20,2) * t.rate as f
    from ends as e
    join intermediate.tranches as t using (schedule)
),
valued as (
    select credit_id, side, round(sum(f), 2) as f
    from parts
    group by credit_id, side
)
select credit_id, sum(if(side = 'hi', f, -f))::decimal(18,2) as earned
from valued
group by credit_id
