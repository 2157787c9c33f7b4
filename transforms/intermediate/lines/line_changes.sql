-- The changes of sell-out lines that wait for a person: the version that counts until then, and the
-- one that would replace it.
--
-- grain: change_id, line_key_text
-- change_id
-- kind     number_used_again, other_count, possible_duplicate, corrections_over_the_limit or
--          withdrawn
-- subject, change
-- line_key_text  the line
-- old_sale_id    the version that counts; null where there is none
-- new_sale_id    the version that waits; null where the line is withdrawn
with current_versions as (
    select versions.*
    from intermediate.line_versions as versions
    anti join intermediate.superseded_lines as superseded using (sale_id)
    anti join intermediate.waiting_versions as waiting using (sale_id)
)
select c.change_id, c.kind, c.subject, c.change,
    concat_ws(' / ', v.distributor, v.document_no, v.line_no, v.line_key) as line_key_text,
    old.sale_id as old_sale_id, c.sale_id as new_sale_id
from intermediate.waiting_versions as c
join staging.sales as v using (sale_id)
left join current_versions as old
    on old.distributor = v.distributor and old.document_no = v.document_no
    and old.line_no = v.line_no and old.line_key = v.line_key
where c.sale_id not in (select sale_id from intermediate.superseded_lines)
union all
select w.change_id, 'withdrawn', w.subject, w.change,
    concat_ws(' / ', s.distributor, s.document_no, s.line_no, s.line_key), w.sale_id, null
from intermediate.withdrawn_lines as w
join staging.sales as s using (sale_id)
where w.waits and w.is_accepted is null
