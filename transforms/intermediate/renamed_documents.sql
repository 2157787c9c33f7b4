-- The stated lines that moved the position of a document which is called otherwise now: its
-- own sales, and the returns that named one of them, whatever their own key is.
--
-- grain: sale_id
-- sale_id         the line
-- terms_document  what the document is called now
with renamed as (
    select s.sale_id, s.document_type, s.distributor, s.document_no, n.document_no as called_now
    from stated.lines as s
    join intermediate.renamed_lines as n on n.sale_id = s.sale_id
    where n.document_no <> s.document_no
),
former_names as (
    select distinct distributor, document_no from renamed
),
-- What documents of former names are called now, by the month in which they were stated. One that is several
-- now is the one of its first line.
documents as (
    select s.distributor, s.document_no, s.month, arg_min(coalesce(n.document_no, s.document_no), s.sale_id) as called_now
    from stated.lines as s
    join former_names as o on o.distributor = s.distributor and o.document_no = s.document_no
    left join intermediate.renamed_lines as n on n.sale_id = s.sale_id
    where s.document_type = 'sale'
    group by s.distributor, s.document_no, s.month
),
returns as (
    select s.sale_id, s.distributor, s.terms_document, s.month
    from stated.lines as s
    join former_names as o on o.distributor = s.distributor and o.document_no = s.terms_document
    where s.document_type = 'return'
    qualify row_number() over (partition by s.sale_id order by s.month, s.terms_document) = 1
),
of_returns as (
    select r.sale_id, arg_max(d.called_now, d.month) as called_now
    from returns as r
    join documents as d on d.distributor = r.distributor and d.document_no = r.terms_document and d.month <= r.month
    group by r.sale_id
)
select sale_id, called_now as terms_document from of_returns
union all
select distinct sale_id, called_now
from renamed
where sale_id not in (select sale_id from of_returns)
    and (document_type = 'sale'
        or sale_id in (select r.sale_id from returns as r join renamed as o on o.sale_id = r.sale_id and o.document_no = r.terms_document)) -- one that named no sale moved its own
