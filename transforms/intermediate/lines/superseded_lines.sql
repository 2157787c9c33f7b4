-- The sell-out lines that are not current, and why.
--
-- grain: sale_id
-- sale_id, outcome
-- lacking_file_id  the complete file that no longer holds a withdrawn line
select sale_id, outcome, null as lacking_file_id from intermediate.repeated_lines
union all
select sale_id, 'withdrawn', lacking_file_id
from intermediate.withdrawn_lines
where not waits or is_accepted
