-- Which sell-out lines go to which bucket. The database plan has the lines and all that they depend
-- on, and plan.routes.partners says in which bucket each partner is worked out. A line goes to the
-- buckets of its buyer, of its distributor, of all who claim its deal, and of whoever it was stated
-- for. Lines that can change each other go together, with all of their versions.

create table plan.routes.lines as
with claimants as (
    select distinct deal_id, coalesce(partner_id, partner_code) as unit
    from intermediate.deal_claims
),
units as (
    select sale_id, partner_id as unit from intermediate.lines where partner_id is not null
    union all
    select sale_id, distributor_id from intermediate.lines where distributor_id is not null
    union all
    select l.sale_id, c.unit from intermediate.lines as l join claimants as c using (deal_id)
    union all
    select sale_id, partner_id from staging.activities
    union all
    select sale_id, partner_id from stated.lines
    union all
    select sale_id, partner_id from stated.shares
)
select distinct u.sale_id, p.bucket
from units as u
join plan.routes.partners as p on p.partner_id = u.unit;

-- Whoever belongs to nobody has a home all the same.
insert into plan.routes.lines
select s.sale_id, 0
from staging.sales as s
anti join plan.routes.lines as r using (sale_id);

-- What lines that are linked have in common, as a number. Where two have the same one by chance,
-- some lines go to more buckets than they need.
create table plan.routes.links as
with taken as ( -- a return, named or not, has the terms of the sales that it takes back
    select sale_id, returned_sale_id as sold_id
    from intermediate.lines
    where returned_sale_id is not null
    union
    select sale_id, matched_sale_id from intermediate.matched_returns
),
older as (
    select sale_id from intermediate.superseded_lines
    union
    select sale_id from stated.lines
),
-- Versions of a line, of which each counted at some time.
keys as (
    select distinct s.distributor, s.document_no, s.line_no, s.line_key
    from staging.sales as s
    semi join older using (sale_id)
    union
    select distinct distributor, document_no, line_no, line_key from stated.lines
),
versions as (
    select distributor, document_no, line_no, line_key, sale_id
    from staging.sales
    semi join keys using (distributor, document_no, line_no, line_key)
    union
    select distributor, document_no, line_no, line_key, sale_id from stated.lines
),
-- A stated line whose code, product or partner is lost waits with all others of its code.
moved_codes as (
    select distributor, partner_code
    from intermediate.lines
    where exists (from stated.lines)
    group by distributor, partner_code
    having count(distinct partner_id) > 1
)
select hash('sale', sold_id) as link, sale_id from taken
union all
select hash('sale', sold_id), sold_id from taken
union all
select hash('line', distributor, document_no, line_no, line_key), sale_id from versions
union all
select hash('code', distributor, partner_code), sale_id
from intermediate.lines
semi join moved_codes using (distributor, partner_code)
