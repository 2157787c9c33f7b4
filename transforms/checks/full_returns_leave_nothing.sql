-- A line and its full return have no base together.
with pairs as (
    select r.returned_sale_id as sold, r.sale_id as given_back
    from intermediate.lines as r
    join intermediate.lines as s on s.sale_id = r.returned_sale_id
    where r.net_amount = -s.net_amount and r.currency = s.currency and r.partner_id = s.partner_id
        and r.sku = s.sku
        and r.month <= (select through_month from rules.programme)
)
select p.sold, p.given_back, c.partner_id, c.incentive, sum(c.base) as left_over
from pairs as p
join intermediate.due_credits as c on c.sale_id in (p.sold, p.given_back)
group by p.sold, p.given_back, c.partner_id, c.incentive
having sum(c.base) <> 0
