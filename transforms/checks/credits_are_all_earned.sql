-- Every credit has a level and reaches its partner's statement.
select c.sale_id, c.partner_id, c.module
from intermediate.credits as c
left join mart.statement_lines as l on l.sale_id = c.sale_id and l.partner_id = c.partner_id and l.module = c.module and l.month = c.posting_month
where l.sale_id is null
