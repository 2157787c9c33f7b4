-- What each distributor's lines of a month come to, currency by currency, and what
-- became of them: counted for their buyer, not counted, or held.
--
-- grain: distributor, month, currency
-- distributor       code of the distributor that sent it
-- month             first day of the documents' month
-- currency          currency of the documents
-- lines             how many lines stand
-- net_amount        net amount of the lines that stand, in the currency of the row
-- counted_lines     how many lines count for their buyer
-- counted_amount    net amount of the counted lines, in the currency of the row
-- counted_base      value of the counted lines, in the programme currency
-- uncounted_lines   how many lines are known in full and do not count for their buyer
-- uncounted_amount  net amount of the lines that do not count, in the currency of the row
-- held_lines        how many lines wait for something
-- held_amount       net amount of the held lines, in the currency of the row
-- later_lines       how many lines are of a month after the run's, which nobody has judged yet
-- later_amount      net amount of the later lines, in the currency of the row
with uncounted as (
    select sale_id from mart.uncounted_lines where module = 'resell'
),
known as (
    select distributor, month, currency, net_amount, amount, held_reason, sale_id
    from intermediate.lines
    union all
    select s.distributor, date_trunc('month', s.document_date)::date, s.currency, s.net_amount, t.amount, null, s.sale_id
    from intermediate.settled as t
    join staging.sales as s on s.sale_id = t.sale_id
    where not t.is_sought
),
judged as (
    select l.distributor, l.month, l.currency, l.net_amount, l.amount,
        case when l.held_reason is not null then 'held' when u.sale_id is not null then 'uncounted' when l.month > p.through_month then 'later' else 'counted' end as fate
    from known as l
    cross join rules.programme as p
    left join uncounted as u on u.sale_id = l.sale_id
)
select distributor, month, currency, count(*) as lines, sum(net_amount)::decimal(38,6) as net_amount,
    count(*) filter (where fate = 'counted') as counted_lines, coalesce(sum(net_amount) filter (where fate = 'counted'), 0)::decimal(38,6) as counted_amount,
    coalesce(sum(amount) filter (where fate = 'counted'), 0)::decimal(38,2) as counted_base,
    count(*) filter (where fate = 'uncounted') as uncounted_lines, coalesce(sum(net_amount) filter (where fate = 'uncounted'), 0)::decimal(38,6) as uncounted_amount,
    count(*) filter (where fate = 'held') as held_lines, coalesce(sum(net_amount) filter (where fate = 'held'), 0)::decimal(38,6) as held_amount,
    count(*) filter (where fate = 'later') as later_lines, coalesce(sum(net_amount) filter (where fate = 'later'), 0)::decimal(38,6) as later_amount
from judged
group by distributor, month, currency
