-- Every reason for which a row, or a whole file (line 0), was rejected.
--
-- grain: file_id, problem
-- file_id
-- line  physical line the row begins on, 0 for the file as a whole
-- problem, column_name, code, sentence, raw_text
-- record_key  what identifies the row, where it can be read; without the number where lines are
--             counted
-- unlisted    how many rejected rows the row stands for, which have none of their own; null: itself
select file_id, line, problem, column_name, code, sentence, raw_text, record_key, unlisted
from raw.rejects
