-- The partners and months that have a statement: those with a line, a balance, a carried amount, a
-- level that changes or is to be lost, or something that ends soon.
--
-- grain: partner_id, month
-- partner_id, month
with subjects as (
    select partner_id, month from mart.statement_lines
    union
    select partner_id, date_trunc('month', posted_on)::date from mart.points_ledger
    union
    select partner_id, month from mart.payables where money_entries <> 0 or carried_in <> 0
    union
    select u.partner_id, u.month
    from mart.uncounted_lines as u
    join rules.incentive_names as names using (incentive)
    where names.credits = 'buyer' and u.reason not in ('module_not_held', 'other_basis')
    union
    select partner_id, month from mart.held_lines where kind = 'sales' and partner_id is not null
    union
    select partner_id, month from mart.sell_with_claims where partner_id is not null
    union
    select partner_id, month from mart.version_changes
    union
    select partner_id, month from mart.point_balances where status_points <> 0 or spendable <> 0
    union
    select partner_id, month from mart.ends_soon
    union
    -- A level that changes is told in the month before and in the month itself.
    select partner_id, unnest([month, (month + to_months(1))::date])
    from mart.partner_levels
    where level_next <> level
    union
    select partner_id, month from mart.partner_levels where falls_on is not null
    union
    -- Every partner of the last final edition gets a statement again.
    select partner_id, month from stated.replaced_lines
)
select s.partner_id, s.month
from subjects as s
join intermediate.months as m using (month)
semi join mart.partners using (partner_id)
