-- The sell-out lines that a newer complete file no longer holds. A key that a complete file holds
-- in a rejected row is not withdrawn. Where stated lines are among those of a month that a file is
-- the first to lack, or more of the month than the feed allows, a person has to accept it. What
-- later files lack besides is a change of its own.
--
-- grain: sale_id
-- sale_id
-- lacking_file_id  the first complete file that no longer holds it
-- waits            a person has to accept it
-- subject          the feed and the month
-- change           how much is withdrawn
-- change_id
-- is_accepted      false: refused; null: nobody has decided
with complete as (
    select s.sale_id, s.file_id, f.feed, date_trunc('month', s.document_date) as month,
        concat_ws(' / ', s.distributor, s.document_no, nullif(s.line_key, '')) as document_key,
        s.line_no
    from staging.sales as s
    join staging.files as f using (file_id)
    where f.replaces
),
covering as (
    select distinct feed, month, file_id
    from complete
    where file_id not in (select file_id from intermediate.rejected_keys where record_key is null)
),
covers as (
    select feed, month, max(file_id) as newest from covering group by feed, month
),
rejected as (
    select distinct file_id, record_key
    from intermediate.rejected_keys
    where kind = 'sales' and record_key is not null
),
gone as (
    select c.sale_id, c.feed, c.month, c.document_key,
        concat_ws(' / ', c.document_key, c.line_no) as key_text,
        coalesce(n.last_seen, c.file_id) as last_seen
    from complete as c
    join covers as v using (feed, month)
    left join intermediate.line_versions as n using (sale_id)
    where c.sale_id not in (select sale_id from intermediate.repeated_lines)
        and c.sale_id not in (select sale_id from intermediate.waiting_versions)
        and v.newest > coalesce(n.last_seen, c.file_id)
),
withdrawn as (
    select g.sale_id, g.feed, g.month, g.key_text, min(c.file_id) as lacking_file_id
    from gone as g
    join covering as c
        on c.feed = g.feed and c.month = g.month and c.file_id > g.last_seen
    anti join rejected as numbered
        on numbered.file_id = c.file_id and numbered.record_key = g.key_text
    anti join rejected as counted
        on counted.file_id = c.file_id and counted.record_key = g.document_key
    group by g.sale_id, g.feed, g.month, g.key_text
),
stated_keys as (
    select distinct distributor, document_no, line_no, line_key
    from stated.lines
    semi join (select s.* from withdrawn join staging.sales as s using (sale_id)) as gone
        using (distributor, document_no, line_no, line_key)
),
valued as (
    select w.*, s.net_amount, k.document_no is not null as is_stated
    from withdrawn as w
    join staging.sales as s using (sale_id)
    left join stated_keys as k
        on k.distributor = s.distributor and k.document_no = s.document_no
        and k.line_no = s.line_no and k.line_key = s.line_key
),
grouped as (
    select feed, month, lacking_file_id, count(*) as lines,
        sum(net_amount) as amount, sum(abs(net_amount)) as size, bool_or(is_stated) as is_stated,
        md5(concat_ws(chr(31), 'withdrawn', feed, month,
            string_agg(key_text, chr(30) order by key_text))) as change_id
    from valued
    group by feed, month, lacking_file_id
),
-- All that earlier files have sent of such a month.
sent_before as (
    select g.feed, g.month, g.lacking_file_id, s.document_no, s.line_no, s.line_key,
        arg_max(abs(s.net_amount), sale_id) as size
    from complete as c
    join grouped as g
        on g.feed = c.feed and g.month = c.month and c.file_id < g.lacking_file_id
    join staging.sales as s using (sale_id)
    group by g.feed, g.month, g.lacking_file_id, s.distributor, s.document_no, s.line_no, s.line_key
),
sent as (
    select feed, month, lacking_file_id, count(*) as lines, sum(size) as size
    from sent_before
    group by feed, month, lacking_file_id
)
select v.sale_id, v.lacking_file_id,
    g.is_stated or coalesce(g.lines * 100 > limits.max_withdrawn * sent.lines
        or g.size * 100 > limits.max_withdrawn * sent.size, false) as waits,
    concat_ws(' ', v.feed, strftime(v.month, '%Y-%m')) as subject,
    concat(g.lines, if(g.lines = 1, ' line', ' lines'), ' withdrawn, ', g.amount::decimal(38,2))
    as change,
    g.change_id, decided.is_accepted
from valued as v
join grouped as g using (feed, month, lacking_file_id)
left join sent using (feed, month, lacking_file_id)
left join rules.feeds as limits using (feed)
left join rules.changes as decided using (change_id)
