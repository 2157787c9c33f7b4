-- A line and its full return have no base together, and no units if all of them came back. An
-- incentive for sales only takes nothing back.
with pairs as (
    select r.returned_sale_id as sold, r.sale_id as given_back,
        r.quantity is not distinct from -s.quantity as has_all_units
    from intermediate.lines as r
    join intermediate.lines as s on s.sale_id = r.returned_sale_id
    where r.net_amount = -s.net_amount and r.currency = s.currency and r.partner_id = s.partner_id
        and r.sku = s.sku
        and r.month <= (select through_month from rules.programme)
)
select p.sold, p.given_back, c.partner_id, c.incentive, sum(c.base) as left_over
from pairs as p
join intermediate.due_credits as c on c.sale_id in (p.sold, p.given_back)
join rules.incentives as i using (version, incentive)
where (p.has_all_units or i.base <> 'quantity')
    and (i.document_types is null or list_contains(i.document_types, 'return'))
group by p.sold, p.given_back, c.partner_id, c.incentive
having sum(c.base) <> 0
