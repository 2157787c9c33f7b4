-- What this published file is made of: the run, the program, its configuration, the programme
-- versions and the landed files. It has no time of day, so the same inputs give the same rows.
-- mart.months says which months are final; mart.reconciliation says what happened to each file.
--
-- grain: part, sequence
-- part           run, program, configuration, programme or file
-- sequence       number within its part, from 1; of programme versions by their first day, of files
--                the file_id
-- name           name and version of the program, name of the programme version, or what the sender
--                called the file; null for the others
-- hash           of the run: made of the program, the configuration, the month and the hashes of
--                the files; of a programme version: its rules_hash; of the configuration: of its
--                text; of a file: SHA-256 of the landed bytes; null for the program
-- through_month  of the run: first day of the last month it worked out; null for the others
-- from_date      of a programme version: first day it holds; null for the others
-- to_date        of a programme version: the day the next one begins; null for the others
select
    'run' as part, 1::bigint as sequence, null::varchar as name, run_id as hash, through_month,
    null::date as from_date, null::date as to_date
from rules.run
union all
select 'program', 1, program, null, null, null, null
from rules.run
union all
select 'configuration', 1, null, config_hash, null, null, null
from rules.run
union all
select 'programme', row_number() over (order by begins, hash), name, hash, null, from_date, to_date
from rules.versions
union all
select 'file', file_id, file_name, sha256, null, null, null
from staging.files
