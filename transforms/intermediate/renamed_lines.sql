-- The lines of which something was stated under another key than they have now, because
-- their feed has been declared otherwise since. What was stated of a line of a file is what
-- was stated of that line, whatever it is called, so that a new key moves no money. Of one that
-- is gone, by the key it was stated under last.
--
-- grain: sale_id
-- sale_id      the line
-- distributor  code of the sender now
-- document_no  the document
-- line_no      its line
-- line_key     the rest of the key a feed declares
with gone as (
    select a.sale_id, a.distributor, a.document_no, a.line_no, a.line_key
    from stated.lines as a
    anti join staging.sales as s on s.sale_id = a.sale_id
    qualify row_number() over (partition by a.sale_id order by a.month desc, a.distributor, a.document_no, a.line_no, a.line_key) = 1
),
called as (
    select sale_id, distributor, document_no, line_no, line_key from staging.sales
    union all
    from gone
)
select distinct c.sale_id, c.distributor, c.document_no, c.line_no, c.line_key
from called as c
join stated.lines as s on s.sale_id = c.sale_id
where row(s.distributor, s.document_no, s.line_no, s.line_key) <> row(c.distributor, c.document_no, c.line_no, c.line_key)
