-- The known files, of whose lines the settled ones are left out of everything that follows.
-- A closing and a rebuild leave nothing out: they work every line out again.
--
-- is a view
-- grain: file_id
-- file_id  the file
select k.file_id
from intermediate.known_files as k
cross join rules.programme as p
where not p.anew
