-- Every row of every file is loaded, duplicate, superseded or rejected, and one of them only.
select file_name, records, loaded, duplicate, superseded, rejected
from mart.reconciliation
where records <> loaded + duplicate + superseded + rejected
