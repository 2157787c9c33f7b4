-- Every row of every file has one outcome: loaded, duplicate, superseded, rejected or excluded.
select r.file_name, r.records, r.loaded, r.duplicate, r.superseded, r.rejected, r.excluded
from mart.reconciliation as r
left join (
    select file_id, sum(excluded) as excluded from mart.excluded_rows group by file_id
) as e using (file_id)
where r.records <> r.loaded + r.duplicate + r.superseded + r.rejected + r.excluded
    or r.excluded <> coalesce(e.excluded, 0)
