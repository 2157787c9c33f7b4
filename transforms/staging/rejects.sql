-- Every reason for which a row, or a whole file (line 0), was not believed.
--
-- grain: file_id, problem
-- file_id
-- line         physical line the row begins on, 0 for the file as a whole
-- problem      number within the file
-- column_name  ours; null when the row as a whole is wrong
-- code         the reason
-- sentence
-- raw_text     as it stands in the file
-- record_key   what identifies the row, where it can be read; without the number where lines are
--              counted
select file_id, line, problem, column_name, code, sentence, raw_text, record_key
from raw.rejects
