-- The returns whose sale, which they name, returns that name none were stated to have taken back
-- before, wholly or in part. They take what is left of that sale, and for the rest the newest
-- others, or the same goods would be taken back twice. What was stated whole stays whole.
--
-- grain: sale_id
-- sale_id  the return
-- matched_sale_id  the sale that it names
-- quantity    what it takes of that sale, without sign
with matches as (
    select m.sale_id, m.matched_sale_id, m.quantity, r.returned_sale_id is not null as is_named
    from intermediate.stated_matches as m
    join intermediate.lines as r using (sale_id)
),
taken as (
    select matched_sale_id as sale_id, sum(quantity) as quantity
    from matches
    group by matched_sale_id
    having not bool_and(is_named)
),
stated_whole as (
    select distinct distributor, document_no, line_no, line_key
    from stated.lines
    where document_type = 'return' and coalesce(matched_sale, '') = ''
),
named as (
    select r.sale_id, r.returned_sale_id, abs(r.quantity) as quantity,
        coalesce(abs(s.quantity), 0) - t.quantity as sold,
        w.document_no is not null as is_stated_whole,
        coalesce(sum(abs(r.quantity)) over (
            partition by r.returned_sale_id
            order by is_stated_whole desc, r.document_date, r.document_no, r.line_no, r.line_key,
                r.sale_id
            rows between unbounded preceding and 1 preceding), 0) as before
    from intermediate.lines as r
    join taken as t on t.sale_id = r.returned_sale_id
    join intermediate.lines as s on s.sale_id = r.returned_sale_id
    left join stated_whole as w
        on w.distributor = r.distributor and w.document_no = r.document_no
        and w.line_no = r.line_no and w.line_key = r.line_key
    where r.is_valued and r.quantity <> 0
        and r.sale_id not in (select sale_id from matches)
)
select sale_id, returned_sale_id as matched_sale_id,
    greatest(0, least(quantity, sold - before))::decimal(18,4) as quantity
from named
where not is_stated_whole and sold - before < quantity
union all
-- What was stated in parts stays in parts.
select distinct m.sale_id, r.returned_sale_id, 0
from matches as m
join intermediate.lines as r using (sale_id)
where m.is_named
