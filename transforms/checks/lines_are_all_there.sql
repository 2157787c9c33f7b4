-- Every line that stands is held, later than the run, settled by a closing, or judged for its buyer.
with judged as (
    select sale_id from intermediate.purchases where module = 'resell'
)
select l.sale_id, l.document_no, l.line_no
from intermediate.lines as l
cross join rules.programme as p
left join judged as j on j.sale_id = l.sale_id
where l.sale_id not in (select sale_id from intermediate.settled) and l.held_reason is null and l.month <= p.through_month and j.sale_id is null
