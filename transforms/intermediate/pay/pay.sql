-- What each partner is owed in each open month, and what is paid or carried. The first open month
-- starts with what the last closed month carried out. Of a partner that has left the programme
-- nothing is carried: a negative payable is what it owes.
--
-- grain: partner_id, month
-- partner_id, month, earned, money_entries, carried_in, payable, carried_out, carried_months
with recursive
earned as (
    select c.partner_id, c.posting_month as month, sum(e.earned) as earned
    from intermediate.credits as c
    join intermediate.earnings as e using (credit_id)
    group by c.partner_id, c.posting_month
),
entries as (
    select partner_id, month, sum(amount) as amount
    from intermediate.entry_deltas
    where is_accepted
    group by partner_id, month
),
due as materialized ( -- or each month would work it out again
    select
        a.partner_id, m.month, coalesce(e.earned, 0)::decimal(18,2) as earned,
        coalesce(n.amount, 0)::decimal(18,2) as money_entries, r.minimum_payable, r.settle_after,
        coalesce(p.left_on <= m.month_end, false) as has_left
    from intermediate.all_partners as a
    join intermediate.months as m on m.is_open
    left join intermediate.partners as p using (partner_id)
    left join earned as e on e.partner_id = a.partner_id and e.month = m.month
    left join entries as n on n.partner_id = a.partner_id and n.month = m.month
    cross join rules.programme as r
),
carried as (
    select
        a.partner_id, last_closed.month, null::decimal(18,2) as earned,
        null::decimal(18,2) as money_entries, null::decimal(18,2) as carried_in,
        null::decimal(18,2) as payable,
        coalesce(s.carried_out, 0)::decimal(18,2) as carried_out,
        coalesce(s.carried_months, 0)::integer as carried_months
    from intermediate.all_partners as a
    cross join (
        select (min(month) - to_months(1))::date as month
        from intermediate.months
        where is_open
    ) as last_closed
    left join stated.pay as s
        on s.partner_id = a.partner_id and s.month = last_closed.month
    union all
    select
        partner_id, month, earned, money_entries, carried_in,
        if(is_paid, balance, 0)::decimal(18,2), if(is_paid, 0, balance)::decimal(18,2),
        if(is_paid or balance <= 0, 0, carried_months + 1)::integer
    from (
        select
            d.*, c.carried_out as carried_in, c.carried_months,
            c.carried_out + d.earned + d.money_entries as balance,
            balance >= d.minimum_payable or d.has_left
                or balance > 0 and coalesce(c.carried_months >= d.settle_after, false) as is_paid
        from carried as c
        join due as d on d.partner_id = c.partner_id and d.month = (c.month + to_months(1))::date
    )
)
select partner_id, month, earned, money_entries, carried_in, payable, carried_out, carried_months
from carried
where earned is not null
