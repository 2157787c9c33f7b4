-- The values that incentives can ask a least amount of. A return is judged by its sale. There are
-- rows only where an incentive asks for one.
--
-- grain: sale_id
-- sale_id
-- line_value      value of the line, or of the sale that it returns
-- document_value  value of the sales of its document, or of the one it returns
-- deal_value      value of the sales of its deal until its day
with lines as (
    select *
    from intermediate.valued_lines
    where (select count(*) from rules.incentives
        where coalesce(least_line, least_document, least_deal) is not null) > 0
),
sales as (
    select * from lines where document_type = 'sale' and change_id is null
),
documents as (
    select distributor, terms_document, sum(amount) as value
    from sales
    group by distributor, terms_document
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
    coalesce(d.value, 0) as document_value, coalesce(e.value, 0) as deal_value
from lines as l
left join sales as s on s.sale_id = l.returned_sale_id
left join documents as d
    on d.distributor = l.distributor and d.terms_document = l.terms_document
asof left join deals as e on e.deal_id = l.deal_id and e.terms_date <= l.terms_date
