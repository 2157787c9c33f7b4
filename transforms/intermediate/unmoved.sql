-- The lines of closed months that rest upon what they did when a month was last
-- closed, so that what they credit has been stated and does not move. One whose key
-- was stated from a version that no longer stands is not among them.
--
-- grain: sale_id
-- sale_id  the line
-- month    the closing that has last written down what follows from it
with newest as (
    select sale_id, max(month) as month, arg_max(inputs, month) as inputs from stated.settled group by sale_id
),
matching as (
    select n.sale_id, n.month
    from newest as n
    join intermediate.line_inputs as i on i.sale_id = n.sale_id and i.inputs = n.inputs
),
moved_keys as (
    select distinct distributor, document_no, line_no, line_key
    from stated.lines as s
    anti join matching as u on u.sale_id = s.sale_id
),
moved as (
    select s.sale_id
    from staging.sales as s
    join moved_keys as k on k.distributor = s.distributor and k.document_no = s.document_no and k.line_no = s.line_no and k.line_key = s.line_key
)
select u.sale_id, u.month
from matching as u
anti join moved as m on m.sale_id = u.sale_id
