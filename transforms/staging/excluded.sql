-- What each condition of a feed's exclude left out of a file.
--
-- grain: file_id, condition
-- file_id
-- condition       its place in the feed's list, from 1
-- words           the condition in words
-- excluded, readable, amount, unread_amounts
-- line            line of the first of the rows
select file_id, condition, words, excluded, readable, amount, unread_amounts, line
from raw.excluded
