-- The type and status of each partner by day. A partner becomes inactive on the day the file landed
-- that says so, unless the file names a day. On other days it is not a partner.
--
-- grain: partner_id, from_date
-- partner_id, from_date, to_date, partner_type, is_active
with rows as (
    select
        p.partner_id, d.from_date, d.to_date, p.partner_type, p.is_active,
        case when p.valid_from is null and not p.is_active
            and lag(p.is_active) over (partition by p.partner_id order by d.from_date)
            then greatest(f.landed_on, d.from_date) end as inactive_from
    from intermediate.record_days as d
    join staging.partners as p using (file_id, line)
    join staging.files as f using (file_id)
    where d.kind = 'partners'
),
parts as (
    select
        partner_id, from_date, least(to_date, coalesce(inactive_from - 1, to_date)) as to_date,
        partner_type, is_active or inactive_from is not null as is_active
    from rows
    union all
    select partner_id, inactive_from, to_date, partner_type, false
    from rows
    where inactive_from is not null
)
select * from parts where from_date <= to_date
