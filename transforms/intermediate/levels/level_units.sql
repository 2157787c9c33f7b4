-- Whom each partner is judged with for its level, at the end of each open month: the members of a
-- group together, anybody else alone.
--
-- grain: partner_id, month
-- partner_id, month
-- unit_id  the parent of the group, or the partner itself
select a.partner_id, m.month, coalesce(any_value(d.parent), a.partner_id) as unit_id
from intermediate.all_partners as a
join intermediate.months as m on m.is_open
left join intermediate.partner_days as d
    on d.partner_id = a.partner_id and d.from_date <= m.month_end and m.month_end <= d.to_date
group by a.partner_id, m.month
