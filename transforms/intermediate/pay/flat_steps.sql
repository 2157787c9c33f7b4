-- What each movement earns for reaching tranches, and what it takes back by falling below them. A
-- movement upwards reaches the tranches of its own schedule; a later one that falls below the place
-- where an amount was earned takes back exactly that amount, whatever its own schedule is.
--
-- grain: credit_id, earned_by, earned_in, tranche
-- credit_id
-- earned_by    the credit that reached the tranche: itself, or the one it takes back from
-- earned_in    the month that was stated in
-- position     the running base: its incentive, period and family, or its document
-- sequence     of the movement that reached the tranche
-- schedule, tranche
-- reached_at   lowest position that has reached the tranche
-- amount       below zero where it is taken back
with paying as ( -- most incentives have none
    select s.incentive
    from rules.schedules as s
    join rules.tranches as t using (schedule)
    where t.step <> 0
    union
    select incentive from stated.flats
),
paid as (
    select * from intermediate.movements where incentive in (select incentive from paying)
),
movements as (
    select
        c.credit_id, c.partner_id, c.incentive, c.posting_month, s.schedule, s.method,
        p.sequence, p.lo, p.hi, p.document_lo, p.document_hi,
        concat_ws(' ', c.incentive, c.year_start, c.period_start, c.position_family)
        as running_position,
        concat_ws(' ', running_position, 'document', c.distributor, c.terms_document)
        as document_position
    from paid as c
    join intermediate.running_positions as p using (credit_id)
    join intermediate.credit_schedules as s using (credit_id)
),
moved as ( -- every movement moves both positions, whichever its method goes by
    select credit_id, partner_id, posting_month, sequence, running_position as position, lo, hi,
        if(method = 'document', null, schedule) as schedule
    from movements
    union all
    select credit_id, partner_id, posting_month, sequence, document_position, document_lo,
        document_hi, if(method = 'document', schedule, null)
    from movements
    where document_lo is not null
),
reached as (
    select m.partner_id, m.position, m.credit_id as earned_by, m.posting_month as earned_in,
        m.sequence, m.schedule, t.tranche, t.reached_at, t.step as amount
    from moved as m
    join intermediate.tranches as t
        on t.schedule = m.schedule and m.lo < t.reached_at and t.reached_at <= m.hi
    where t.step <> 0
),
held as ( -- reached in closed months, and not taken back there
    select partner_id, position, earned_by, earned_in, min(sequence) as sequence,
        any_value(schedule) as schedule, tranche, any_value(reached_at) as reached_at,
        sum(amount)::decimal(18,2) as amount
    from stated.flats
    group by partner_id, position, earned_by, earned_in, tranche
    having sum(amount) <> 0
),
earned as (
    select * from reached
    union all by name
    select * from held
),
taken_back as (
    select
        arg_min(m.credit_id, m.sequence) as credit_id, e.earned_by, e.earned_in, e.position,
        any_value(e.sequence) as sequence, any_value(e.schedule) as schedule, e.tranche,
        any_value(e.reached_at) as reached_at, -any_value(e.amount) as amount
    from earned as e
    join moved as m
        on m.partner_id = e.partner_id and m.position = e.position and m.sequence > e.sequence
        and m.hi < e.reached_at and m.lo >= e.reached_at
    group by e.partner_id, e.position, e.earned_by, e.earned_in, e.tranche
)
select earned_by as credit_id, earned_by, earned_in, position, sequence, schedule, tranche,
    reached_at, amount
from reached
union all by name
select * from taken_back
