-- Sell-out lines that could be another line sent again under another number: of a later file, with
-- the same content, and either a document number that differs only by leading zeros, or the same
-- document and another line number. They are held until a person decides. A line is left out if its
-- file has the other line, too, be it in a row that was rejected.
--
-- grain: sale_id
-- sale_id
-- other_sale_id  the line it could be
-- content        all that both say, as one text
with alike_contents as ( -- by hash, which is faster; the join compares what it stands for
    select hash(distributor, ltrim(document_no, '0'), document_date, partner_code, sku, quantity,
        net_amount, currency) as content_hash
    from staging.sales
    group by content_hash
    having count(*) > 1 and min(file_id) < max(file_id)
),
-- Versions that repeat one or were followed by another content.
passed as (
    select sale_id
    from intermediate.line_versions
    qualify repeats or sale_id < max(if(repeats, null, sale_id)) over (
        partition by distributor, document_no, line_no, line_key)
),
alike as (
    select s.sale_id, s.file_id, s.distributor, s.document_no, s.line_no, s.line_key,
        row(s.distributor, ltrim(s.document_no, '0'), s.document_type, s.document_date,
            s.partner_code, s.end_customer, s.sku, s.quantity, s.net_amount, s.currency, s.deal_id,
            s.returns_document, s.returns_line, s.returns_key, s.line_key)::varchar as content
    from staging.sales as s
    semi join alike_contents as a
        on a.content_hash = hash(s.distributor, ltrim(s.document_no, '0'), s.document_date,
            s.partner_code, s.sku, s.quantity, s.net_amount, s.currency)
    anti join passed using (sale_id)
),
numbered as (
    select *,
        row_number() over (partition by content, file_id order by sale_id) as occurrence
    from alike
),
pairs as (
    select later.sale_id, earlier.sale_id as other_sale_id, later.content, later.file_id,
        earlier.distributor,
        earlier.document_no, earlier.line_no, earlier.line_key
    from numbered as later
    join numbered as earlier
        on earlier.content = later.content and earlier.occurrence = later.occurrence
        and earlier.file_id < later.file_id
        and (earlier.document_no <> later.document_no or earlier.line_no <> later.line_no)
    qualify row_number() over (partition by later.sale_id order by earlier.sale_id) = 1
)
select pairs.sale_id, pairs.other_sale_id, pairs.content
from pairs
anti join staging.sales as same_file
    on same_file.file_id = pairs.file_id and same_file.distributor = pairs.distributor
    and same_file.document_no = pairs.document_no and same_file.line_no = pairs.line_no
    and same_file.line_key = pairs.line_key
anti join staging.rejects as rejected
    on rejected.file_id = pairs.file_id
    and rejected.record_key = concat_ws(' / ', pairs.distributor, pairs.document_no,
        nullif(pairs.line_key, ''), pairs.line_no)
