-- What each return was stated to take back of which sales. It stays, as far as the return still has
-- the quantity.
--
-- grain: sale_id, matched_sale_id
-- sale_id  the return
-- matched_sale_id  the sale
-- quantity    taken back, without sign
-- net_amount  of the return, as it was stated; null for another version of it
with stated_parts as (
    select
        distributor, document_no, line_no, line_key, matched_sale, credit_id,
        arg_max(coalesce(quantity, 0), month) as quantity, arg_max(net_amount, month) as net_amount,
        arg_max(sale_id, month) as sale_id, arg_max(sequence, month) as sequence,
        any_value(returns_document) as sold_document, any_value(returns_line) as sold_line
    from stated.lines
    where matched_sale <> ''
    group by distributor, document_no, line_no, line_key, matched_sale, credit_id
    having sum(base) <> 0
),
parts as (
    select
        distributor, document_no, line_no, line_key, matched_sale,
        min(sequence) as sequence, min(quantity) as quantity,
        min(net_amount) as net_amount, min(sale_id) as sale_id,
        any_value(sold_document) as sold_document, any_value(sold_line) as sold_line
    from stated_parts
    group by distributor, document_no, line_no, line_key, matched_sale
)
select
    r.sale_id, s.sale_id as matched_sale_id, greatest(0, least(abs(p.quantity),
        abs(coalesce(r.quantity, 0)) - coalesce(sum(abs(p.quantity)) over (
            partition by r.sale_id order by p.sequence, p.matched_sale
            rows between unbounded preceding and 1 preceding), 0)))::decimal(18,4) as quantity,
    if(p.sale_id = r.sale_id, p.net_amount, null)::decimal(18,6) as net_amount
from parts as p
join intermediate.lines as r
    on r.distributor = p.distributor and r.document_no = p.document_no
    and r.line_no = p.line_no and r.line_key = p.line_key and r.is_valued
    and (r.is_unnamed or r.returned_sale_id is not null)
join intermediate.lines as s
    on s.distributor = p.distributor and s.document_no = p.sold_document
    and s.line_no = p.sold_line and s.document_type = 'sale' and s.is_valued
    and [s.document_no, s.line_no::varchar, s.line_key]::varchar = p.matched_sale
