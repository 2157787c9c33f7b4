-- Sales without a deal, or with one that nobody claims, that look like a registered
-- one: the same end customer by its plain name, the same family, and at least one
-- partner who would be credited, judged as the calculation judges claims. The
-- score out of 100: 60 for that, 20 when the customer is written the same, 20 when
-- no other deal looks so. A suggestion counts for nothing until a person accepts
-- it into the file of links.
--
-- grain: sale_id, deal_id
-- sale_id        the line
-- deal_id        the deal it could belong to
-- month          first day of the line's month
-- distributor    code of the sender
-- document_no    the document
-- line_no        its line
-- line_key       the rest of the key a feed declares, empty for most
-- document_date  day of the document
-- partner_id     who bought
-- end_customer   as the distributor writes it
-- deal_customer  as the deal has it
-- family         of products
-- amount         of the line, in the programme currency
-- claimants      who would be credited, separated by a comma
-- score          out of 100
with credited as (
    select sale_id, deal_id, string_agg(distinct partner_id, ', ' order by partner_id) as claimants
    from intermediate.judged_claims
    where is_suggested and reason is null and weight > 0
    group by sale_id, deal_id
)
select c.sale_id, c.deal_id, d.month, d.distributor, d.document_no, d.line_no, d.line_key, d.document_date, d.partner_id, l.end_customer, a.deal_customer, d.family,
    d.amount, c.claimants, 60 + if(a.is_written_the_same, 20, 0) + if(count(*) over (partition by c.sale_id) = 1, 20, 0) as score
from credited as c
join intermediate.deals_alike as a on a.sale_id = c.sale_id and a.deal_id = c.deal_id
join intermediate.dated_lines as d on d.sale_id = c.sale_id
join intermediate.lines as l on l.sale_id = c.sale_id
