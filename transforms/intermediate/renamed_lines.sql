-- The lines of which something was stated under another key than they have now, because
-- their feed has been declared otherwise since. What was stated of a line of a file is what
-- was stated of that line, whatever it is called, so that a new key moves no money. Of one that
-- is gone, by the key it was stated under last. Returns of documents that are called otherwise
-- are here too: they move the position of that document, whatever their own key is.
--
-- grain: sale_id
-- sale_id         the line
-- distributor     code of the sender now; this and the rest of the key null where that is as it was stated
-- document_no     the document
-- line_no         its line
-- line_key        the rest of the key a feed declares
-- terms_document  what the document is called now whose position it moved; null: as it was stated
with stated_anew as ( -- the last closing has found all others under the key they were stated with
    select sale_id, month, document_type, distributor, document_no, line_no, line_key, terms_document
    from stated.lines
    where sale_id // 10000000000 not in (select file_id from intermediate.known_files) or sale_id in (select sale_id from stated.unsettled)
),
gone as (
    select sale_id, distributor, document_no, line_no, line_key
    from stated_anew
    where sale_id not in (select sale_id from staging.sales)
    qualify row_number() over (partition by sale_id order by month desc, distributor, document_no, line_no, line_key) = 1
),
called as (
    select sale_id, distributor, document_no, line_no, line_key from staging.sales
    union all
    from gone
),
renamed as (
    select distinct c.sale_id, c.distributor, c.document_no, c.line_no, c.line_key
    from called as c
    join stated_anew as s on s.sale_id = c.sale_id
    where row(s.distributor, s.document_no, s.line_no, s.line_key) <> row(c.distributor, c.document_no, c.line_no, c.line_key)
),
-- What the documents of sales were called in each month, and are called now. One that is several
-- now is the one of its first line.
documents as (
    select s.distributor, s.document_no, s.month, arg_min(coalesce(n.document_no, s.document_no), s.sale_id) as called_now
    from stated.lines as s
    left join renamed as n on n.sale_id = s.sale_id
    where s.document_type = 'sale' and (s.distributor, s.document_no) in (
        select (a.distributor, a.document_no) from stated_anew as a join renamed as r on r.sale_id = a.sale_id where r.document_no <> a.document_no)
    group by s.distributor, s.document_no, s.month
),
returns as (
    select sale_id, distributor, document_no, terms_document, month
    from stated_anew
    where document_type = 'return'
    qualify row_number() over (partition by sale_id order by month, terms_document) = 1
),
of_returns as (
    select r.sale_id, arg_max(d.called_now, d.month) as called_now
    from returns as r
    join documents as d on d.distributor = r.distributor and d.document_no = r.terms_document and d.month <= r.month
    group by r.sale_id
)
select coalesce(n.sale_id, m.sale_id) as sale_id, n.distributor, n.document_no, n.line_no, n.line_key,
    coalesce(m.called_now, if(r.sale_id is null or r.terms_document = r.document_no, n.document_no, null)) as terms_document
from renamed as n
full join of_returns as m on m.sale_id = n.sale_id
left join returns as r on r.sale_id = n.sale_id
