-- The sell-out lines that a newer version replaces or that repeat a version. A version that waits
-- for a person, or is refused, replaces nothing but a correction that waits.
--
-- grain: sale_id
-- sale_id, outcome
with counting as (
    select versions.*
    from intermediate.line_versions as versions
    anti join intermediate.contested_versions as contested
        on contested.sale_id = versions.sale_id and contested.is_accepted is not true
),
numbered_versions as (
    select sale_id, repeats,
        sum(if(repeats, 0, 1)) over (
            partition by distributor, document_no, line_no, line_key order by sale_id desc
            rows between unbounded preceding and current row) as versions_from_here
    from counting
)
select sale_id, if(repeats, 'duplicate', 'superseded') as outcome
from numbered_versions
where repeats or versions_from_here > 1
union all
select sale_id, 'superseded'
from intermediate.contested_versions
where not is_accepted
union all
select waiting.sale_id, 'superseded'
from intermediate.waiting_versions as waiting
join intermediate.line_versions using (sale_id)
qualify waiting.sale_id < max(waiting.sale_id) over (
    partition by distributor, document_no, line_no, line_key)
union
select waiting.sale_id, 'superseded'
from intermediate.waiting_versions as waiting
join intermediate.line_versions as version using (sale_id)
join counting as later
    using (distributor, document_no, line_no, line_key)
where waiting.kind = 'corrections_over_the_limit' and later.sale_id > waiting.sale_id
