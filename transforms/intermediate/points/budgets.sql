-- The current requests to pay for proofs of concept with points, as they stand at the end of the
-- month of the run. Points are spent on the day of the proof, and by then the request is approved
-- and has not lapsed.
--
-- grain: request_id
-- request_id, partner_id, points, purpose, requested_on
-- state        requested, approved, proved, lapsed or refused
-- approved_on, expires_on, proved_on, proof
-- held_reason  unknown_partner, before_the_programme, or no_approval: it was proved before it was
--              approved, after it had lapsed, or although it was refused; null: nothing is wrong
-- file_id, line
with current as (
    select b.*, p.partner_id is not null as is_known,
        b.status = 'approved' and b.approved_on is not null as is_approved,
        last_day(r.through_month) as today
    from staging.budgets as b
    semi join intermediate.standing_records as v using (file_id, line)
    left join intermediate.partners as p using (partner_id)
    cross join rules.programme as r
),
judged as (
    select *, is_approved and approved_on <= proved_on
            and proved_on <= coalesce(expires_on, proved_on) as is_proved
    from current
)
select request_id, partner_id, points, purpose, requested_on,
    case
        when status = 'refused' then 'refused'
        when is_proved and proved_on <= today then 'proved'
        when expires_on < today then 'lapsed'
        when is_approved and approved_on <= today then 'approved'
        else 'requested'
    end as state, approved_on, expires_on, proved_on, proof,
    case
        when not is_known then 'unknown_partner'
        when proved_on < (select min(from_date) from rules.in_force) then 'before_the_programme'
        when proved_on is not null and not is_proved then 'no_approval'
    end as held_reason, file_id, line
from judged
