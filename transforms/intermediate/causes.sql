-- Why each movement that mends a closed month is there, and the files it comes from.
--
-- grain: credit
-- credit       row of intermediate.credits
-- cause        late: its file came after the month was closed; counted_later: it came before and did not count then; amount, rate,
--              other_partner, claims, withdrawn, held, or the reason for which it counts no more
-- file_name    the file that moves it: where the line stands, or the complete file that no longer holds it; of a line that is as it was
--              stated, the newest word on what it rests upon: its product, rate, partner, or the claims on its deal
-- file_line    and the line in it; null for what is no longer there
-- stated_file  the file it was stated from; null when nothing was stated
-- stated_line  and the line in it
with mending as (
    select rowid as credit, * from intermediate.credits where mends_month is not null
),
standing as (
    select m.sale_id as mended_id, m.partner_id as credited_id, m.module, l.sale_id, l.net_amount, l.amount, l.held_reason, f.file_name, l.line,
        f.sha256, l.sku, l.currency, l.rate_date, l.partner_id, l.deal_id
    from mending as m
    join intermediate.lines as l
        on l.distributor = m.distributor and l.document_no = m.document_no and l.line_no = m.line_no and l.line_key = m.line_key
    join staging.files as f on f.file_id = l.file_id
),
-- Whom else the same line credited through the same module, as stated and today.
stated_others as (
    select m.sale_id, m.partner_id, m.module, bool_or(s.partner_id <> m.partner_id and s.module = m.module) as was_anothers
    from mending as m
    join intermediate.stated_bases as s
        on s.distributor = m.distributor and s.document_no = m.document_no and s.line_no = m.line_no and s.line_key = m.line_key
    group by m.sale_id, m.partner_id, m.module
),
due_others as (
    select distinct m.sale_id, m.partner_id, m.module
    from mending as m
    join intermediate.due_credits as d
        on d.distributor = m.distributor and d.document_no = m.document_no and d.line_no = m.line_no and d.line_key = m.line_key
        and d.module = m.module and d.partner_id <> m.partner_id
),
rests_upon as (
    select 'product' as what, p.sku as named, v.file_id, v.line
    from staging.products as p
    join intermediate.record_versions as v on v.kind = 'products' and v.file_id = p.file_id and v.line = p.line and v.outcome = 'loaded'
    union all
    select 'partner', p.partner_id, v.file_id, v.line
    from staging.partners as p
    join intermediate.record_versions as v on v.kind = 'partners' and v.file_id = p.file_id and v.line = p.line and v.outcome = 'loaded'
    union all
    select 'rate', concat_ws(' ', r.currency, r.rate_date), v.file_id, v.line
    from staging.fx_rates as r
    join intermediate.record_versions as v on v.kind = 'fx_rates' and v.file_id = r.file_id and v.line = r.line and v.outcome = 'loaded'
    union all
    -- The claim that was changed last, and not its neighbours in the same file.
    select 'deal', d.deal_id, v.file_id, v.line
    from staging.deals as d
    join intermediate.record_versions as v on v.kind = 'deals' and v.file_id = d.file_id and v.line = d.line and v.outcome = 'loaded'
),
lacking as (
    select s.distributor, s.document_no, s.line_no, s.line_key, arg_max(f.file_name, f.file_id) as file_name
    from intermediate.sales_passed_over as o
    join staging.sales as s on s.sale_id = o.sale_id
    join staging.files as f on f.file_id = o.lacking_file_id
    group by s.distributor, s.document_no, s.line_no, s.line_key
),
judged as (
    select sale_id, module, reason from intermediate.purchases where sale_id in (select sale_id from standing)
),
caused as (
    select m.credit, m.sale_id, m.partner_id, m.module,
        case
            when not m.is_stated and m.module = 'sell_with' and o.sale_id is not null then 'claims'
            when not m.is_stated and o.was_anothers then 'other_partner'
            when not m.is_stated and c.sha256 is not null then 'counted_later'
            when not m.is_stated then 'late'
            when not m.is_due and a.sale_id is not null and m.module <> 'sell_with' then 'other_partner'
            when not m.is_due and m.module = 'resell' and k.partner_id is not null and k.partner_id <> m.partner_id then 'other_partner'
            when not m.is_due and k.sale_id is null then 'withdrawn'
            when not m.is_due and k.held_reason is not null then 'held'
            when not m.is_due and p.reason is not null then p.reason
            when k.net_amount <> s.net_amount then 'amount'
            when k.amount <> s.amount then 'rate'
            when m.module = 'sell_with' then 'claims'
            else 'amount'
        end as cause,
        coalesce(k.file_name, w.file_name, s.file_name) as file_name, if(k.file_name is null and w.file_name is null, s.file_line, k.line) as file_line,
        s.file_name as stated_file, s.file_line as stated_line, k.sale_id = s.sale_id or c.sha256 is not null as stands_as_it_did,
        k.sku, k.currency, k.rate_date, k.partner_id as buyer_id, k.deal_id
    from mending as m
    left join standing as k on k.mended_id = m.sale_id and k.credited_id = m.partner_id and k.module = m.module
    left join stated.files as c on c.sha256 = k.sha256 and c.month = m.mends_month
    left join stated_others as o on o.sale_id = m.sale_id and o.partner_id = m.partner_id and o.module = m.module
    left join due_others as a on a.sale_id = m.sale_id and a.partner_id = m.partner_id and a.module = m.module
    left join lacking as w
        on w.distributor = m.distributor and w.document_no = m.document_no and w.line_no = m.line_no and w.line_key = m.line_key
    left join intermediate.stated_credits as s
        on s.distributor = m.distributor and s.document_no = m.document_no and s.line_no = m.line_no and s.line_key = m.line_key
        and s.partner_id = m.partner_id and s.module = m.module
    left join judged as p on p.sale_id = k.sale_id and p.module = m.module
),
-- What a line had waited for when a month was last closed.
waited as (
    select sale_id, reason from stated.waiting where module is null
),
uncounted as (
    select sale_id, module, reason from stated.waiting where module is not null
),
explained as (
    select c.*, case
            when c.cause <> 'counted_later' then c.cause
            when coalesce(w.reason, u.reason) in ('unknown_partner', 'ambiguous_partner', 'module_not_held', 'not_admitted_yet', 'partner_inactive') then 'partner'
            when coalesce(w.reason, u.reason) in ('unknown_product', 'not_a_licence') then 'not_a_licence'
            when w.reason in ('unknown_currency', 'no_rate', 'amount_too_large') then 'rate'
            when c.module = 'sell_with' then 'claims'
            else c.cause
        end as moved_by
    from caused as c
    left join waited as w on w.sale_id = c.sale_id
    left join uncounted as u on u.sale_id = c.sale_id and u.module = c.module
),
-- A line that stands as it did when the month was closed moves by something else.
named as (
    select credit, unnest(case moved_by
        when 'claims' then [{what: 'deal', named: deal_id}]
        when 'rate' then [{what: 'rate', named: concat_ws(' ', currency, rate_date)}]
        when 'not_a_licence' then [{what: 'product', named: sku}]
        when 'counted_later' then [{what: 'product', named: sku}, {what: 'rate', named: concat_ws(' ', currency, rate_date)},
            {what: 'partner', named: partner_id}, {what: 'partner', named: buyer_id}, {what: 'deal', named: if(module = 'sell_with', deal_id, null)}]
        else [{what: 'partner', named: partner_id}, {what: 'partner', named: buyer_id}] end) as word
    from explained
    where stands_as_it_did and cause not in ('late', 'withdrawn', 'amount', 'held')
),
newest_word as (
    select n.credit, max(u.file_id) as file_id, arg_max(u.line, u.file_id * 10000000000 + u.line) as line
    from named as n
    join rests_upon as u on u.what = n.word.what and u.named = n.word.named
    group by n.credit
)
select c.credit, c.cause, coalesce(f.file_name, c.file_name) as file_name, if(f.file_id is null, c.file_line, u.line) as file_line,
    c.stated_file, c.stated_line
from caused as c
left join newest_word as u on u.credit = c.credit
left join staging.files as f on f.file_id = u.file_id
