-- The amounts of every file's rows add up to the file's, outcome by outcome.
select file_name, amount, loaded_amount, duplicate_amount, superseded_amount, rejected_amount
from mart.reconciliation
where amount <> loaded_amount + duplicate_amount + superseded_amount + rejected_amount
    or is_loaded and rejected = 0 and rejected_amount <> 0
