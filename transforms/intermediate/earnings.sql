-- What each movement earned, capped over what its programme year has earned so far.
--
-- grain: sale_id, partner_id, module
-- sale_id       the line
-- partner_id    who is credited
-- module        through what
-- level         the partner's on the day of its terms
-- schedule      it earns by; null: the programme pays nothing here
-- method        of the schedule
-- lo            position before it
-- hi            and after it
-- before_cap    earned by the schedule alone
-- earned        after the cap of the programme year
with sliced as (
    select sale_id, partner_id, module, sum(earned) as earned
    from intermediate.slices
    group by sale_id, partner_id, module
),
gross as (
    select s.sale_id, s.partner_id, s.module, s.level, s.schedule, s.method, s.lo, s.hi,
        coalesce(p.earned, w.earned, 0)::decimal(18,2) as before_cap
    from intermediate.scheduled as s
    left join sliced as p on p.sale_id = s.sale_id and p.partner_id = s.partner_id and p.module = s.module
    left join intermediate.whole_bases as w on w.sale_id = s.sale_id and w.partner_id = s.partner_id and w.module = s.module
),
stated_years as (
    select partner_id, module, year_start, sum(before_cap) as before_cap from stated.lines group by partner_id, module, year_start
),
capping as (
    select c.sale_id, c.partner_id, c.module, m.cap, g.before_cap,
        coalesce(y.before_cap, 0) + sum(g.before_cap) over (partition by c.partner_id, c.module, c.year_start order by w.place) as after_it
    from intermediate.credits as c
    join gross as g on g.sale_id = c.sale_id and g.partner_id = c.partner_id and g.module = c.module
    join intermediate.walk as w on w.sale_id = c.sale_id and w.partner_id = c.partner_id and w.module = c.module
    left join stated_years as y on y.partner_id = c.partner_id and y.module = c.module and y.year_start = c.year_start
    left join rules.modules as m on m.version = c.version and m.module = c.module
    where c.module in (select module from rules.modules where cap is not null)
)
select g.sale_id, g.partner_id, g.module, g.level, g.schedule, g.method, g.lo, g.hi, g.before_cap,
    if(k.cap is null, g.before_cap, least(k.cap, k.after_it) - least(k.cap, k.after_it - k.before_cap))::decimal(18,2) as earned
from gross as g
left join capping as k on k.sale_id = g.sale_id and k.partner_id = g.partner_id and k.module = g.module
