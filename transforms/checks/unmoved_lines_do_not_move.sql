-- A closing and a rebuild work out again what nights leave out, and find nothing that moves.
select m.distributor, m.document_no, m.line_no, m.line_key, m.partner_id, m.module, m.base
from intermediate.moving as m
join staging.sales as s on s.distributor = m.distributor and s.document_no = m.document_no and s.line_no = m.line_no and s.line_key = m.line_key
join intermediate.unmoved as u on u.sale_id = s.sale_id
