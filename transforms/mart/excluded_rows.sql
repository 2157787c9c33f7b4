-- Rows that are no sales, because their feed says so: how many each condition left out of each
-- file, and with which amounts. They count for nobody and wait for nobody.
--
-- grain: file_id, condition
-- file_id, file_name
-- feed            declaration it was read under; null when none matches any more
-- condition       number of its place in the feed's list of conditions, from 1
-- words           the condition in words
-- excluded        how many rows of the file it left out
-- readable        how many of them read as rows of the feed do, so that they would count without it
-- amount          sum of their net amounts that could be read, in the documents' currencies
-- unread_amounts  how many of them have no amount that could be read
-- file_line       number of the line of the first of them
select
    e.file_id, f.file_name, nullif(f.feed, '') as feed, e.condition, e.words, e.excluded,
    e.readable, e.amount, e.unread_amounts, e.line as file_line
from staging.excluded as e
inner join staging.files as f using (file_id)
