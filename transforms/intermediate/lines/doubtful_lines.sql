-- The current lines that may be typing errors, or that are too large to be added up, and why they
-- wait. A line that was stated does not wait for its day, nor with that amount for a limit.
--
-- grain: sale_id
-- sale_id
-- held_reason  future_date: of a month after the run's, and more than 31 days after its file
--              landed; amount_over_limit: above the max_line_amount of its feed;
--              amount_too_large: worth more than a million million, or it follows on lines that are
--              together worth a thousand million million
-- what         the day, the limit or the currency
with standing as not materialized (
    select
        s.sale_id, s.file_id, s.distributor, s.document_no, s.line_no, s.line_key, s.document_date,
        coalesce(r.terms_date, s.document_date) as terms_date, s.net_amount, s.currency
    from staging.sales as s
    anti join intermediate.superseded_lines as o using (sale_id)
    left join (select sale_id, terms_date from intermediate.returned_lines) as r using (sale_id)
),
future as (
    select s.sale_id, s.document_date
    from standing as s
    join staging.files as f using (file_id)
    cross join rules.programme as p
    anti join stated.lines as t using (distributor, document_no, line_no, line_key)
    where s.document_date > last_day(p.through_month)
        and s.document_date > f.landed_on + 31
),
over_limit as (
    select s.sale_id, m.max_line_amount as most
    from standing as s
    join staging.files as f using (file_id)
    join rules.feeds as m using (feed)
    anti join stated.lines as t
        using (distributor, document_no, line_no, line_key, net_amount, currency)
    where abs(s.net_amount) > m.max_line_amount
),
-- By day first, because a product for each line would be slow.
days as (
    select s.currency, s.terms_date, max(f.rate) as rate, max(abs(s.net_amount)) as largest,
        round(sum(abs(s.net_amount)), 0)::decimal(24,0) as net_amount
    from standing as s
    join intermediate.currency_days as f using (currency, terms_date)
    where f.rate is not null
    group by s.currency, s.terms_date
),
too_large as (
    select s.sale_id, s.currency
    from standing as s
    join days as d using (currency, terms_date)
    where d.largest * d.rate > 1000000000000 and abs(s.net_amount) * d.rate > 1000000000000
),
summed as (
    select
        s.sale_id, s.currency,
        sum(round(abs(s.net_amount) * d.rate, 2)) over (order by s.sale_id) as worth_so_far
    from standing as s
    join days as d using (currency, terms_date)
    where (select sum(least(net_amount * rate, 10000000000000000)) from days)
        > 1000000000000000
        and abs(s.net_amount) * d.rate <= 1000000000000
),
doubts as (
    select sale_id, 1 as sequence, 'future_date' as held_reason, document_date::varchar as what
    from future
    union all
    select sale_id, 2, 'amount_over_limit', most::varchar from over_limit
    union all
    select sale_id, 3, 'amount_too_large', currency from too_large
    union all
    select sale_id, 3, 'amount_too_large', currency
    from summed
    where worth_so_far > 1000000000000000
)
select
    sale_id, arg_min(held_reason, sequence) as held_reason, arg_min(what, sequence) as what
from doubts
group by sale_id
