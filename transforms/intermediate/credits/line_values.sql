-- The values that incentives can ask a least amount of, the annual value, and the kind of contract.
-- A return is judged by its sale, and takes back as much of the annual value as of the amount.
-- There are rows only where an incentive asks for one of these.
--
-- grain: sale_id
-- sale_id
-- line_value      value of the line, or of the sale that it returns
-- document_value  value of the sales of its document, or of the one it returns, in that sale's
--                 month: no later month alters what a line is judged by
-- deal_value      value of the sales of its deal until its day
-- annual_value    in the programme currency, with the sign of the line; null where nobody says it
-- contract        of the line, or of the sale that it returns
with lines as (
    select *
    from intermediate.valued_lines
    where (select count(*) from rules.incentives
        where base = 'recurring' or contracts is not null
            or coalesce(least_line, least_document, least_deal) is not null) > 0
),
annual as ( -- rounded half away from zero
    select *,
        case
            when annual_amount is not null then round(abs(annual_amount) * rate, 2)
            when term_months > 0
                then (((abs(amount) * 100)::hugeint * 24 + term_months)
                    // (2 * term_months))::decimal(18,0) * 0.01::decimal(3,2)
        end::decimal(18,2) as annual_value
    from lines
),
sales as (
    select * from annual where document_type = 'sale' and change_id is null
),
documents as (
    select distributor, terms_document, date_trunc('month', terms_date) as month,
        sum(amount) as value
    from sales
    group by distributor, terms_document, date_trunc('month', terms_date)
),
deals as (
    select deal_id, terms_date,
        sum(sum(amount)) over (partition by deal_id order by terms_date) as value
    from sales
    where deal_id is not null
    group by deal_id, terms_date
)
select
    l.sale_id, abs(coalesce(s.amount, l.amount)) as line_value,
    coalesce(d.value, 0) as document_value, coalesce(e.value, 0) as deal_value,
    case
        when s.sale_id is null
            then l.annual_value * if(l.document_type = 'return', -1, 1)
        when s.amount <> 0 then sign(l.amount) * (((abs(s.annual_value) * 100)::hugeint
            * (abs(l.amount) * 200)::hugeint + (abs(s.amount) * 100)::hugeint)
            // (abs(s.amount) * 200)::hugeint)::decimal(18,0) * 0.01::decimal(3,2)
        else 0
    end::decimal(18,2) as annual_value,
    coalesce(s.contract, l.contract) as contract
from annual as l
left join sales as s on s.sale_id = l.returned_sale_id
left join documents as d
    on d.distributor = l.distributor and d.terms_document = l.terms_document
    and d.month = date_trunc('month', l.terms_date)
asof left join deals as e on e.deal_id = l.deal_id and e.terms_date <= l.terms_date
