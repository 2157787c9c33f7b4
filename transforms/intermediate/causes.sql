-- Why each movement that mends a closed month is there, and what it mends.
--
-- grain: sale_id, partner_id, module
-- sale_id      the line, or the version stated last
-- partner_id   who is credited
-- module       through what
-- cause        late, amount, rate, other_partner, claims, withdrawn, held, or the reason for which it counts no more
-- stands       the line is there today
-- stated_file  the file it was stated from; null when nothing was stated
-- stated_line  and the line in it
with mending as (
    select c.*, l.sale_id is not null as stands
    from intermediate.credits as c
    left join intermediate.lines as l on l.sale_id = c.sale_id
    where c.mends_month is not null
),
-- Whom else the same line credits or credited through the same module.
others as (
    select m.sale_id, m.partner_id, m.module, bool_or(s.partner_id <> m.partner_id and s.module = m.module) as was_anothers,
        count(s.sale_id) > 0 as was_stated
    from mending as m
    left join intermediate.stated_credits as s
        on s.distributor = m.distributor and s.document_no = m.document_no and s.line_no = m.line_no and s.line_key = m.line_key
    group by m.sale_id, m.partner_id, m.module
),
now_anothers as (
    select distinct m.sale_id, m.partner_id, m.module
    from mending as m
    join intermediate.due_credits as d
        on d.distributor = m.distributor and d.document_no = m.document_no and d.line_no = m.line_no and d.line_key = m.line_key
        and d.module = m.module and d.partner_id <> m.partner_id
)
select m.sale_id, m.partner_id, m.module,
    case
        when not m.is_stated and m.module = 'sell_with' and o.was_stated then 'claims'
        when not m.is_stated and o.was_anothers then 'other_partner'
        when not m.is_stated then 'late'
        when not m.is_due and a.sale_id is not null and m.module <> 'sell_with' then 'other_partner'
        when not m.is_due and k.sale_id is null then 'withdrawn'
        when not m.is_due and k.held_reason is not null then 'held'
        when not m.is_due and p.reason is not null then p.reason
        when k.net_amount <> s.net_amount then 'amount'
        when k.amount <> s.amount then 'rate'
        when m.module = 'sell_with' then 'claims'
        else 'amount'
    end as cause,
    m.stands, s.file_name as stated_file, s.file_line as stated_line
from mending as m
join others as o on o.sale_id = m.sale_id and o.partner_id = m.partner_id and o.module = m.module
left join now_anothers as a on a.sale_id = m.sale_id and a.partner_id = m.partner_id and a.module = m.module
left join intermediate.stated_credits as s
    on s.distributor = m.distributor and s.document_no = m.document_no and s.line_no = m.line_no and s.line_key = m.line_key
    and s.partner_id = m.partner_id and s.module = m.module
left join intermediate.lines as k
    on k.distributor = m.distributor and k.document_no = m.document_no and k.line_no = m.line_no and k.line_key = m.line_key
left join intermediate.purchases as p on p.sale_id = k.sale_id and p.module = m.module
