-- Every rejected row with the reasons; line 0 is a file that was refused whole. Of one file 10,000
-- problems are listed; its last row says how many more rows were rejected.
--
-- grain: file_id, problem
-- file_id, file_name, feed
-- file_line  physical line the row begins on, from 1; 0 for the file as a whole
-- problem
-- record_key  what identifies the row, such as its document and line; null where that cannot be
--             read
-- column_name, code, sentence, raw_text
-- reasons_hash       hash of all the reasons against the file; a waiver of the file holds while it
--                    is the same
-- line_reasons_hash  hash of the reasons against the line; a waiver of the line holds while it is
--                    the same
-- waived             why it was waived, and by whom; null while it waits
-- unlisted           how many more rows of the file were rejected, for which this row stands; null
--                    in every other row
with waived as (
    select
        sha256, line, reasons_hash, string_agg(reason || ' (' || who || ')', '; ' order by reason,
            who) as waived
    from rules.waived
    group by sha256, line, reasons_hash
),
problems as (
    select
        file_id, line, problem, concat_ws(chr(31), line, coalesce(column_name, ''), code,
            coalesce(raw_text, ''), unlisted) as reason
    from staging.rejects
),
reasons as (
    select file_id, md5(string_agg(reason, chr(30) order by problem)) as reasons_hash
    from problems
    group by file_id
),
line_reasons as (
    select file_id, line, md5(string_agg(reason, chr(30) order by problem)) as line_reasons_hash
    from problems
    group by file_id, line
)
select
    r.file_id, f.file_name, f.feed, r.line as file_line, r.problem, r.record_key, r.column_name,
    r.code, r.sentence, r.raw_text, h.reasons_hash, n.line_reasons_hash,
    coalesce(l.waived, w.waived) as waived, r.unlisted
from staging.rejects as r
join staging.files as f using (file_id)
join reasons as h using (file_id)
join line_reasons as n using (file_id, line)
left join waived as l
    on l.sha256 = f.sha256 and l.line = r.line and r.line > 0
        and l.reasons_hash = n.line_reasons_hash
left join waived as w on w.sha256 = f.sha256 and w.line = 0 and w.reasons_hash = h.reasons_hash
