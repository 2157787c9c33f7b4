-- The lines of closed months that rest upon what they did when a month was last
-- closed, so that what they credit has been stated and does not move. They are found
-- without working any line out, by their rows and by what has changed since: a night
-- costs what is open. Not among them, and so worked out again, are lines of which a
-- closing has kept no row, those that a person has joined to a deal since, and those whose
-- key was stated from a version that no longer stands.
--
-- grain: sale_id
-- sale_id    the line
-- amount     its value in the programme currency, as it was stated
-- is_sought  a registered deal has its end customer, so that it could be suggested
with newest as (
    select sale_id, arg_max_null(content, month) as content, arg_max_null(amount, month) as amount
    from stated.settled
    group by sale_id
),
days as (
    select d.currency, d.terms_date, coalesce(v.hash, 'before the programme') as rules
    from intermediate.line_days as d
    left join rules.versions as v on v.version = d.version
    anti join intermediate.changed_grounds as c on c.ground = hash('day', d.currency, d.terms_date)
),
resting as (
    select s.sale_id, s.end_customer, n.amount
    from staging.sales as s
    join newest as n on n.sale_id = s.sale_id and n.content = s.content
    join days as d on d.currency = s.currency and d.terms_date = s.document_date
    where s.sale_id not in (select sale_id from intermediate.sales_passed_over)
        and s.sale_id not in (select sale_id from intermediate.links where sale_id is not null)
        -- As conditions: for anti joins DuckDB would keep all lines and look up what has changed.
        and hash('code', d.rules, s.distributor, s.partner_code) not in (select ground from intermediate.changed_grounds)
        and hash('deal', d.rules, s.deal_id) not in (select ground from intermediate.changed_grounds)
        and hash('product', s.sku) not in (select ground from intermediate.changed_grounds)
),
moved_keys as (
    select distinct s.distributor, s.document_no, s.line_no, s.line_key
    from stated.lines as s
    anti join resting as r on r.sale_id = s.sale_id
),
moved as (
    select s.sale_id
    from staging.sales as s
    join moved_keys as k on k.distributor = s.distributor and k.document_no = s.document_no and k.line_no = s.line_no and k.line_key = s.line_key
),
sought as (
    select name
    from intermediate.plain_names
    where plain_name in (select n.plain_name from intermediate.plain_names as n join intermediate.deal_claims as c on c.end_customer = n.name)
)
select sale_id, amount, coalesce(end_customer in (select name from sought), false) as is_sought
from resting
where sale_id not in (select sale_id from moved)
