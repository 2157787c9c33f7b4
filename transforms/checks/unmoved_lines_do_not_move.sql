-- A closing and a rebuild work out again what nights leave out, and find nothing that moves, and nothing that is credited for the first time.
select m.distributor, m.document_no, m.line_no, m.line_key, m.partner_id, m.module, m.base
from intermediate.moving as m
join staging.sales as s on s.distributor = m.distributor and s.document_no = m.document_no and s.line_no = m.line_no and s.line_key = m.line_key
where s.file_id in (select file_id from intermediate.known_files) and s.sale_id not in (select sale_id from intermediate.unsettled)
union all
select d.distributor, d.document_no, d.line_no, d.line_key, d.partner_id, d.module, d.base
from intermediate.due_credits as d
anti join intermediate.stated_bases as s using (distributor, document_no, line_no, line_key, partner_id, module)
where d.sale_id // 10000000000 in (select file_id from intermediate.known_files) and d.sale_id not in (select sale_id from intermediate.unsettled)
