-- Sell-out lines that are known in full and do not count, and why. A line that names a deal which
-- no claim knows counts for its buyer and its distributor; for Sell With it credits nobody, until a
-- claim on that deal comes.
--
-- grain: sale_id, partner_id, incentive
-- sale_id           the sell-out line: number of its file and line in one
-- partner_id        the partner who would have been credited; null for a deal that is not
--                   registered, because nobody is known to claim it
-- incentive         distribution, resell or sell_with
-- month             first day of the line's month
-- reason            code of why it does not count
-- document_date     day of the document
-- distributor       code of the distributor that sent it
-- document_no       number of the document
-- line_no           number of the line in its document
-- document_type     sale or return
-- end_customer      who uses it, as the distributor writes it
-- sku               stock-keeping unit of the product
-- product_name      name of the product
-- family            family of the product
-- quantity          quantity, in units of the product; negative on a return
-- net_amount        net amount of the line, in the document's currency
-- currency          currency of the document
-- rate              factor: what one unit of the currency was worth in the programme currency
-- rate_date         the day that rate was published for; null in the programme currency
-- base              value that would have counted, in the programme currency
-- deal_id           the registered deal
-- terms_date        the day whose rules hold: of the line it returns, or its own
-- returns_document  the document a return gives back, as the distributor names it
-- returns_line      number of the line that a return gives back
-- returned_sale_id  sale_id of the line it returns; null when it names none, or none that is one
--                   sale on or before its day
-- file_name         what the sender called the file
-- file_line         physical line in the file, from 1
with uncounted as (
    select sale_id, partner_id, incentive, reason, base
    from intermediate.purchase_credits
    where reason is not null
    union all
    select d.sale_id, null, 'sell_with', 'unknown_deal', d.amount
    from intermediate.valued_lines as d
    anti join intermediate.claims as c on c.sale_id = d.sale_id
    where d.deal_id is not null and d.is_licence
        and d.version in (select version from rules.weights)
)
select
    u.sale_id, u.partner_id, u.incentive, l.month, u.reason, l.document_date, l.distributor,
    l.document_no, l.line_no, l.document_type,
    l.end_customer, l.sku, l.product_name, l.family, l.quantity, l.net_amount, l.currency, l.rate,
    l.rate_date, u.base, l.deal_id, l.terms_date,
    l.returns_document, l.returns_line, l.returned_sale_id, f.file_name, l.line as file_line
from uncounted as u
join intermediate.lines as l on l.sale_id = u.sale_id
join staging.files as f on f.file_id = l.file_id
order by u.partner_id -- which is how statements are read
