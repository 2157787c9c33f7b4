-- Sell-out lines that could be another line reported twice: of the same day, partner, product,
-- quantity and amount, under another document or line number, from the same or another distributor.
-- Of lines that are alike, each is compared with the one that landed first. Most count, and are
-- listed for people; some wait until a person decides.
--
-- grain: sale_id
-- sale_id
-- month       first day of the documents' month
-- document_date
-- partner_id  the buying partner; null where its code is unknown or nobody's
-- partner_code, sku, quantity, net_amount, currency, distributor, document_no, line_no, file_name,
-- file_line
-- waits        true: it does not count until a person accepts it
-- change_id
-- is_accepted  true: a person has accepted that it counts; null where nobody has
-- other_sale_id      the line it could be: number of its file and line in one
-- other_distributor  distributor of that line
-- other_document_no  document of that line
-- other_line_no      number of that line in its document
-- other_file_name    file of that line
-- other_file_line    physical line in that file, from 1
with known as (
    select sale_id, document_date, sku, quantity, net_amount, currency,
        coalesce(partner_id, concat_ws(chr(31), distributor, partner_code)) as buyer
    from intermediate.lines
),
alike_contents as ( -- by hash, which is faster; the window compares what it stands for
    select hash(document_date, buyer, sku, quantity, net_amount, currency) as content_hash
    from known
    group by content_hash
    having count(*) > 1
),
alike as (
    select k.sale_id, min(k.sale_id) over (
            partition by k.document_date, k.buyer, k.sku, k.quantity, k.net_amount, k.currency)
        as other_sale_id
    from known as k
    semi join alike_contents as a
        on a.content_hash = hash(k.document_date, k.buyer, k.sku, k.quantity, k.net_amount,
            k.currency)
),
contested as (
    select d.sale_id, d.other_sale_id, c.change_id, c.is_accepted
    from intermediate.contested_versions as c
    join intermediate.possible_duplicates as d using (sale_id)
    where c.kind = 'possible_duplicate' and c.is_accepted is not false
),
pairs as (
    select sale_id, other_sale_id, change_id, is_accepted from contested
    union all
    select alike.sale_id, alike.other_sale_id, null, null
    from alike
    anti join contested using (sale_id)
    where alike.sale_id <> alike.other_sale_id
)
select
    l.sale_id, date_trunc('month', l.document_date)::date as month, l.document_date,
    lines.partner_id, l.partner_code, l.sku, l.quantity, l.net_amount, l.currency, l.distributor,
    l.document_no, l.line_no, f.file_name, l.line as file_line,
    pairs.change_id is not null and pairs.is_accepted is null as waits,
    if(pairs.is_accepted is null, pairs.change_id, null) as change_id, pairs.is_accepted,
    pairs.other_sale_id, o.distributor as other_distributor, o.document_no as other_document_no,
    o.line_no as other_line_no, g.file_name as other_file_name, o.line as other_file_line
from pairs
join staging.sales as l using (sale_id)
join staging.files as f using (file_id)
join staging.sales as o on o.sale_id = pairs.other_sale_id
join staging.files as g on g.file_id = o.file_id
left join intermediate.lines as lines on lines.sale_id = pairs.sale_id
