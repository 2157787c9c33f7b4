-- Each credit between the two positions of its partner's running base.
--
-- grain: sale_id, partner_id, module
-- sale_id      the line
-- partner_id   who is credited
-- module       through what
-- lo           running base of the period before it, in the programme currency
-- hi           and after it
-- document_lo  running base of its document, or of the one it returns, before it
-- document_hi  and after it
-- place        its place in the partner's, module's and programme year's order, from 1
with placed as (
    select sale_id, partner_id, module, base, year_start, period_start, position_family, distributor, terms_document,
        row_number() over (
            partition by partner_id, module, year_start
            order by posting_month, document_date, distributor, document_no, line_no, line_key, sale_id) as place
    from intermediate.credits
),
summed as (
    select *,
        sum(base) over (
            partition by partner_id, module, year_start, period_start, position_family order by place
            rows between unbounded preceding and current row)::decimal(18,2) as hi,
        sum(base) over (
            partition by partner_id, module, year_start, period_start, position_family, distributor, terms_document order by place
            rows between unbounded preceding and current row)::decimal(18,2) as document_hi
    from placed
)
select sale_id, partner_id, module, (hi - base)::decimal(18,2) as lo, hi, (document_hi - base)::decimal(18,2) as document_lo, document_hi, place
from summed
