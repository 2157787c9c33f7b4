-- Sales without a deal that look like a registered one: the same end customer
-- without accents, capitals and legal forms, the same family, and a day inside
-- the window of at least one approved claim. The score out of 100: 60 for that,
-- 20 when the customer is written the same, 20 when no other deal looks so. A
-- suggestion counts for nothing until a person accepts it into the file of links.
--
-- grain: sale_id, deal_id
-- sale_id        the line
-- deal_id        the deal it could belong to
-- month          first day of the line's month
-- distributor    code of the sender
-- document_no    the document
-- line_no        its line
-- document_date  day of the document
-- partner_id     who bought
-- end_customer   as the distributor writes it
-- deal_customer  as the deal has it
-- family         of products
-- amount         of the line, in the programme currency
-- claimants      who has such a claim, separated by a comma; whether it counts (module, admission, role, an earlier claim) is judged
--                once the line belongs to the deal
-- score          out of 100
with unlinked as (
    select l.sale_id, d.month, l.distributor, l.document_no, l.line_no, l.document_date, l.partner_id, l.end_customer, l.family, l.amount, d.terms_date,
        d.version
    from intermediate.lines as l
    join intermediate.dated_lines as d on d.sale_id = l.sale_id
    where l.deal_id is null and l.end_customer is not null and l.is_licence and l.document_type = 'sale'
),
claims as (
    select d.deal_id, c.partner_id, d.registered_on, d.expires_on, d.end_customer, d.family
    from staging.deals as d
    join intermediate.record_versions as v on v.kind = 'deals' and v.file_id = d.file_id and v.line = d.line and v.outcome = 'loaded'
    join staging.files as f on f.file_id = d.file_id
    join intermediate.partner_codes as c on c.code = d.partner_code and c.sender in ('*', f.feed) and c.partner_id is not null
    where d.status = 'approved' and d.end_customer is not null
),
plain as (
    select end_customer,
        trim(regexp_replace(regexp_replace(lower(strip_accents(end_customer)), '[^a-z0-9]+', ' ', 'g'),
            '\b(gmbh|ag|kg|ohg|ug|sarl|sas|sa|ltd|limited|llc|inc|plc|bv|srl|spa)\b', '', 'g')) as name
    from (select end_customer from unlinked union select end_customer from claims)
),
alike as (
    select u.sale_id, c.deal_id, u.month, u.distributor, u.document_no, u.line_no, u.document_date, u.partner_id, u.end_customer,
        max(c.end_customer) as deal_customer, u.family, u.amount, string_agg(distinct c.partner_id, ', ' order by c.partner_id) as claimants,
        bool_or(c.end_customer = u.end_customer) as is_written_the_same
    from unlinked as u
    join plain as p on p.end_customer = u.end_customer
    join plain as q on q.name = p.name
    join claims as c on c.end_customer = q.end_customer and c.family = u.family
    join rules.versions as v on v.version = u.version
    where p.name <> '' and (v.own_deals or c.partner_id <> u.partner_id) and u.terms_date >= c.registered_on + v.lead_days and u.terms_date <= c.registered_on + v.window_days
        and (c.expires_on is null or u.terms_date <= c.expires_on)
    group by u.sale_id, c.deal_id, u.month, u.distributor, u.document_no, u.line_no, u.document_date, u.partner_id, u.end_customer, u.family, u.amount
)
select sale_id, deal_id, month, distributor, document_no, line_no, document_date, partner_id, end_customer, deal_customer, family, amount, claimants,
    60 + if(is_written_the_same, 20, 0) + if(count(*) over (partition by sale_id) = 1, 20, 0) as score
from alike
