-- Deals that a sale could belong to: it has none, or one that nobody claims, and
-- a deal of the same family has the same end customer by its plain name, with an
-- approved claim in whose window the sale is.
--
-- grain: sale_id, deal_id
-- sale_id              the line
-- deal_id              the deal it could belong to
-- deal_customer        as the deal has it
-- is_written_the_same  the line writes it so too
with unlinked as (
    select l.sale_id, l.end_customer, l.family, d.terms_date, d.version, n.plain_name
    from intermediate.lines as l
    join intermediate.dated_lines as d on d.sale_id = l.sale_id
    join intermediate.plain_names as n on n.name = l.end_customer
    where l.is_licence and l.document_type = 'sale' and not exists (select 1 from intermediate.deal_claims as c where c.deal_id = l.deal_id)
),
claims as (
    select c.deal_id, c.registered_on, c.expires_on, c.end_customer, c.family, n.plain_name
    from intermediate.deal_claims as c
    join intermediate.plain_names as n on n.name = c.end_customer
    where c.status = 'approved'
)
select u.sale_id, c.deal_id, max(c.end_customer) as deal_customer, bool_or(c.end_customer = u.end_customer) as is_written_the_same
from unlinked as u
join rules.versions as v on v.version = u.version
join claims as c on c.plain_name = u.plain_name and c.family = u.family
where c.registered_on + v.lead_days <= u.terms_date and u.terms_date <= c.registered_on + v.window_days and u.terms_date <= coalesce(c.expires_on, u.terms_date)
group by u.sale_id, c.deal_id
