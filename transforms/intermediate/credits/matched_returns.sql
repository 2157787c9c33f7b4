-- Which sales each return that names none takes back, by quantity, and each whose sale is gone
-- already: the newest counted sales of its distributor, partner and product on or before its day
-- that named returns, and what was stated, have left. A sale lays its quantity on a pile and a
-- return takes from the top, so a return gets what the last sale before it has laid at that height.
--
-- grain: sale_id, matched_sale_id
-- sale_id  the return
-- matched_sale_id  the sale
-- quantity    taken back, without sign
-- net_amount  of the return, as it was stated; null where nothing was, or for another version of it
with returns as (
    select
        sale_id, distributor, partner_id, sku, document_date, document_no, line_no, line_key,
        coalesce(abs(quantity), 0) as quantity
    from intermediate.valued_lines
    where is_unnamed
),
stated_sales as (
    select distinct distributor, document_no, line_no, line_key
    from (
        select distributor, document_no, line_no, line_key, credit_id
        from stated.lines
        where document_type = 'sale'
            and (distributor, sku) in (select (distributor, sku) from returns)
        group by distributor, document_no, line_no, line_key, credit_id
        having sum(base) <> 0
    )
),
named as (
    select returned_sale_id as sale_id, sum(abs(quantity)) as quantity
    from intermediate.lines
    where returned_sale_id is not null and is_valued
        and sale_id not in (select sale_id from intermediate.overtaken_returns)
    group by returned_sale_id
),
counted as (
    select sale_id from intermediate.incentive_lines where reason is null and credits <> 'claims'
    union
    select sale_id from intermediate.claim_reasons where reason is null
),
sales as (
    select
        l.sale_id, l.distributor, l.partner_id, l.sku, l.document_date, l.document_no, l.line_no,
        l.line_key,
        coalesce(abs(l.quantity), 0) - coalesce(n.quantity, 0) as quantity
    from intermediate.lines as l
    semi join returns as r
        on r.distributor = l.distributor and r.partner_id = l.partner_id and r.sku = l.sku
    left join named as n on n.sale_id = l.sale_id
    where l.document_type = 'sale' and l.is_valued
        and (l.sale_id in (select sale_id from counted)
            or (l.distributor, l.document_no, l.line_no, l.line_key) in (
                select (distributor, document_no, line_no, line_key) from stated_sales))
),
-- What is settled before any goes by its day: what was stated, and what is left of a named sale.
kept as (
    select sale_id, matched_sale_id, quantity, net_amount from intermediate.stated_matches
    union all
    select sale_id, matched_sale_id, quantity, null
    from intermediate.overtaken_returns
    where quantity > 0
),
events as (
    select
        s.distributor, s.partner_id, s.sku, s.sale_id, false as is_return, s.document_date,
        s.document_no, s.line_no, s.line_key,
        greatest(s.quantity - coalesce(k.quantity, 0), 0) as change
    from sales as s
    left join (select matched_sale_id as sale_id, sum(quantity) as quantity from kept
        group by matched_sale_id) as k using (sale_id)
    union all
    select
        r.distributor, r.partner_id, r.sku, r.sale_id, true, r.document_date, r.document_no,
        r.line_no, r.line_key, coalesce(k.quantity, 0) - r.quantity
    from returns as r
    left join (select sale_id, sum(quantity) as quantity from kept group by sale_id) as k
        using (sale_id)
),
numbered as (
    select distributor, partner_id, sku, sale_id, is_return, change,
        row_number() over in_order as sequence, sum(change) over in_order as sum
    from events
    window in_order as (
        partition by distributor, partner_id, sku
        order by document_date, is_return, document_no, line_no, line_key, sale_id)
),
piled as ( -- a pile is never lower than nothing
    select *,
        (sum - least(0, min(sum) over (
            partition by distributor, partner_id, sku order by sequence)))::decimal(38,4) as height
    from numbered
),
moved as (
    select distributor, partner_id, sku, sale_id, is_return, sequence,
        least(height, coalesce(lag(height) over in_order, 0)) as low,
        greatest(height, coalesce(lag(height) over in_order, 0)) as high,
        is_return or coalesce(min(height) over (
            partition by distributor, partner_id, sku order by sequence
            rows between 1 following and unbounded following), height) < height as is_touched
    from piled
    window in_order as (partition by distributor, partner_id, sku order by sequence)
),
touched as (
    select * from moved where is_touched and low < high
),
bounds as (
    select distributor, partner_id, sku, low as height from touched
    union
    select distributor, partner_id, sku, high from touched
),
layers as (
    select distributor, partner_id, sku, height as low, lead(height) over (
        partition by distributor, partner_id, sku order by height) as high
    from bounds
),
taken as (
    select t.sale_id, t.is_return, y.high - y.low as quantity, lag(t.sale_id) over (
        partition by t.distributor, t.partner_id, t.sku, y.low order by t.sequence)
        as matched_sale_id
    from touched as t
    join layers as y
        on y.distributor = t.distributor and y.partner_id = t.partner_id and y.sku = t.sku
        and t.low <= y.low and y.high <= t.high
),
-- A return without a quantity goes by the newest sale.
without_quantity as (
    select r.sale_id, arg_max(s.sale_id, row(s.document_date, s.document_no, s.line_no,
            s.line_key)) as matched_sale_id
    from returns as r
    join sales as s
        on s.distributor = r.distributor and s.partner_id = r.partner_id and s.sku = r.sku
        and s.document_date <= r.document_date
    anti join kept as k on k.sale_id = r.sale_id
    where r.quantity = 0
    group by r.sale_id
),
matched as (
    select sale_id, matched_sale_id, quantity, net_amount from kept
    union all
    select sale_id, matched_sale_id, quantity, null from taken where is_return
    union all
    select sale_id, matched_sale_id, 0, null from without_quantity
)
select
    sale_id, matched_sale_id, sum(quantity)::decimal(18,4) as quantity,
    if(count(*) = 1, min(net_amount), null) as net_amount
from matched
group by sale_id, matched_sale_id
having sum(quantity) > 0 or sale_id in (select sale_id from returns where quantity = 0)
