-- Requests to pay for proofs of concept with points, every version.
--
-- grain: file_id, line
-- file_id, line, request_id, partner_id, points, purpose, requested_on
-- status       requested, approved or refused
-- approved_on, expires_on, proved_on, proof
select
    file_id, line, request_id, partner_id, points, purpose, requested_on, status, approved_on,
    expires_on, proved_on, proof
from raw.budgets
