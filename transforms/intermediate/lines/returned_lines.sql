-- The returns that name the line they return, with that line. A return is left out unless it names
-- exactly one sale on or before its day, or one that was stated before its sender gave it a later
-- day. Where document numbers begin anew each year, it names the newest with its partner and
-- product.
--
-- grain: sale_id
-- sale_id  the return
-- currency, returned_sale_id, terms_date
-- returned_key  line_key of the line it returns
-- deal_id  deal of the line it returns
with returns as (
    select s.sale_id, s.distributor, s.document_date, s.currency, s.returns_document,
        s.returns_line, s.returns_key, s.partner_code, s.sku,
        coalesce(r.is_yearly, false) as is_yearly
    from staging.sales as s
    join staging.files as f using (file_id)
    left join rules.feeds as r using (feed)
    anti join intermediate.superseded_lines as o using (sale_id)
    where s.returns_document is not null
),
stated_days as ( -- of the sales they name
    select s.distributor, s.document_no, s.line_no, s.line_key,
        min(s.document_date) as stated_on
    from stated.lines as s
    semi join returns as r
        on r.distributor = s.distributor and r.returns_document = s.document_no
        and r.returns_line = s.line_no
    where s.document_type = 'sale'
    group by s.distributor, s.document_no, s.line_no, s.line_key
),
sold as (
    select r.sale_id, r.currency, s.sale_id as returned_sale_id, s.line_key, s.document_date,
        s.deal_id
    from returns as r
    join staging.sales as s
        on s.distributor = r.distributor and s.document_no = r.returns_document
            and s.line_no = r.returns_line
            and (r.returns_key is null or s.line_key = r.returns_key)
        and s.document_type = 'sale'
    anti join intermediate.superseded_lines as o on o.sale_id = s.sale_id
    anti join intermediate.waiting_versions as w on w.sale_id = s.sale_id
    left join stated_days as d
        on not r.is_yearly and d.distributor = s.distributor and d.document_no = s.document_no
        and d.line_no = s.line_no and d.line_key = s.line_key
    where (s.document_date <= r.document_date or d.stated_on <= r.document_date)
        and (not r.is_yearly or s.partner_code = r.partner_code and s.sku = r.sku)
    qualify not r.is_yearly or year(s.document_date) = max(year(s.document_date)) over (
        partition by r.sale_id)
)
select
    s.sale_id, min(s.currency) as currency, min(s.returned_sale_id) as returned_sale_id,
    min(s.document_date) as terms_date, min(s.line_key) as returned_key,
    min(coalesce(k.deal_id, s.deal_id)) as deal_id
from sold as s
left join intermediate.deal_links as k on k.sale_id = s.returned_sale_id and k.held_reason is null
group by s.sale_id
having count(*) = 1
