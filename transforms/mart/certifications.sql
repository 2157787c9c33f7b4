-- The certifications that people hold for partners, on the last day of the run's month. A renewal
-- without a gap continues the row of the award before it. What counts for no partner has a row with
-- the reason.
--
-- grain: person_id, certification_code, partner_code, awarded_on, from_date
-- person_id, certification_code, partner_code
-- partner_id  null when unknown
-- awarded_on  day of the award
-- from_date   first day it counts; null where it never counts
-- expires_on  last day it holds or counts; null: open
-- category
-- points          points by the programme; null for a code without points, and where it never
--                 counts
-- counted_points  points that count for status that day, after the caps of person and category
-- is_held         true: it counts that day
-- reason          why it never counts: unknown_partner, revoked, before_the_programme, later_award
--                 (another award of the person and code decides), or partner_inactive; null where
--                 it does
-- file_name, file_line
with run as (
    select last_day(through_month) as day from rules.programme
),
counted as (
    select partner_id, person_id, certification_code, from_date, sum(change) as points
    from intermediate.certification_points
    where changed_on <= (select day from run)
    group by partner_id, person_id, certification_code, from_date
),
counting as (
    select d.person_id, d.certification_code, c.partner_code, d.partner_id, d.awarded_on,
        d.from_date, nullif(d.to_date, date '9999-12-31') as expires_on, d.category, d.points,
        coalesce(n.points, 0)::bigint as counted_points,
        d.from_date <= run.day and run.day <= d.to_date as is_held, null as reason, d.file_id,
        d.line
    from intermediate.certification_days as d
    join staging.certifications as c using (file_id, line)
    cross join run
    left join counted as n
        on n.partner_id = d.partner_id and n.person_id = d.person_id
        and n.certification_code = d.certification_code and n.from_date = d.from_date
),
standing as (
    select c.*, named.partner_id
    from staging.certifications as c
    semi join intermediate.standing_records as v using (file_id, line)
    join intermediate.record_partners as named using (file_id, line)
    anti join intermediate.certification_days as d
        on d.partner_id = named.partner_id and d.person_id = c.person_id
        and d.certification_code = c.certification_code and d.from_date <= c.expires_on
        and c.awarded_on <= d.to_date and c.is_valid
),
uncounted as (
    select s.person_id, s.certification_code, s.partner_code, s.partner_id, s.awarded_on,
        null as from_date, nullif(s.expires_on, date '9999-12-31') as expires_on, null as category,
        null as points, 0 as counted_points, false as is_held,
        case
            when not s.is_valid then 'revoked'
            when s.partner_id is null then 'unknown_partner'
            when s.expires_on < (select min(from_date) from rules.in_force)
                then 'before_the_programme'
            when exists (select 1 from intermediate.certification_days as d
                where d.person_id = s.person_id and d.certification_code = s.certification_code
                    and d.from_date <= s.expires_on and s.awarded_on <= d.to_date)
                then 'later_award'
            else 'partner_inactive'
        end as reason, s.file_id, s.line
    from standing as s
),
everything as (
    select * from counting
    union all by name
    select * from uncounted
)
select e.person_id, e.certification_code, e.partner_code, e.partner_id, e.awarded_on, e.from_date,
    e.expires_on, e.category, e.points, e.counted_points, e.is_held, e.reason, f.file_name,
    e.line as file_line
from everything as e
join staging.files as f using (file_id)
