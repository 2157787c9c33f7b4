-- The lines that an incentive would count for a partner and leaves to an earlier one, because the
-- two do not count a line together. The first in the programme's list that accepts the line counts
-- it, whatever it earns. Both are of one version: what is kept by agreement excludes no other.
--
-- grain: sale_id, partner_id, incentive
-- sale_id, partner_id, incentive
with exclusive as (
    select version, incentive, place, excludes, 1::bigint << (place - 1) as bit
    from rules.incentives as i
    where excludes <> 0 or exists (select 1 from rules.incentives as other
        where other.version = i.version and other.excludes & (1::bigint << (i.place - 1)) <> 0)
),
accepted as (
    select l.sale_id, l.partner_id, l.incentive, l.version, e.place, e.excludes, e.bit
    from intermediate.incentive_lines as l
    join exclusive as e using (version, incentive)
    where l.reason is null and l.credits <> 'claims'
    union
    select c.sale_id, c.partner_id, c.incentive, l.version, e.place, e.excludes, e.bit
    from intermediate.claim_reasons as c
    join intermediate.valued_lines as l using (sale_id)
    join exclusive as e on e.version = l.version and e.incentive = c.incentive
    where c.reason is null
),
-- Only those that are not alone.
contested as (
    select sale_id, partner_id, version
    from accepted
    group by sale_id, partner_id, version
    having count(*) > 1
),
-- One after another, each with those that count already.
counted as (
    select sale_id, partner_id, version,
        list_reduce(list_prepend({bit: 0::bigint, excludes: 0::bigint},
            list({bit: bit, excludes: excludes} order by place)),
            lambda done, next: {
                bit: done.bit | if(done.bit & next.excludes = 0, next.bit, 0::bigint),
                excludes: 0::bigint}).bit as bits
    from accepted
    semi join contested using (sale_id, partner_id, version)
    group by sale_id, partner_id, version
)
select a.sale_id, a.partner_id, a.incentive
from accepted as a
join counted as c using (sale_id, partner_id, version)
where a.bit & c.bits = 0
