-- What each distributor's lines of a month add up to in each currency: counted for their buyer, not
-- counted, held, or later than the run.
--
-- grain: distributor, month, currency
-- distributor
-- month  first day of the documents' month
-- currency
-- lines             how many current lines
-- net_amount        net amount of the current lines, in the currency of the row
-- counted_lines     how many lines count for their buyer
-- counted_amount    net amount of the counted lines, in the currency of the row
-- counted_base      value of the counted lines, in the programme currency
-- uncounted_lines   how many lines are complete and do not count for their buyer
-- uncounted_amount  net amount of the lines that do not count, in the currency of the row
-- held_lines        how many lines wait for missing data
-- held_amount       net amount of the held lines, in the currency of the row
-- later_lines       how many lines are of a month after the run's
-- later_amount      net amount of the later lines, in the currency of the row
with buyer_incentives as (
    select version, count(*) as incentives
    from rules.incentives
    where credits = 'buyer' and base <> 'activities'
    group by version
    union all
    select null, count(*)
    from rules.incentives
    where credits = 'buyer' and base <> 'activities' and version = (select arg_min(version,
    begins) from rules.versions)
),
-- Lines that count for their buyer through no incentive.
uncounted as (
    select u.sale_id, u.returned_sale_id, any_value(u.distributor) as distributor,
        any_value(u.month) as month, any_value(u.currency) as currency,
        any_value(u.net_amount) as net_amount, any_value(u.base) as base
    from mart.uncounted_lines as u
    join rules.incentive_names as names using (incentive)
    left join rules.in_force as f on f.from_date <= u.terms_date and u.terms_date < f.to_date
    join buyer_incentives as b on b.version is not distinct from f.version
    where names.credits = 'buyer'
    group by u.sale_id, u.returned_sale_id
    having count(*) = any_value(b.incentives)
),
outcomes as (
    select
        'all' as outcome, distributor, month, currency, count(*) as lines,
        sum(net_amount) as net_amount, coalesce(sum(amount) filter (where held_reason is null), 0)
        as base
    from intermediate.lines
    group by distributor, month, currency
    union all
    select 'held', distributor, month, currency, count(*), sum(net_amount), 0
    from intermediate.lines
    where held_reason is not null
    group by distributor, month, currency
    union all
    select 'uncounted', distributor, month, currency, count(*), sum(net_amount), sum(base)
    from uncounted
    group by distributor, month, currency
    union all
    select 'later', l.distributor, l.month, l.currency, count(*), sum(l.net_amount), sum(l.amount)
    from intermediate.lines as l
    cross join rules.programme as p
    anti join uncounted as u on u.sale_id = l.sale_id
    where l.held_reason is null and l.month > p.through_month
    group by l.distributor, l.month, l.currency
),
counting as (
    select
        *, if(outcome = 'all', lines, -lines) as counted_lines,
        if(outcome = 'all', net_amount, -net_amount) as counted_amount,
        if(outcome = 'all', base, -base) as counted_base
    from outcomes
)
select distributor, month, currency,
    (sum(lines) filter (where outcome = 'all'))::bigint as lines,
    (sum(net_amount) filter (where outcome = 'all'))::decimal(38,6) as net_amount,
    sum(counted_lines)::bigint as counted_lines,
    sum(counted_amount)::decimal(38,6) as counted_amount,
    sum(counted_base)::decimal(38,2) as counted_base,
    coalesce(sum(lines) filter (where outcome = 'uncounted'), 0)::bigint as uncounted_lines,
    coalesce(sum(net_amount) filter (where outcome = 'uncounted'), 0)::decimal(38,6)
    as uncounted_amount,
    coalesce(sum(lines) filter (where outcome = 'held'), 0)::bigint as held_lines,
    coalesce(sum(net_amount) filter (where outcome = 'held'), 0)::decimal(38,6) as held_amount,
    coalesce(sum(lines) filter (where outcome = 'later'), 0)::bigint as later_lines,
    coalesce(sum(net_amount) filter (where outcome = 'later'), 0)::decimal(38,6) as later_amount
from counting
group by distributor, month, currency
