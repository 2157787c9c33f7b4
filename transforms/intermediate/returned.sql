-- The returns that name the line they return, and which that is. A return that names
-- none, or none that is one sale on or before its day, is not in here.
--
-- grain: sale_id
-- sale_id           the return
-- currency          of the return
-- returned_sale_id  the line it returns
-- terms_date        day of that line's document, whose rules hold for both
-- deal_id           that line's deal
with standing as (
    select s.sale_id, s.distributor, s.document_no, s.line_no, s.document_type, s.document_date, s.currency, s.returns_document, s.returns_line,
        coalesce(k.deal_id, s.deal_id) as deal_id
    from staging.sales as s
    left join intermediate.links as k on k.sale_id = s.sale_id and k.held_reason is null
    where not exists (select 1 from intermediate.sales_passed_over as o where o.sale_id = s.sale_id)
)
select r.sale_id, min(r.currency) as currency, min(s.sale_id) as returned_sale_id, min(s.document_date) as terms_date, min(s.deal_id) as deal_id
from standing as r
join standing as s
    on s.distributor = r.distributor and s.document_no = r.returns_document and s.line_no = r.returns_line
    and s.document_type = 'sale' and s.document_date <= r.document_date
where r.returns_document is not null
group by r.sale_id
having count(*) = 1
