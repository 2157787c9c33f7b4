-- Partner codes that distributors use and that are not in the partner file.
--
-- grain: distributor, partner_code
-- distributor, partner_code, partner_name, partner_town, partner_country
-- lines     how many sell-out lines wait for the code
-- first_on  day of the first document with the code
-- last_on   day of the last document with the code
with waiting as (
    select
        l.distributor, l.partner_code, s.partner_name, s.partner_town, s.partner_country,
        l.document_date
    from intermediate.lines as l
    join staging.sales as s using (sale_id)
    where l.held_reason = 'unknown_partner'
)
select
    distributor, partner_code, max(partner_name) as partner_name, max(partner_town) as partner_town,
    max(partner_country) as partner_country,
    count(*) as lines, min(document_date) as first_on, max(document_date) as last_on
from waiting
group by distributor, partner_code
