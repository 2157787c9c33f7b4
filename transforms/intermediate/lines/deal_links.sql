-- The accepted links between sell-out lines and deals, and why a link has no effect yet. A link
-- names its line by the whole key. It overrides the deal of the distributor only if nobody claims
-- that deal.
--
-- grain: file_id, line
-- file_id, line, distributor, document_no, line_no, deal_id, accepted_by
-- sale_id      the current line with that key; null when there is none
-- held_reason  why the link has no effect yet; null when it has
with standing as (
    select k.*
    from staging.links as k
    semi join intermediate.standing_records as v using (file_id, line)
),
found as (
    select k.file_id, k.line, s.sale_id, s.deal_id
    from standing as k
    join staging.sales as s using (distributor, document_no, line_no, line_key)
    anti join intermediate.superseded_lines as o using (sale_id)
    anti join intermediate.waiting_versions as w on w.sale_id = s.sale_id
),
claimed as (
    select distinct deal_id from intermediate.deal_claims
)
select
    k.file_id, k.line, k.distributor, k.document_no, k.line_no, k.deal_id, k.accepted_by, m.sale_id,
    case
        when m.sale_id is null then 'unknown_line'
        when d.deal_id is null then 'unknown_deal'
        when own.deal_id <> k.deal_id then 'names_another_deal'
    end as held_reason
from standing as k
left join found as m using (file_id, line)
left join claimed as d on d.deal_id = k.deal_id
left join claimed as own on own.deal_id = m.deal_id
