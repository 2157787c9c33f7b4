-- What is cut from each movement because the incentives of its line together, over all partners,
-- would earn more than the line costs: the last in the list is cut first, then the higher partner.
-- Returns mirror the cut of their sale by amount. What was stated stays: the rest is for those that
-- move. Only rules whose rates can come to more than the whole, or that pay by units, cut; volume,
-- block and activities neither cut nor count, as what they earn is not the line's.
--
-- grain: credit_id
-- credit_id
-- cut  with the sign of what is earned; null of what is not looked at
with cutting as (
    select version
    from (
        select i.version, i.incentive, max(t.rate) as rate,
            bool_or(i.base <> 'amount' or i.least is not null) as is_any
        from rules.incentives as i
        join rules.schedules as s using (version, incentive)
        join rules.tranches as t using (schedule)
        where i.method in ('marginal', 'document') and i.base <> 'activities'
        group by i.version, i.incentive
    )
    group by version
    having sum(rate) > 1 or bool_or(is_any)
),
-- A subquery, because a join would scan all lines also where nothing cuts.
cut_lines as not materialized (
    select sale_id, matched_sale, document_type, returned_sale_id, amount
    from intermediate.credited_lines
    where sale_id in (select sale_id from intermediate.movements
        where version in (select version from cutting))
),
all_moved as (
    select
        c.credit_id, c.partner_id, c.incentive, i.place, c.distributor, c.terms_document,
        c.terms_line, c.document_no, c.line_no, c.line_key, c.matched_sale,
        l.document_type = 'return' and l.returned_sale_id is not null as is_return,
        if(c.is_due, l.amount, 0) as amount, g.limited, c.posting_month, c.document_date,
        if(c.change_id is null, 1, 2) as stage
    from intermediate.movements as c
    join rules.incentives as i using (version, incentive)
    join intermediate.line_earnings as g using (credit_id)
    left join cut_lines as l
        on l.sale_id = c.sale_id and l.matched_sale = c.matched_sale
    where c.version in (select version from cutting) and g.schedule is not null
        and i.method in ('marginal', 'document') and i.base <> 'activities'
),
all_stated as (
    select partner_id, incentive, distributor, terms_document, terms_line,
        [document_no, line_no::varchar, line_key, coalesce(matched_sale, '')] as event,
        document_type = 'return' and returned_sale_id is not null as is_return,
        sum(limited) as limited, sum(cut) as cut,
        if(sum(base) = 0, 0, arg_max(amount, row(month, year_start, sequence))) as amount
    from stated.lines
    semi join all_moved using (distributor, terms_document, terms_line)
    where method in ('marginal', 'document')
    group by all
),
-- Hardly any line earns more than it costs. All others are left out of what follows.
suspects as (
    select distributor, terms_document, terms_line
    from (
        select distributor, terms_document, terms_line, stage, limited, 0 as cut,
            if(is_return, null, amount) as amount
        from all_moved
        union all
        select distributor, terms_document, terms_line, 0, limited, cut,
            if(is_return, null, amount)
        from all_stated
    )
    group by distributor, terms_document, terms_line
    having sum(abs(limited)) > coalesce(min(abs(amount)), -1) or bool_or(cut <> 0)
        or bool_or(stage = 2)
),
moved as (
    select *, [document_no, line_no::varchar, line_key, matched_sale] as event
    from all_moved
    semi join suspects using (distributor, terms_document, terms_line)
),
stated as (
    select * from all_stated semi join suspects using (distributor, terms_document, terms_line)
),
-- What the line costs, and its sale earns each: as stated, after what moves now, and after what
-- waits for a person.
sales as (
    select k.stage, e.distributor, e.terms_document, e.terms_line, e.partner_id, e.incentive,
        max(e.place) as place, sum(e.limited) as earned, sum(e.cut) as cut,
        bool_or(e.has_moved) as has_moved, arg_max(e.amount, e.stage) as amount
    from (
        select 0 as stage, distributor, terms_document, terms_line, partner_id, incentive,
            0 as place, limited, cut, false as has_moved, amount
        from stated
        where not is_return
        union all
        select stage, distributor, terms_document, terms_line, partner_id, incentive, place,
            limited, 0, true, amount
        from moved
        where is_return is not true
    ) as e
    join (values (0), (1), (2)) as k (stage) on e.stage <= k.stage
    group by k.stage, e.distributor, e.terms_document, e.terms_line, e.partner_id, e.incentive
),
costing as (
    select *, max_by(amount, has_moved) over (
        partition by stage, distributor, terms_document, terms_line) as cost
    from sales
),
roomy as ( -- what others hold that do not move is taken
    select *, abs(cost)
        - sum(if(has_moved, 0, greatest(sign(cost) * (earned - cut), 0))) over (
            partition by stage, distributor, terms_document, terms_line)
        - coalesce(sum(if(has_moved, greatest(sign(cost) * earned, 0), 0))
            over (partition by stage, distributor, terms_document, terms_line
                order by place, incentive, partner_id
                rows between unbounded preceding and 1 preceding), 0) as room
    from costing
),
sale_cuts as (
    select stage, distributor, terms_document, terms_line, partner_id, incentive, cost,
        if(has_moved, sign(cost) * greatest(sign(cost) * earned - greatest(room, 0), 0), cut)
        as cut
    from roomy
),
return_amounts as (
    select distributor, terms_document, terms_line, event, 0 as stage, null as posting_month,
        null as document_date, max_by(amount, abs(amount)) as amount
    from stated
    where is_return
    group by distributor, terms_document, terms_line, event
    union all
    select distributor, terms_document, terms_line, event, min(stage), min(posting_month),
        min(document_date), max_by(amount, abs(amount))
    from moved
    where is_return
    group by distributor, terms_document, terms_line, event
),
changes as (
    select * exclude (amount), amount - coalesce(lag(amount) over (
        partition by distributor, terms_document, terms_line, event order by stage), 0) as change
    from return_amounts
),
returned as (
    select *, sum(change) over (
        partition by distributor, terms_document, terms_line
        order by stage, posting_month, document_date, event) as returned_after
    from changes
),
returned_before as (
    select distributor, terms_document, terms_line, max(returned_after) as amount
    from returned
    where stage = 0
    group by distributor, terms_document, terms_line
),
stated_cuts as (
    select distributor, terms_document, terms_line, partner_id, incentive, sum(cut) as cut
    from stated
    group by distributor, terms_document, terms_line, partner_id, incentive
),
-- The cut of its sale, less what of that came back with returns, before and after each movement.
ends as (
    select m.credit_id, m.limited, s.cost, s.cut, if(m.is_return, s.cut, b.cut) as cut_before,
        coalesce(if(m.is_return, r.returned_after, o.amount), 0) as back,
        coalesce(if(m.is_return, r.returned_after - r.change, o.amount), 0) as back_before,
        if(m.is_return or m.stage = 2, null, coalesce(p.cut, 0)) as stated_cut
    from moved as m
    join sale_cuts as s
        using (stage, distributor, terms_document, terms_line, partner_id, incentive)
    left join sale_cuts as b
        on b.stage = m.stage - 1 and b.distributor = m.distributor
        and b.terms_document = m.terms_document and b.terms_line = m.terms_line
        and b.partner_id = m.partner_id and b.incentive = m.incentive
    left join returned as r
        on r.distributor = m.distributor and r.terms_document = m.terms_document
        and r.terms_line = m.terms_line and r.event = m.event and r.stage = m.stage
    left join returned_before as o
        on o.distributor = m.distributor and o.terms_document = m.terms_document
        and o.terms_line = m.terms_line
    left join stated_cuts as p
        on p.distributor = m.distributor and p.terms_document = m.terms_document
        and p.terms_line = m.terms_line and p.partner_id = m.partner_id
        and p.incentive = m.incentive
),
sides as (
    select credit_id, 1 as side, cut, cost, back from ends
    union all
    select credit_id, -1, cut_before, cost, back_before from ends where stated_cut is null
),
standing as (
    select credit_id, sum(side * sign(cut) * ((abs(cut) * 100)::hugeint
            * (greatest(sign(cost) * (cost + back), 0) * 100)::hugeint
            // (abs(cost) * 100)::hugeint)::decimal(18,0) * 0.01::decimal(3,2)) as cut
    from sides
    where cost <> 0
    group by credit_id
)
select e.credit_id,
    if(e.cost = 0, e.limited, coalesce(s.cut, 0) - coalesce(e.stated_cut, 0))::decimal(18,2) as cut
from ends as e
left join standing as s using (credit_id)
union all
select credit_id, 0
from all_moved
anti join suspects using (distributor, terms_document, terms_line)
