-- What was stated of a credit and what moved since come to what it should be, unless a closing has settled it
-- or its new day lies after the run.
with moved as (
    select coalesce(n.distributor, l.distributor) as distributor, coalesce(n.document_no, l.document_no) as document_no, coalesce(n.line_no, l.line_no) as line_no,
        coalesce(n.line_key, l.line_key) as line_key, l.partner_id, l.module, sum(l.base) as base
    from mart.statement_lines as l
    left join intermediate.renamed_lines as n on n.sale_id = l.sale_id
    group by all
)
select distributor, document_no, line_no, line_key, partner_id, module, m.base as said, d.base as due
from moved as m
full join intermediate.due_credits as d using (distributor, document_no, line_no, line_key, partner_id, module)
cross join rules.programme as p
where coalesce(m.base, 0) <> coalesce(d.base, 0) and p.first_open <= p.through_month
    and coalesce(d.month, p.through_month) <= p.through_month
