-- Requests of partners to pay for proofs of concept with points, as they stand at the end of the
-- month of the run. An approved request reserves its points until it is proved or lapses; only a
-- proof spends them. A proof of more points than there are waits in mart.pending_changes.
--
-- grain: request_id
-- request_id, partner_id
-- points       points asked for
-- purpose, requested_on
-- state        requested, approved, proved, lapsed or refused
-- approved_on, expires_on, proved_on, proof
-- reserved     points that are approved and neither proved nor lapsed
-- spent        points that the proof has spent
-- file_name
-- file_line    physical line in the file, from 1
select b.request_id, b.partner_id, b.points, b.purpose, b.requested_on, b.state, b.approved_on,
    b.expires_on, b.proved_on, b.proof, if(b.state = 'approved', b.points, 0) as reserved,
    coalesce(-sum(l.points), 0)::bigint as spent, f.file_name, b.line as file_line
from intermediate.budgets as b
join staging.files as f using (file_id)
left join mart.points_ledger as l
    on l.origin = concat('budget ', b.request_id, ' ', b.partner_id)
    and l.partner_id = b.partner_id
group by all
