-- The sell-out lines that people have joined to deals, and why a link joins none.
-- A link counts only where it could mean one line and no other such link means it;
-- one without a key that could mean two stands in no other's way.
-- It never overrules a deal that somebody has claimed; one that nobody claims
-- pays nobody, and there the person's decision holds.
--
-- grain: file_id, line
-- file_id      the file it was decided in
-- line         and the line in it
-- distributor  code of the sender
-- document_no  the document
-- line_no      its line
-- line_key     the rest of the key a feed declares, null: whatever it is
-- deal_id      the deal
-- accepted_by  who decided so
-- sale_id      the one sell-out line it means, null where that is unknown or ambiguous
-- held_reason  why it joins nothing yet, null when it does
with standing as (
    select k.*
    from staging.links as k
    join intermediate.record_versions as v
        on v.kind = 'links' and v.file_id = k.file_id and v.line = k.line and v.outcome = 'loaded'
),
met as (
    select k.file_id, k.line, s.sale_id, s.deal_id as own_deal_id, s.document_date,
        count(*) over (partition by k.file_id, k.line) as lines
    from standing as k
    join staging.sales as s
        on s.distributor = k.distributor and s.document_no = k.document_no and s.line_no = k.line_no and s.line_key = coalesce(k.line_key, s.line_key)
    where not exists (select 1 from intermediate.sales_passed_over as o where o.sale_id = s.sale_id)
),
counted as (
    select *, lines = 1 and count(*) filter (where lines = 1) over (partition by sale_id) = 1 as is_clear
    from met
),
meant as (
    select file_id, line, min(sale_id) as sale_id, min(own_deal_id) as own_deal_id, min(document_date) as document_date, bool_and(is_clear) as is_clear
    from counted
    group by file_id, line
),
deals as (
    select distinct deal_id from intermediate.deal_claims
)
select k.file_id, k.line, k.distributor, k.document_no, k.line_no, k.line_key, k.deal_id, k.accepted_by, if(m.is_clear, m.sale_id, null) as sale_id,
    case
        when m.sale_id is null then 'unknown_line'
        when not m.is_clear then 'ambiguous_line'
        when d.deal_id is null then 'unknown_deal'
        when own.deal_id <> k.deal_id then 'names_another_deal'
        when date_trunc('month', m.document_date) > p.through_month then 'line_of_a_later_month'
    end as held_reason
from standing as k
cross join rules.programme as p
left join meant as m on m.file_id = k.file_id and m.line = k.line
left join deals as d on d.deal_id = k.deal_id
left join deals as own on own.deal_id = m.own_deal_id
