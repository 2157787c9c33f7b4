-- The sell-out lines that a person has to accept. A number is used again where the document has
-- another year than the first one with its number, and another buyer, product or amount.
-- Corrections of stated lines are over the limit where a file has more of them, or moves more, than
-- its feed allows; then all of them wait. Where a sender that does not number its lines sends
-- another count of one product in a document, nobody knows which line is which. A possible
-- duplicate could be another line sent again. Acceptance holds for a content, whatever file sends
-- it.
--
-- grain: sale_id
-- sale_id
-- kind         number_used_again, other_count, corrections_over_the_limit or possible_duplicate
-- subject      what changes: the line, or the feed
-- change       from what to what
-- change_id
-- is_accepted  false: refused; null: it waits
with used_again as (
    select later.sale_id, 'number_used_again' as kind,
        concat(later.distributor, ' ', later.document_no, '/', later.line_no) as subject,
        concat_ws(' ', earlier.document_date, earlier.partner_code, earlier.sku,
            earlier.net_amount::decimal(18,2), 'becomes', later.document_date, later.partner_code,
            later.sku, later.net_amount::decimal(18,2)) as change,
        md5(concat_ws(chr(31), 'number_used_again', later.distributor, later.document_no,
            later.line_no, later.line_key, later.content)) as change_id,
        concat_ws(chr(31), later.distributor, later.document_no, later.line_no, later.line_key,
            year(later.document_date)) as numbered
    from intermediate.line_versions as later
    join intermediate.line_versions as earlier
        using (distributor, document_no, line_no, line_key)
    where earlier.sale_id < later.sale_id and not later.repeats
        and year(earlier.document_date) <> year(later.document_date)
        and (earlier.partner_code <> later.partner_code or earlier.sku <> later.sku
            or earlier.net_amount <> later.net_amount)
        and year(later.document_date) <> year(later.first_date)
    qualify row_number() over (partition by later.sale_id order by earlier.sale_id desc) = 1
),
-- Once a version of a year is accepted, later ones of that year correct it.
decided_numbers as (
    select used_again.*, decided.is_accepted,
        coalesce(bool_or(decided.is_accepted) over (partition by numbered order by sale_id
            rows between unbounded preceding and 1 preceding), false) as corrects_accepted
    from used_again
    left join rules.changes as decided using (change_id)
),
numbers as (
    select sale_id, kind, subject, change, change_id, is_accepted
    from decided_numbers
    where not corrects_accepted
),
doubled as (
    select d.sale_id, 'possible_duplicate' as kind,
        concat(s.distributor, ' ', s.document_no, '/', s.line_no) as subject,
        concat('could be ', o.document_no, '/', o.line_no, ' sent again, ',
            s.net_amount::decimal(18,2), ' ', s.currency) as change,
        md5(concat_ws(chr(31), 'possible_duplicate', s.distributor, s.document_no, s.line_no,
            s.line_key, d.content)) as change_id
    from intermediate.possible_duplicates as d
    join staging.sales as s using (sale_id)
    join staging.sales as o on o.sale_id = d.other_sale_id
),
duplicates as (
    select doubled.*, decided.is_accepted
    from doubled
    left join rules.changes as decided using (change_id)
),
-- Lines without numbers, by file, document and product.
counts as (
    select s.file_id, s.distributor, s.document_no, s.line_key, count(*) as lines
    from staging.sales as s
    join staging.files as f using (file_id)
    join rules.feeds as r using (feed)
    where r.counts_lines and not f.replaces
    group by s.file_id, s.distributor, s.document_no, s.line_key
),
compared_counts as (
    select *, lag(lines) over (
            partition by distributor, document_no, line_key order by file_id) as lines_before
    from counts
),
counted_otherwise as (
    select s.sale_id, 'other_count' as kind,
        concat_ws(' ', s.distributor, s.document_no, s.sku) as subject,
        concat(c.lines_before, if(c.lines_before = 1, ' line becomes ', ' lines become '), c.lines)
        as change,
        md5(concat_ws(chr(31), 'other_count', s.distributor, s.document_no, s.line_key,
            string_agg(row(s.document_type, s.document_date, s.partner_code, s.end_customer,
                s.quantity, s.net_amount, s.currency, s.deal_id, s.returns_document,
                s.returns_line, s.returns_key)::varchar, chr(30)) over (
                partition by s.file_id, s.distributor, s.document_no, s.line_key
                order by s.line_no
                rows between unbounded preceding and unbounded following))) as change_id
    from compared_counts as c
    join staging.sales as s using (file_id, distributor, document_no, line_key)
    where c.lines <> c.lines_before
),
recounted as (
    select c.*, d.is_accepted
    from counted_otherwise as c
    left join rules.changes as d using (change_id)
    where c.sale_id not in (select sale_id from intermediate.line_versions where repeats)
),
-- What had been stated of a line when a version of it landed. Later closings and files change
-- nothing of this, so that a decision about a file stands.
stated as (
    select v.sale_id, any_value(f.feed) as feed, any_value(f.file_name) as file_name,
        arg_max(s.net_amount, s.month) as net_amount, arg_max(s.rate, s.month) as rate
    from intermediate.line_versions as v
    join staging.files as f using (file_id)
    join stated.lines as s
        on s.distributor = v.distributor and s.document_no = v.document_no
        and s.line_no = v.line_no and s.line_key = v.line_key and s.month < f.first_open
    where not v.repeats
        and f.feed in (select feed from rules.feeds where max_corrected_lines is not null
            or max_corrected_amount is not null)
    group by v.sale_id
),
corrections as (
    select v.sale_id, v.file_id, s.feed, s.file_name, v.content,
        concat_ws(' / ', v.distributor, v.document_no, v.line_no, v.line_key) as key_text,
        abs(round(v.net_amount * s.rate, 2) - round(s.net_amount * s.rate, 2)) as moves
    from intermediate.line_versions as v
    join stated as s using (sale_id)
    anti join numbers as n on n.sale_id = v.sale_id and n.is_accepted is not true
    anti join duplicates as d on d.sale_id = v.sale_id and d.is_accepted is not true
    anti join recounted as r on r.sale_id = v.sale_id and r.is_accepted is not true
),
corrected_files as (
    select feed, file_id, any_value(file_name) as file_name, count(*) as lines,
        sum(moves) as moves,
        md5(string_agg(key_text || chr(31) || content, chr(30) order by key_text, content))
        as contents
    from corrections
    group by feed, file_id
),
over_limit as (
    select c.*, md5(concat_ws(chr(31), 'corrections_over_the_limit', c.feed, c.contents))
        as change_id
    from corrected_files as c
    join rules.feeds as limits using (feed)
    where c.lines > limits.max_corrected_lines or c.moves > limits.max_corrected_amount
),
contested as (
    select sale_id, kind, subject, change, change_id, is_accepted
    from numbers
    union all
    select sale_id, kind, subject, change, change_id, is_accepted
    from duplicates
    union all
    select sale_id, kind, subject, change, change_id, is_accepted
    from recounted
    union all
    select c.sale_id, 'corrections_over_the_limit', o.feed,
        concat(o.lines, ' stated ', if(o.lines = 1, 'line', 'lines'), ' corrected, by ', o.moves),
        o.change_id, d.is_accepted
    from over_limit as o
    join corrections as c using (file_id)
    left join rules.changes as d using (change_id)
)
select *
from contested
qualify row_number() over (partition by sale_id order by is_accepted nulls first, kind) = 1
