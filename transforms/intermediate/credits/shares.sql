-- How the claims that count share each line, to the cent or the hundredth of a unit. The holders of
-- a role share its weight equally. Cents are divided by largest remainder. Ties go to the lower
-- partner_id; the unclaimed part comes last. A return is shared as its sale, with the opposite
-- sign, and the last one of a sale takes back what is left.
--
-- grain: sale_id, matched_sale, incentive, partner_id
-- sale_id, matched_sale, incentive, partner_id, roles, numerator, denominator, base
with counted as (
    select c.sale_id, c.incentive, c.partner_id, c.role, c.weight,
        count(*) over (partition by c.sale_id, c.incentive, c.role) as holders
    from intermediate.claims as c
    where c.reason is null
),
roles as (
    select distinct sale_id, incentive, role, weight, holders from counted
),
totals as (
    select
        r.sale_id, r.incentive, sum(r.weight)::bigint as claimed,
        list_reduce(list(r.holders order by r.role), lambda a, b: lcm(a, b)) as split
    from roles as r
    group by r.sale_id, r.incentive
),
weights as (
    select version, incentive, sum(weight) as weight
    from rules.weights
    group by version, incentive
),
wholes as (
    select l.sale_id, l.matched_sale, l.claims_sale_id, t.incentive, t.split,
        if(i.base = 'quantity', l.quantity::decimal(18,2), l.amount) as amount,
        if(i.rescale, t.claimed, w.weight)::bigint as whole
    from totals as t
    join intermediate.credited_lines as l on l.claims_sale_id = t.sale_id
    join rules.incentives as i using (version, incentive)
    join weights as w using (version, incentive)
    -- A part of a return that names no sale is judged as its sale, but is a return.
    where l.matched_sale = '' or i.document_types is null
        or list_contains(i.document_types, 'return')
),
parts as (
    select c.sale_id, c.incentive, c.partner_id, string_agg(c.role, ', ' order by c.role) as roles,
        sum(c.weight * (t.split // c.holders))::hugeint as numerator
    from counted as c
    join totals as t using (sale_id, incentive)
    group by c.sale_id, c.incentive, c.partner_id
),
everyone as (
    select w.*, p.partner_id, p.roles, p.numerator
    from wholes as w
    join parts as p on p.sale_id = w.claims_sale_id and p.incentive = w.incentive
    union all
    select w.*, null, null, (w.whole::hugeint * w.split - p.numerator)::hugeint
    from wholes as w
    join (
        select sale_id, incentive, sum(numerator) as numerator
        from parts
        group by sale_id, incentive
    ) as p on p.sale_id = w.claims_sale_id and p.incentive = w.incentive
),
cut as (
    select
        sale_id, matched_sale, incentive, partner_id, roles, numerator, amount,
        whole::hugeint * split as denominator, (abs(amount) * 100)::hugeint as cents,
        cents * numerator // denominator as floor_cents,
        cents * numerator % denominator as remainder
    from everyone
),
ranked as (
    select *,
        cents - sum(floor_cents) over (partition by sale_id, matched_sale, incentive) as left_over,
        row_number() over (
            partition by sale_id, matched_sale, incentive
            order by remainder desc, partner_id asc nulls last) as sequence
    from cut
),
shared as (
    select
        sale_id, matched_sale, incentive, partner_id, roles, numerator::bigint as numerator,
        denominator::bigint as denominator,
        (((floor_cents + if(sequence <= left_over, 1, 0)) * sign(amount)::hugeint)::decimal(18,0)
            * 0.01::decimal(3,2))::decimal(18,2) as base
    from ranked
    where partner_id is not null
),
rests as (
    select l.sale_id, l.matched_sale, s.incentive, s.partner_id,
        (-sum(s.base))::decimal(18,2) as base
    from intermediate.last_returns as l
    join shared as s on s.sale_id = l.part_id and s.matched_sale = l.part_matched_sale
    join rules.incentive_names as names using (incentive)
    where (names.base_of = 'quantity') = (l.measure = 'quantity')
    group by l.sale_id, l.matched_sale, s.incentive, s.partner_id
)
select s.* replace (coalesce(r.base, s.base) as base)
from shared as s
left join rests as r using (sale_id, matched_sale, incentive, partner_id)
