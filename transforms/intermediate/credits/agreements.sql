-- The incentives of another version that a partner keeps by agreement, and on which days. Of two
-- agreements on one day the one that was made later holds.
--
-- grain: partner_id, incentive, from_date
-- partner_id
-- version    the version that it keeps
-- incentive, from_date
-- to_date    last day
with agreed as (
    select a.partner_id, v.version, i.incentive, a.from_date, a.to_date
    from intermediate.partner_items as a
    join rules.versions as v on v.name = a.item and v.from_date is not null
    join rules.incentives as i on i.version = v.version and i.by_agreement
    where a.attribute = 'agreement'
)
select partner_id, version, incentive, from_date,
    least(to_date, coalesce(lead(from_date) over (
        partition by partner_id, incentive order by from_date, version) - 1,
        date '9999-12-31')) as to_date
from agreed
qualify from_date <= to_date
