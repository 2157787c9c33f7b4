-- The level each partner holds on each day, as computed from points and as the partner file gives
-- it. The programme version says which of the two counts. Where it is asked what a level would
-- earn, the partner holds it from the day that the question names.
--
-- grain: partner_id, is_computed, from_date
-- partner_id
-- is_computed  true: from points; false: from the partner file
-- from_date, to_date, level
with computed as (
    select
        partner_id, month as from_date, (month + to_months(1))::date as to_date, held_rank as rank,
        row_number() over (partition by partner_id order by month) as sequence,
        row_number() over (partition by partner_id order by month desc) as place_from_end
    from intermediate.computed_levels
),
both_sources as (
    select
        partner_id, true as is_computed, if(sequence = 1, date '1900-01-01', from_date)
        as from_date,
        if(place_from_end = 1, date '9999-12-31', to_date) as to_date, rank
    from computed
    union all
    select
        partner_id, false, if(row_number() over (partition by partner_id order by from_date) = 1,
            date '1900-01-01', from_date), to_date, rank
    from intermediate.directory_levels
)
select b.partner_id, b.is_computed, b.from_date,
    least(b.to_date, coalesce(e.from_date, b.to_date)) as to_date, l.level
from both_sources as b
join rules.levels as l using (rank)
left join expected.held as e using (partner_id)
where b.from_date < coalesce(e.from_date, date '9999-12-31')
union all
select e.partner_id, s.is_computed, e.from_date, date '9999-12-31', e.level
from expected.held as e
cross join (values (true), (false)) as s(is_computed)
