-- The versions of each sell-out line that was sent more than once.
--
-- grain: sale_id
-- sale_id, file_id, distributor, document_no, line_no, line_key, document_date, partner_code, sku,
-- net_amount
-- content    all that the sender says of the line, as one text
-- repeats    the same content as the version before
-- last_seen  the newest file with the line
-- first_date  day of the document in the first version
with repeated_keys as ( -- by hash, which is faster; a window separates keys with one hash
    select hash(distributor, document_no, line_no, line_key) as key_hash
    from staging.sales
    group by key_hash
    having count(*) > 1
),
versions as (
    select s.sale_id, s.file_id, s.distributor, s.document_no, s.line_no, s.line_key,
        s.document_date, s.partner_code, s.sku, s.net_amount,
        row(s.document_type, s.document_date, s.partner_code, s.partner_name, s.partner_town,
            s.partner_country, s.end_customer, s.sku,
            s.quantity, s.net_amount, s.currency, s.deal_id, s.returns_document,
            s.returns_line, s.returns_key)::varchar as content
    from staging.sales as s
    join repeated_keys as k
        on k.key_hash = hash(s.distributor, s.document_no, s.line_no, s.line_key)
)
select *,
    coalesce(content = lag(content) over in_order, false) as repeats,
    max(file_id) over (partition by distributor, document_no, line_no, line_key) as last_seen,
    first_value(document_date) over in_order as first_date
from versions
window in_order as (partition by distributor, document_no, line_no, line_key order by sale_id)
