-- The returns with which a sale has come back whole, each with the sale and the returns of it
-- before: it takes back what those have left, to the cent and the hundredth of a unit, so that
-- cutting a part of a part leaves nothing.
--
-- grain: sale_id, matched_sale, measure, part_id, part_matched_sale
-- sale_id       the last return
-- matched_sale  key of the sale, where the return names none
-- measure       amount or quantity: of which it is whole
-- part_id       the sale, or a return of it before
-- part_matched_sale  of the part
with stated as (
    select distributor, document_no, line_no, line_key, coalesce(matched_sale, '') as matched_sale,
        min(month) as month
    from stated.lines
    where document_type = 'return'
    group by all
),
returns as ( -- in the order in which they are stated, as what was stated stays
    select l.sale_id, l.matched_sale, l.returned_sale_id, l.amount,
        l.quantity::decimal(18,2) as quantity, row_number() over (
            partition by l.returned_sale_id
            order by coalesce(s.month, greatest(l.month, p.first_open)), l.document_date,
                l.document_no, l.line_no, l.line_key, l.matched_sale, l.sale_id) as place
    from intermediate.credited_lines as l
    left join stated as s using (distributor, document_no, line_no, line_key, matched_sale)
    cross join rules.programme as p
    where l.returned_sale_id is not null and l.change_id is null
),
summed as (
    select r.*,
        s.amount + sum(r.amount) over so_far = 0 as is_whole_amount,
        s.quantity::decimal(18,2) + sum(r.quantity) over so_far = 0 as is_whole_quantity
    from returns as r
    join intermediate.credited_lines as s
        on s.sale_id = r.returned_sale_id and s.matched_sale = '' and s.change_id is null
    window so_far as (partition by r.returned_sale_id order by r.place)
),
last as (
    select *, 'amount' as measure from summed where is_whole_amount
    union all
    select *, 'quantity' from summed where is_whole_quantity
)
select l.sale_id, l.matched_sale, l.measure, r.sale_id as part_id,
    r.matched_sale as part_matched_sale
from last as l
join returns as r on r.returned_sale_id = l.returned_sale_id and r.place < l.place
union all
select sale_id, matched_sale, measure, returned_sale_id, ''
from last
