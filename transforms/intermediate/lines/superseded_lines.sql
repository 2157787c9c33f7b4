-- The sell-out lines that are not current, and why. A key that a complete file holds in a rejected
-- row is not withdrawn.
--
-- grain: sale_id
-- sale_id, outcome
-- lacking_file_id  the complete file that no longer holds a withdrawn line
with repeated_keys as ( -- by hash, which is faster; a window separates keys with one hash
    select hash(distributor, document_no, line_no, line_key) as key_hash
    from staging.sales
    group by key_hash
    having count(*) > 1
),
versions as (
    select s.sale_id, s.file_id, s.distributor, s.document_no, s.line_no, s.line_key,
        row(s.document_type, s.document_date, s.partner_code, s.partner_name, s.partner_town,
            s.partner_country, s.end_customer, s.sku,
            s.quantity, s.net_amount, s.currency, s.deal_id, s.returns_document,
            s.returns_line)::varchar as content
    from staging.sales as s
    join repeated_keys as k
        on k.key_hash = hash(s.distributor, s.document_no, s.line_no, s.line_key)
),
compared as (
    select *,
        coalesce(content = lag(content) over in_order, false) as repeats,
        max(file_id) over (partition by distributor, document_no, line_no, line_key) as last_seen
    from versions
    window in_order as (partition by distributor, document_no, line_no, line_key order by sale_id)
),
numbered_versions as (
    select *,
        sum(if(repeats, 0, 1)) over (
            partition by distributor, document_no, line_no, line_key order by sale_id desc
            rows between unbounded preceding and current row) as versions_from_here
    from compared
),
repetitions as (
    select sale_id, if(repeats, 'duplicate', 'superseded') as outcome
    from numbered_versions
    where repeats or versions_from_here > 1
),
complete as (
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
    select distinct feed, record_key
    from intermediate.rejected_keys
    where kind = 'sales' and record_key is not null
),
files_without as (
    select r.feed, r.record_key, c.month, max(c.file_id) as newest
    from rejected as r
    join covering as c using (feed)
    anti join intermediate.rejected_keys as k
        on k.file_id = c.file_id and k.record_key = r.record_key
    group by r.feed, r.record_key, c.month
),
withdrawn as (
    select c.sale_id, 'withdrawn' as outcome,
        if(coalesce(numbered.record_key, counted.record_key) is null, v.newest, x.newest)
        as lacking_file_id
    from complete as c
    join covers as v using (feed, month)
    left join numbered_versions as n using (sale_id)
    left join repetitions as r using (sale_id)
    left join rejected as numbered
        on numbered.feed = c.feed and numbered.record_key = concat_ws(' / ', c.document_key,
            c.line_no)
    left join rejected as counted on counted.feed = c.feed and counted.record_key = c.document_key
    left join files_without as x
        on x.feed = c.feed and x.month = c.month
            and x.record_key = coalesce(numbered.record_key, counted.record_key)
    where r.sale_id is null
        and if(coalesce(numbered.record_key, counted.record_key) is null, v.newest,
            coalesce(x.newest, 0)) > coalesce(n.last_seen, c.file_id)
)
select sale_id, outcome, null as lacking_file_id from repetitions
union all
select sale_id, outcome, lacking_file_id from withdrawn
