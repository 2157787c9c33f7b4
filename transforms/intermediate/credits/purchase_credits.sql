-- The credit of each line for its buyer and its distributor through each incentive, or why it does
-- not count. A part of a return that names no sale is judged as that sale. The last return of a
-- sale takes back what is left of the annual value.
--
-- is a view
-- grain: sale_id, matched_sale, incentive
-- sale_id, matched_sale
-- partner_id  null where the buyer is outside
-- incentive, base, version, change_id
-- reason  why it does not count; null when it does
with parts as (
    select
        p.sale_id, p.matched_sale, s.sale_id as judged_id, s.partner_id, s.incentive,
        case
            when s.base_of = 'quantity' then p.quantity::decimal(18,2)
            when s.base_of <> 'recurring' then p.amount
            when s.amount <> 0 then sign(p.amount) * (((abs(s.base) * 100)::hugeint
                * (abs(p.amount) * 200)::hugeint + (abs(s.amount) * 100)::hugeint)
                // (abs(s.amount) * 200)::hugeint)::decimal(18,0) * 0.01::decimal(3,2)
            else 0
        end::decimal(18,2) as base,
        s.version, p.change_id,
        case
            when s.reason is not null then s.reason
            when not s.counts_returns then 'other_document_type'
            when s.base_of = 'quantity' and p.quantity::decimal(18,2) <> p.quantity
                then 'no_quantity'
        end as reason
    from intermediate.split_returns as p
    join intermediate.incentive_lines as s on s.sale_id = p.claims_sale_id
    where s.credits <> 'claims'
),
judged as (
    select
        sale_id, '' as matched_sale, sale_id as judged_id, partner_id, incentive, base, version,
        change_id, reason
    from intermediate.incentive_lines
    where credits <> 'claims' and not is_unnamed
    union all
    select * from parts
),
yearly as (
    select sale_id, '' as matched_sale, incentive, base
    from intermediate.incentive_lines
    where base_of = 'recurring' and credits <> 'claims' and not is_unnamed
    union all
    select sale_id, matched_sale, incentive, base
    from parts
    where incentive in (select incentive from rules.incentive_names where base_of = 'recurring')
),
rests as (
    select l.sale_id, l.matched_sale, y.incentive, -sum(y.base) as base
    from intermediate.last_returns as l
    join yearly as y on y.sale_id = l.part_id and y.matched_sale = l.part_matched_sale
    where l.measure = 'amount'
    group by l.sale_id, l.matched_sale, y.incentive
)
select j.* exclude (judged_id, reason) replace (coalesce(r.base, j.base)::decimal(18,2) as base),
    if(j.reason is null and x.sale_id is not null, 'another_incentive', j.reason) as reason
from judged as j
left join rests as r
    on r.sale_id = j.sale_id and r.matched_sale = j.matched_sale and r.incentive = j.incentive
left join intermediate.excluded_credits as x
    on x.sale_id = j.judged_id and x.partner_id = j.partner_id and x.incentive = j.incentive
