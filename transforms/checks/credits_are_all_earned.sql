-- Every movement reaches its partner's statement.
select c.credit_id, c.sale_id, c.partner_id, c.incentive
from intermediate.credits as c
anti join mart.statement_lines as l on l.credit_id = c.credit_id and l.month = c.posting_month
