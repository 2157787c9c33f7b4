-- The redemptions in open months that spend more points than the partner has on that day. They do
-- not count until a person accepts them, and take nothing from those that follow.
--
-- grain: origin, partner_id
-- origin, partner_id, posted_on, adjusts_month
-- subject    the manual posting
-- change     how many points it spends, and of how many
-- points
-- change_id
-- is_accepted  it counts; false: refused; null: it waits
with recursive
redemptions as (
    select d.origin, d.partner_id, d.posted_on, d.adjusts_month, d.subject, -d.points as points,
        row_number() over (partition by d.partner_id order by d.posted_on, d.origin) as sequence,
        md5(concat_ws(chr(31), 'redemption', d.subject, d.partner_id, -d.points)) as change_id
    from intermediate.posting_deltas as d
    cross join rules.programme as p
    where d.kind = 'redemption' and d.is_accepted and d.stated_file is null and d.points < 0
        and d.posted_on <= last_day(p.through_month)
),
-- What else brings or takes points that can be spent. What is brought counts up to the day on which
-- it lapses, what is taken on its own day.
flows as (
    select partner_id, posted_on, points, coalesce(lapses_on, date '9999-12-31') as counts_until
    from intermediate.points_lots
    union all
    select partner_id, posted_on, points, posted_on + 1
    from stated.points
    where balance <> 'status' and points < 0
    union all
    select m.partner_id, m.posted_on, m.points, m.posted_on + 1
    from intermediate.points_moved as m
    anti join redemptions using (origin, partner_id)
    where m.balance <> 'status' and m.points < 0
),
-- The oldest points are spent first, so from each day on which some lapse up to the redemption, no
-- more can be spent than what outlasts that day.
first_days as (
    select partner_id, date '1900-01-01' as first_day from redemptions
    union
    select l.partner_id, l.lapses_on
    from intermediate.points_lots as l
    cross join rules.programme as p
    where l.lapses_on >= p.first_open
),
limits as (
    select r.origin, r.partner_id, d.first_day, coalesce(sum(f.points), 0)::bigint as points
    from redemptions as r
    join first_days as d on d.partner_id = r.partner_id and d.first_day <= r.posted_on
    left join flows as f
        on f.partner_id = r.partner_id and f.posted_on <= r.posted_on
        and f.counts_until > d.first_day
    group by r.origin, r.partner_id, d.first_day
),
limited as (
    select r.*, decided.is_accepted, own.limits
    from redemptions as r
    join (select origin, partner_id, list({'first_day': first_day, 'points': points}
        order by first_day) as limits from limits group by origin, partner_id) as own
        using (origin, partner_id)
    left join rules.changes as decided using (change_id)
),
judged as (
    select partner_id, 0::bigint as sequence, null::varchar as origin, 0::bigint as available,
        []::struct(posted_on date, points bigint)[] as spent
    from (select distinct partner_id from limited)
    union all
    select partner_id, sequence, origin, available,
        if(coalesce(is_accepted, available >= points),
            list_append(spent, {'posted_on': posted_on, 'points': points}), spent)
    from (
        select r.partner_id, r.sequence, r.origin, r.posted_on, r.points::bigint as points,
            r.is_accepted, before.spent,
            list_min(list_transform(r.limits, lambda own: own.points - coalesce(list_sum(
                list_transform(list_filter(before.spent, lambda s: s.posted_on >= own.first_day),
                    lambda s: s.points)), 0)))::bigint as available
        from judged as before
        join limited as r
            on r.partner_id = before.partner_id and r.sequence = before.sequence + 1
    )
)
select r.origin, r.partner_id, r.posted_on, r.adjusts_month, r.subject,
    concat('spends ', r.points, ' points of ', greatest(j.available, 0)) as change,
    r.points::bigint as points, r.change_id, r.is_accepted
from limited as r
join judged as j using (origin, partner_id)
where j.available < r.points
