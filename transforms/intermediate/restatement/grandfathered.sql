-- The lines that were stated for partners who are inactive today. A partner's status has no date,
-- so these lines still count.
--
-- grain: sale_id, partner_id, incentive
-- sale_id, partner_id, incentive
with inactive as (
    select partner_id from intermediate.partners where not is_active
),
stated as (
    select distinct distributor, document_no, line_no, line_key, partner_id, incentive
    from stated.lines
    semi join inactive using (partner_id)
)
select lines.sale_id, stated.partner_id, stated.incentive
from stated
join intermediate.valued_lines as lines using (distributor, document_no, line_no, line_key)
