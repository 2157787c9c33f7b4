-- The lines that have to be worked out although their files are known. All others of known
-- files are settled: they are as they were when a month was last closed, and so is all that
-- they rest upon, so that what they credit has been stated and does not move. That is found
-- without working any line out, by what has changed since: a night costs what is open. In
-- here are lines of months that are open, those of which the last closing could not say so,
-- which may be gone by now, those that rest upon something that has changed, and every line of
-- a key of which another is in here or in a file that is not known.
--
-- grain: sale_id
-- sale_id  the line
with days as (
    select d.currency, d.terms_date, coalesce(v.hash, 'before the programme') as rules
    from intermediate.line_days as d
    left join rules.versions as v on v.version = d.version
    anti join intermediate.changed_grounds as c on c.ground = hash('day', d.currency, d.terms_date)
),
known as (
    select s.sale_id, s.distributor, s.partner_code, s.sku, s.deal_id, d.rules, s.document_date >= p.first_open as is_open
    from staging.sales as s
    cross join rules.programme as p
    left join days as d on d.currency = s.currency and d.terms_date = s.document_date
    where s.file_id in (select file_id from intermediate.known_files)
),
touched as (
    select sale_id
    from known
    where is_open or rules is null
        or sale_id in (select sale_id from intermediate.sales_passed_over)
        or sale_id in (select sale_id from intermediate.links where sale_id is not null)
        or hash('code', rules, distributor, partner_code) in (select ground from intermediate.changed_grounds)
        or hash('deal', rules, deal_id) in (select ground from intermediate.changed_grounds)
        or hash('product', sku) in (select ground from intermediate.changed_grounds)
    union
    select sale_id from stated.unsettled
),
moved_keys as (
    select distinct distributor, document_no, line_no, line_key
    from intermediate.stated_lines
    where sale_id // 10000000000 not in (select file_id from intermediate.known_files) or sale_id in (select sale_id from touched)
)
select sale_id from touched
union
select s.sale_id
from staging.sales as s
join moved_keys as k on k.distributor = s.distributor and k.document_no = s.document_no and k.line_no = s.line_no and k.line_key = s.line_key
where s.file_id in (select file_id from intermediate.known_files)
