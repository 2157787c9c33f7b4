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
        sha256, line, reasons_hash, codes, string_agg(reason || ' (' || who || ')', '; ' order by
            reason, who) as waived
    from rules.waived
    group by sha256, line, reasons_hash, codes
),
problems as (
    select
        file_id, line, problem, code, concat_ws(chr(31), line, coalesce(column_name, ''), code,
            coalesce(raw_text, ''), unlisted) as reason
    from staging.rejects
),
reasons as (
    select file_id, md5(string_agg(reason, chr(30) order by problem)) as reasons_hash
    from problems
    group by file_id
),
line_reasons as (
    select file_id, line, md5(string_agg(reason, chr(30) order by problem)) as line_reasons_hash,
        list(distinct code) as codes
    from problems
    group by file_id, line
),
-- The lines with no other reasons than those of a waiver.
covered as (
    select w.sha256, w.reasons_hash, w.codes, w.waived, l.file_id, l.line, l.line_reasons_hash
    from waived as w
    join staging.files as f using (sha256)
    join line_reasons as l using (file_id)
    where l.line > 0 and list_has_all(string_split(w.codes, ','), l.codes)
),
unchanged as (
    select sha256, reasons_hash, codes
    from covered
    group by sha256, reasons_hash, codes
    having md5(string_agg(line_reasons_hash, chr(30) order by line)) = reasons_hash
),
waived_by_code as (
    select file_id, line, string_agg(waived, '; ' order by waived) as waived
    from covered
    join unchanged using (sha256, reasons_hash, codes)
    group by file_id, line
)
select
    r.file_id, f.file_name, f.feed, r.line as file_line, r.problem, r.record_key, r.column_name,
    r.code, r.sentence, r.raw_text, h.reasons_hash, n.line_reasons_hash,
    coalesce(l.waived, w.waived, c.waived) as waived, r.unlisted
from staging.rejects as r
join staging.files as f using (file_id)
join reasons as h using (file_id)
join line_reasons as n using (file_id, line)
left join waived as l
    on l.sha256 = f.sha256 and l.line = r.line and r.line > 0
        and l.reasons_hash = n.line_reasons_hash
left join waived as w
    on w.sha256 = f.sha256 and w.line = 0 and w.codes is null and w.reasons_hash = h.reasons_hash
left join waived_by_code as c on c.file_id = r.file_id and c.line = r.line
