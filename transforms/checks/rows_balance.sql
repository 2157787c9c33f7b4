-- Every row of every file has one outcome: loaded, duplicate, superseded or rejected.
select file_name, records, loaded, duplicate, superseded, rejected
from mart.reconciliation
where records <> loaded + duplicate + superseded + rejected
