-- What each partner is owed in each open month, and what is paid or carried. The first open month
-- starts with what the last closed month carried out.
--
-- grain: partner_id, month
-- partner_id, month, earned, money_entries, carried_in, payable, carried_out
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
due as (
    select
        p.partner_id, m.month, coalesce(e.earned, 0)::decimal(18,2) as earned,
        coalesce(n.amount, 0)::decimal(18,2) as money_entries
    from intermediate.all_partners as p
    join intermediate.months as m on m.is_open
    left join earned as e on e.partner_id = p.partner_id and e.month = m.month
    left join entries as n on n.partner_id = p.partner_id and n.month = m.month
),
carried as (
    select
        d.partner_id, d.month, d.earned, d.money_entries,
        coalesce(s.carried_out, 0)::decimal(18,2) as carried_in,
        if(coalesce(s.carried_out, 0) + d.earned + d.money_entries >= r.minimum_payable,
            coalesce(s.carried_out, 0) + d.earned + d.money_entries, 0)::decimal(18,2) as payable
    from due as d
    cross join rules.programme as r
    left join stated.pay as s on s.partner_id = d.partner_id and s.month = d.month - to_months(1)
    where d.month = (select min(month) from intermediate.months where is_open)
    union all
    select d.partner_id, d.month, d.earned, d.money_entries,
        (c.carried_in + c.earned + c.money_entries - c.payable)::decimal(18,2),
        if(c.carried_in + c.earned + c.money_entries - c.payable + d.earned
            + d.money_entries >= r.minimum_payable,
            c.carried_in + c.earned + c.money_entries - c.payable + d.earned + d.money_entries,
            0)::decimal(18,2)
    from carried as c
    join due as d on d.partner_id = c.partner_id and d.month = (c.month + to_months(1))::date
    cross join rules.programme as r
)
select
    partner_id, month, earned, money_entries, carried_in, payable,
    (carried_in + earned + money_entries - payable)::decimal(18,2) as carried_out
from carried
