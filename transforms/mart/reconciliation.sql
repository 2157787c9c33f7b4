-- What happened to every row and amount of every file: records = loaded + duplicate + superseded +
-- rejected + excluded, and the amounts likewise.
--
-- grain: file_id
-- file_id, file_name, sha256
-- feed  the declaration it was read under; null when none matches any more
-- kind, landed_at, is_loaded
-- reason  code of the refusal; null when the file is loaded
-- detail, records
-- loaded      how many rows are current
-- duplicate   how many rows repeat a current version
-- superseded  how many rows are replaced by a newer version, or are not in a newer complete file
-- rejected
-- excluded           how many rows the feed declares to be no sales; they wait for nobody, and
--                    mart.excluded_rows says by which condition
-- other_lines        how many lines are no rows: title, header, comment, blank, repeated header,
--                    trailer
-- unlisted           how many rejected rows are only counted: mart.rejected_rows lists 10,000
--                    problems of a file, and these rows have no row there
-- waived             how many of the rejected rows a person has waived
-- held               how many of the loaded rows wait for missing data
-- amount             sum of the net amounts of all rows, in the documents' currencies added up as
--                    numbers
-- loaded_amount      part of amount in current rows, in the documents' currencies
-- duplicate_amount   part of amount in duplicates, in the documents' currencies
-- superseded_amount  part of amount in superseded rows, in the documents' currencies
-- rejected_amount    part of amount in rejected rows whose amount could be read, in the documents'
--                    currencies
-- excluded_amount    part of amount in excluded rows whose amount could be read, in the documents'
--                    currencies
-- unread_amounts
-- waiting  how many of the rejected rows, or the refused file itself as one, wait for a person
-- notes
with sales_outcomes as (
    select
        s.file_id, coalesce(o.outcome, 'loaded') as outcome, count(*) as n,
        sum(s.net_amount) as amount
    from staging.sales as s
    left join intermediate.superseded_lines as o using (sale_id)
    group by s.file_id, coalesce(o.outcome, 'loaded')
),
outcomes as (
    select file_id, outcome, n, amount from sales_outcomes
    union all
    select file_id, outcome, count(*), 0 from intermediate.record_versions group by file_id, outcome
),
summed as (
    select file_id,
        sum(if(outcome = 'loaded', n, 0)) as loaded,
        sum(if(outcome = 'duplicate', n, 0)) as duplicate,
        sum(if(outcome in ('superseded', 'withdrawn'), n, 0)) as superseded,
        sum(if(outcome = 'loaded', amount, 0)) as loaded_amount,
        sum(if(outcome = 'duplicate', amount, 0)) as duplicate_amount,
        sum(if(outcome in ('superseded', 'withdrawn'), amount, 0)) as superseded_amount,
        sum(amount) as typed_amount
    from outcomes
    group by file_id
),
waiting as (
    select file_id, count(*) as held from mart.held_lines group by file_id
),
unwaived as (
    select
        r.file_id, if(min(r.file_line) = 0, 1,
            count(distinct r.file_line) filter (where r.unlisted is null)
                + coalesce(sum(r.unlisted), 0)) as waiting
    from mart.rejected_rows as r
    where r.waived is null
    group by r.file_id
),
unlisted as (
    select file_id, unlisted from staging.rejects where unlisted is not null
)
select
    f.file_id, f.file_name, f.sha256, nullif(f.feed, '') as feed, nullif(f.kind, '') as kind,
    f.landed_at, f.is_loaded, f.reason, f.detail, f.records,
    coalesce(s.loaded, 0)::bigint as loaded, coalesce(s.duplicate, 0)::bigint as duplicate,
    coalesce(s.superseded, 0)::bigint as superseded,
    f.rejected, f.excluded, f.other_lines, coalesce(n.unlisted, 0) as unlisted,
    case when u.waiting is null then f.rejected
    when f.is_loaded then f.rejected - u.waiting else 0 end::bigint as waived,
    coalesce(w.held, 0) as held, f.amount::decimal(38,6) as amount,
    coalesce(s.loaded_amount, 0)::decimal(38,6) as loaded_amount,
    coalesce(s.duplicate_amount, 0)::decimal(38,6) as duplicate_amount,
    coalesce(s.superseded_amount, 0)::decimal(38,6) as superseded_amount,
    (f.amount - coalesce(s.typed_amount, 0) - f.excluded_amount)::decimal(38,6)
    as rejected_amount,
    f.excluded_amount, f.unread_amounts,
    coalesce(u.waiting, 0)::bigint as waiting, f.notes
from staging.files as f
left join summed as s using (file_id)
left join waiting as w using (file_id)
left join unwaived as u using (file_id)
left join unlisted as n using (file_id)
