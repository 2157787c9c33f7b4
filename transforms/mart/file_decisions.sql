-- Decisions that people wrote into a file: a new partner code, a line that belongs to a deal, a
-- manual posting. The first run that reads a decision writes it into the audit log. The codes in a
-- partner's first file are not decisions.
--
-- grain: act, what, file_id, file_line
-- act     alias, link or enter
-- what    the decision in words
-- who     who took the decision, as the file says; for a code, the file itself
-- reason  why it was taken, as the file says
-- file_id, file_line, sha256, landed_at
with codes as (
    select
        partner_id, unnest(string_split(replace(aliases, '||', chr(31)), '|')) as alias, file_id,
        line
    from staging.partners
    where aliases is not null
),
first_seen as (
    select partner_id, alias, min(file_id) as file_id, arg_min(line, file_id) as line
    from codes
    group by partner_id, alias
),
first_files as (
    select partner_id, min(file_id) as file_id from staging.partners group by partner_id
),
decisions as (
    select
        'alias' as act, concat(replace(c.alias, chr(31), '|'), ' is ', c.partner_id) as what,
        null as who, '' as reason, c.file_id, c.line
    from first_seen as c
    join first_files as j on j.partner_id = c.partner_id and j.file_id < c.file_id
    union all
    select
        'link', concat_ws(' ', k.distributor, k.document_no || '/' || k.line_no,
            nullif(k.line_key, ''), 'belongs to deal', k.deal_id), k.accepted_by,
        coalesce(k.reason, ''), k.file_id, k.line
    from staging.links as k
    semi join intermediate.standing_records as v using (file_id, line)
    union all
    select
        'enter', concat_ws(' ', e.entry_id || ':', e.kind,
            coalesce(e.amount::varchar, e.points::varchar), 'for', e.partner_id, 'on', e.posted_on),
            e.entered_by,
        coalesce(e.reason, ''), e.file_id, e.line
    from intermediate.entries as e
)
select
    d.act, d.what, coalesce(d.who, f.file_name) as who, d.reason, d.file_id, d.line as file_line,
    f.sha256, f.landed_at
from decisions as d
join staging.files as f using (file_id)
