-- Every row that was not believed, with the reason; line 0 stands for a file
-- that was refused whole.
--
-- grain: file_id, problem
-- file_id      the file
-- file_name    what the sender called it
-- feed         the declaration it was read under
-- file_line    physical line the row begins on; 0 for the file as a whole
-- problem      number within the file
-- column_name  ours; null when the row as a whole is wrong
-- code         the reason
-- sentence     the reason in words, and what to do
-- raw_text     as it stands in the file
select r.file_id, f.file_name, f.feed, r.line as file_line, r.problem, r.column_name, r.code, r.sentence, r.raw_text
from staging.rejects as r
join staging.files as f on f.file_id = r.file_id
