-- The run this file was made by. It names its inputs and no time of day, so the
-- same inputs give the same row.
--
-- grain: run_id
-- run_id         hash of everything below it
-- program        name and version of the program
-- config_hash    of the configuration file
-- through_month  first day of the month the run was for
-- files          landed files it is made of
-- inputs_hash    of their hashes, in the order of landing
select run_id, program, config_hash, through_month, files, inputs_hash
from rules.run
