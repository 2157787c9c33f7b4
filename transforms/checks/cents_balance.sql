-- In every file, the amounts by outcome add up to the amount of the file.
select file_name, amount, loaded_amount, duplicate_amount, superseded_amount, rejected_amount,
    excluded_amount
from mart.reconciliation
where amount <> loaded_amount + duplicate_amount + superseded_amount + rejected_amount
        + excluded_amount
    or is_loaded and rejected = 0 and rejected_amount <> 0
