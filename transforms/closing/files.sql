-- The files that have landed when the month is closed.
--
-- grain: sha256
select getvariable('closing_month') as month, sha256
from mart.reconciliation
order by file_id
