-- How the claims that count share each line, to the cent. The holders of a role share its weight
-- equally. Cents are divided by largest remainder. Ties go to the lower partner_id; the unclaimed
-- part comes last. A return is shared as its sale, with the opposite sign.
--
-- grain: sale_id, partner_id
-- sale_id, partner_id, roles, numerator, denominator, base
with counted as (
    select c.sale_id, c.partner_id, c.role, c.weight,
        count(*) over (partition by c.sale_id, c.role) as holders
    from intermediate.claims as c
    where c.reason is null
),
roles as (
    select distinct sale_id, role, weight, holders from counted
),
totals as (
    select
        r.sale_id, sum(r.weight)::bigint as claimed,
        list_reduce(list(r.holders order by r.role), lambda a, b: lcm(a, b)) as split
    from roles as r
    group by r.sale_id
),
wholes as (
    select t.sale_id, t.split, v.rescale, l.amount, l.terms_date,
        if(v.rescale, t.claimed, (select sum(w.weight) from rules.weights as w
            where w.version = l.version))::bigint as whole
    from totals as t
    join intermediate.valued_lines as l using (sale_id)
    join rules.versions as v using (version)
),
parts as (
    select c.sale_id, c.partner_id, string_agg(c.role, ', ' order by c.role) as roles,
        sum(c.weight * (w.split // c.holders))::hugeint as numerator
    from counted as c
    join wholes as w using (sale_id)
    group by c.sale_id, c.partner_id
),
everyone as (
    select sale_id, partner_id, roles, numerator from parts
    union all
    select w.sale_id, null, null, (min(w.whole)::hugeint * min(w.split) - sum(p.numerator))::hugeint
    from wholes as w
    join parts as p using (sale_id)
    group by w.sale_id
),
cut as (
    select
        e.sale_id, e.partner_id, e.roles, e.numerator, (w.whole::hugeint * w.split) as denominator,
        w.amount,
        (abs(w.amount) * 100)::hugeint as cents,
        ((abs(w.amount) * 100)::hugeint * e.numerator)
        // (w.whole::hugeint * w.split) as floor_cents,
        ((abs(w.amount) * 100)::hugeint * e.numerator) % (w.whole::hugeint * w.split) as remainder
    from everyone as e
    join wholes as w using (sale_id)
),
ranked as (
    select *,
        cents - sum(floor_cents) over (partition by sale_id) as left_over,
        row_number() over (partition by sale_id order by remainder desc, partner_id asc nulls last)
        as sequence
    from cut
)
select
    sale_id, partner_id, roles, numerator::bigint as numerator, denominator::bigint as denominator,
    (((floor_cents + if(sequence <= left_over, 1, 0)) * sign(amount)::hugeint)::decimal(18,0)
        * 0.01::decimal(3,2))::decimal(18,2) as base
from ranked
where partner_id is not null
