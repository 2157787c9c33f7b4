-- The redemptions of open months, and the returns there of points that had lapsed, one after the
-- other. What lapsed is not taken back again; what was spent is. A redemption of more points than
-- there are waits for a person, and takes nothing from those that follow. Where the month it was
-- made in is closed, there must be enough both on its own day and on the day it is posted.
--
-- grain: partner_id, sequence
-- partner_id, sequence
-- origin      the manual posting; null for a return
-- gained_on   the day of the returned points; null for a redemption
-- posted_on, adjusts_month, subject
-- points      asked for, or taken back
-- available   points there are, or that had lapsed
-- used        points that are spent by it
-- change_id
-- is_accepted  it counts in any case; false: it never does; null: nobody has decided
with recursive
events as (
    select partner_id, null::varchar as origin, gained_on, posted_on, posted_on as made_on,
        null::date as adjusts_month, null::varchar as subject, points, null::varchar as change_id
    from intermediate.points_returned
    cross join rules.programme as p
    where is_late and posted_on between p.first_open and last_day(p.through_month)
    union all
    select d.partner_id, d.origin, null, d.posted_on, due.posted_on, d.adjusts_month, d.subject,
        -d.points, md5(concat_ws(chr(31), 'redemption', d.subject, d.partner_id, -d.points))
    from intermediate.posting_deltas as d
    join intermediate.points_due as due using (origin, partner_id)
    cross join rules.programme as p
    where d.kind = 'redemption' and d.is_accepted and d.stated_file is null and d.points < 0
        and d.posted_on <= last_day(p.through_month)
),
sequenced as (
    select *, row_number() over (partition by partner_id
        order by posted_on, made_on, origin nulls first, gained_on) as sequence
    from events
),
-- What else takes points that can be spent, on its own day.
taken as (
    select partner_id, posted_on, cancelled - points as points, false as is_lapse
    from intermediate.points_returned
    cross join rules.programme as p
    where not (is_late and posted_on >= p.first_open)
    union all
    select partner_id, posted_on, points, kind = 'expiry' and points < 0
    from stated.points
    where balance <> 'status' and kind not in ('purchase', 'sell_with')
        and (points < 0 or kind = 'expiry')
    union all
    select m.partner_id, m.posted_on, m.points, false
    from intermediate.points_moved as m
    anti join events using (origin, partner_id)
    where m.balance <> 'status' and m.points < 0 and m.kind not in ('purchase', 'sell_with')
),
flows as (
    select partner_id, posted_on, points, coalesce(lapses_on, date '9999-12-31') as counts_until
    from intermediate.points_gained
    union all
    select partner_id, posted_on, points, posted_on + 1 from taken
),
-- The oldest points are spent first, so from each day on which some lapse up to the redemption, no
-- more can be spent than what outlasts that day.
first_days as (
    select partner_id, date '1900-01-01' as first_day from events
    union
    select l.partner_id, l.lapses_on
    from intermediate.points_lots as l
    cross join rules.programme as p
    where l.lapses_on >= p.first_open
),
limits as (
    select e.partner_id, e.sequence, d.first_day, coalesce(sum(f.points), 0)::bigint as points
    from sequenced as e
    join first_days as d on d.partner_id = e.partner_id and d.first_day <= e.posted_on
    left join flows as f
        on f.partner_id = e.partner_id and f.posted_on <= e.posted_on
        and f.counts_until > d.first_day
    where e.gained_on is null
    group by e.partner_id, e.sequence, d.first_day
    union all
    select e.partner_id, e.sequence, date '1900-01-01', coalesce(sum(f.points), 0)::bigint
    from sequenced as e
    left join flows as f on f.partner_id = e.partner_id and f.posted_on <= e.made_on
    where e.gained_on is null and e.made_on < e.posted_on
    group by e.partner_id, e.sequence
),
-- For each day up to the one whose points are returned: what had been gained by then, less what
-- was taken before its points lapsed. The highest of these sums is what lapsed together.
heights as (
    select e.partner_id, e.sequence, l.posted_on as gained_on, l.lapses_on,
        (coalesce((select sum(g.points) from intermediate.points_gained as g
            where g.partner_id = e.partner_id and g.gained_on <= l.posted_on), 0)
        + coalesce((select sum(t.points) from taken as t where t.partner_id = e.partner_id
            and t.posted_on < l.lapses_on and not t.is_lapse), 0))::bigint as points
    from sequenced as e
    join intermediate.points_lots as l
        on l.partner_id = e.partner_id and l.posted_on <= e.gained_on
),
forgone as (
    select partner_id, status_on as gained_on, sum(points)::bigint as points
    from stated.points
    where kind = 'expiry' and points > 0
    group by partner_id, status_on
),
limited as (
    select s.*, decided.is_accepted, own.limits, lapsed.heights,
        coalesce(forgone.points, 0) as forgone
    from sequenced as s
    left join (select partner_id, sequence, list({'first_day': first_day, 'points': points}
        order by first_day, points) as limits from limits group by partner_id, sequence) as own
        using (partner_id, sequence)
    left join (select partner_id, sequence, list({'gained_on': gained_on, 'lapses_on': lapses_on,
        'points': points} order by gained_on) as heights from heights
        group by partner_id, sequence) as lapsed using (partner_id, sequence)
    left join forgone using (partner_id, gained_on)
    left join rules.changes as decided using (change_id)
),
judged as (
    select partner_id, 0::bigint as sequence, 0::bigint as available, 0::bigint as used,
        []::struct(posted_on date, gained_on date, used bigint, forgone bigint)[] as spent
    from (select distinct partner_id from events)
    union all
    select partner_id, sequence, available, used,
        list_append(spent, {'posted_on': posted_on, 'gained_on': gained_on, 'used': used,
            'forgone': if(gained_on is null, 0, points - used)})
    from (
        select *, case when gained_on is not null then points - least(points, available)
            when coalesce(is_accepted, available >= points) then points
            else 0 end as used
        from (
            select * exclude (limits, heights), if(gained_on is null, list_min(limits),
                coalesce(list_max(list_transform(heights, lambda h: h.points)), 0)
                - coalesce(list_max(list_transform(list_filter(heights,
                    lambda h: h.gained_on < this_day), lambda h: h.points)), 0)
                - forgone - coalesce(list_sum(list_transform(list_filter(spent,
                    lambda s: s.gained_on = this_day), lambda s: s.forgone)), 0)
                )::bigint as available
            from (
                select e.partner_id, e.sequence, e.posted_on, e.gained_on, e.points, e.is_accepted,
                    e.gained_on as this_day, e.forgone, before.spent,
                    list_transform(e.limits, lambda own: own.points - coalesce(list_sum(
                        list_transform(list_filter(before.spent,
                            lambda s: s.posted_on >= own.first_day), lambda s: s.used)), 0)
                        ) as limits,
                    list_transform(e.heights, lambda h: {'gained_on': h.gained_on,
                        'points': greatest(0, h.points - coalesce(list_sum(list_transform(
                            list_filter(before.spent, lambda s: s.posted_on < h.lapses_on),
                            lambda s: s.used)), 0))}) as heights
                from judged as before
                join limited as e
                    on e.partner_id = before.partner_id and e.sequence = before.sequence + 1
            )
        )
    )
)
select e.partner_id, e.sequence, e.origin, e.gained_on, e.posted_on, e.adjusts_month, e.subject,
    e.points::bigint as points, j.available, j.used, e.change_id, e.is_accepted
from limited as e
join judged as j using (partner_id, sequence)
