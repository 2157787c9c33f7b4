-- Sell-out lines that are complete and do not count, with the reason. A line with a deal that
-- nobody claims counts for its buyer and distributor, but not for Sell With.
--
-- grain: sale_id, partner_id, incentive, returned_sale_id
-- sale_id
-- partner_id  the partner it would credit; null for a deal that nobody claims, and for a
--             buyer who is declared to be no partner
-- incentive, month
-- reason  code of the reason why it does not count
-- document_date, distributor, document_no, line_no, document_type, end_customer, sku, product_name,
-- family, quantity, net_amount, currency, rate, rate_date
-- base  value that would have counted, in the programme currency
-- deal_id, terms_date, returns_document, returns_line, returned_sale_id, file_name, file_line
-- counts_elsewhere  true: another incentive counts the line for the partner, and this one is not
--                   for lines of its family, product, basis, contract or kind; a statement does
--                   not list it
with named_deals as ( -- a part of a return has the deal of its sale
    select sale_id, '' as matched_sale, sale_id as judged_id, incentive, version
    from intermediate.incentive_lines
    where credits = 'claims' and reason is null and deal_id is not null and change_id is null
        and not is_unnamed
    union all
    select p.sale_id, p.matched_sale, l.sale_id, l.incentive, p.version
    from intermediate.split_returns as p
    join intermediate.incentive_lines as l on l.sale_id = p.claims_sale_id
    where l.credits = 'claims' and l.reason is null and p.deal_id is not null
        and p.change_id is null
),
uncounted as (
    select sale_id, matched_sale, partner_id, incentive, reason
    from intermediate.purchase_credits
    where reason is not null and change_id is null
    union all
    select d.sale_id, d.matched_sale, null, d.incentive, 'unknown_deal'
    from named_deals as d
    anti join intermediate.claims as c on c.sale_id = d.judged_id and c.incentive = d.incentive
    where (d.version, d.incentive) in (select (version, incentive) from rules.weights)
),
elsewhere as (
    select distinct sale_id, matched_sale, partner_id
    from intermediate.purchase_credits
    where reason is null
),
-- What was stated goes on counting until a person accepts that it does not, and so do its returns.
counting as (
    select sale_id, coalesce(matched_sale, '') as matched_sale, partner_id, incentive
    from intermediate.adjusting_credits
    join intermediate.adjustment_decisions as decisions using (credit_id)
    where is_stated and decisions.is_accepted is not true
    union all
    select sale_id, coalesce(matched_sale, ''), partner_id, incentive
    from intermediate.returns_as_stated
    where base <> 0
)
select
    u.sale_id, u.partner_id, u.incentive, l.month, u.reason, l.document_date, l.distributor,
    l.document_no, l.line_no, l.document_type,
    l.end_customer, l.sku, l.product_name, l.family, l.quantity, l.net_amount, l.currency, l.rate,
    l.rate_date, l.amount as base, l.deal_id, l.terms_date,
    l.returns_document, l.returns_line, l.returned_sale_id, f.file_name, l.line as file_line,
    e.sale_id is not null and u.reason in ('other_family', 'other_product', 'other_basis',
        'other_contract', 'other_document_type') as counts_elsewhere
from uncounted as u
join intermediate.credited_lines as l using (sale_id, matched_sale)
join staging.files as f using (file_id)
left join elsewhere as e
    on e.sale_id = u.sale_id and e.matched_sale = u.matched_sale and e.partner_id = u.partner_id
anti join counting as c
    on c.sale_id = u.sale_id and c.matched_sale = u.matched_sale and c.partner_id = u.partner_id
    and c.incentive = u.incentive
order by u.partner_id -- the order of reading
