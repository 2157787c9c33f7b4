-- What each partner is paid for each month, with its level and points at the end of the month.
--
-- incremental: stated.pay
-- grain: partner_id, month
-- partner_id, month
-- earned  margin of the month, all modules, in the programme currency
-- money_entries, carried_in, payable, carried_out
-- currency     the partner's own currency
-- rate         factor: what one unit of the partner's currency is worth in the programme currency
--              at the month's end; null when no rate is known
-- payable_own  payable in the partner's own currency, for information; rounded half away from zero;
--              null also where the rate is so small that it has more than 16 digits
-- level        level held on the last day of the month
-- modules      modules held on the last day of the month, separated by commas
-- status_points, spendable
select
    p.partner_id, p.month, p.earned, p.money_entries, p.carried_in, p.payable, p.carried_out,
    a.currency, r.rate,
    (try_cast((2 * (abs(p.payable)::decimal(20,2) * 100)::hugeint * 1000000000
        + (r.rate * 1000000000)::hugeint)
        // (2 * (r.rate * 1000000000)::hugeint)
        * sign(p.payable)::hugeint as decimal(16,0)) * 0.01::decimal(3,2))::decimal(18,2)
        as payable_own, l.level,
    (select string_agg(distinct m.module, ', ' order by m.module)
        from intermediate.partner_modules as m
        where m.partner_id = p.partner_id and m.from_date <= last_day(p.month)
            and last_day(p.month) <= m.to_date) as modules, b.status_points, b.spendable
from intermediate.pay as p
join mart.partners as a using (partner_id)
join mart.point_balances as b using (partner_id, month)
join mart.partner_levels as l using (partner_id, month)
left join intermediate.rates as r
    on r.currency = a.currency and r.rate_date <= last_day(p.month)
        and last_day(p.month) < r.to_date
