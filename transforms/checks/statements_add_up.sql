-- Payables, statements and statement lines have the same margin.
with by_lines as (
    select partner_id, month, sum(earned) as earned
    from mart.statement_lines
    group by partner_id, month
),
by_statements as (
    select partner_id, month, sum(earned) as earned from mart.statements group by partner_id, month
)
select p.partner_id, p.month, p.earned, l.earned as by_lines, s.earned as by_statements
from mart.payables as p
left join by_lines as l using (partner_id, month)
left join by_statements as s using (partner_id, month)
where p.earned <> coalesce(l.earned, 0) or p.earned <> coalesce(s.earned, 0)
    or p.carried_in + p.earned + p.money_entries <> p.payable + p.carried_out
union all
select l.partner_id, l.month, null, l.earned, null
from by_lines as l
left join mart.payables as p using (partner_id, month)
where p.partner_id is null
