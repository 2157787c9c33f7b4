-- Sell-out lines as distributors sent them, every version of each.
--
-- grain: file_id, line
-- sale_id, file_id, line, distributor, document_no
-- line_no           its line; the occurrence where the sender numbers none
-- line_key, document_type, document_date
-- partner_code      the buying partner, in the distributor's words
-- partner_name      and how it calls it, where it does
-- partner_town      and where it says it sits
-- partner_country   and in which country
-- end_customer, sku, quantity
-- net_amount        in the document's currency, negative on a return
-- currency
-- deal_id           the registered deal, if the distributor named one
-- returns_document  the document a return gives back
-- returns_line      and its line
-- content           hash of all of that
with sent as (
    select
        file_id::bigint * 10000000000 + line as sale_id, file_id, line, distributor, document_no,
        line_no,
        coalesce(line_key, '') as line_key, if(is_return, 'return', 'sale') as document_type,
        document_date, partner_code, partner_name, partner_town, partner_country, end_customer, sku,
        quantity,
        net_amount, currency, deal_id, returns_document, returns_line
    from raw.sales
)
select *, hash(*columns(*)) as content
from sent
