-- The parts of each return that names no sale: its amount, cut by quantity, for each sale it takes
-- back, and for what is left without a sale. Cents are divided by largest remainder; ties go to the
-- newer sale, and what is left without one comes last.
--
-- grain: sale_id, matched_sale
-- sale_id          the return
-- matched_sale_id  null for the part without a sale
-- matched_sale     key of that sale; empty for the part without one
-- quantity         with the sign of the return
-- net_amount, rate, rate_date
-- amount       in the programme currency, at the rate of the sale
-- held_reason  no_sale_to_return, no_rate or amount_too_large; null where the part counts
with returns as (
    select
        sale_id, quantity, net_amount, currency, coalesce(abs(quantity), 0) as size,
        (abs(net_amount)::decimal(38,6) * 1000000)::hugeint as millionths,
        -- Cut into minor units of its currency, or as fine as it was written.
        rpad('1', 7 - coalesce(c.decimals, 2), '0')::hugeint as minor,
        if(millionths % minor = 0, minor, 1) as unit
    from intermediate.valued_lines
    left join rules.currencies as c using (currency)
    where is_unnamed
),
matched as (
    select sale_id, matched_sale_id, quantity, net_amount from intermediate.matched_returns
),
rests as (
    select
        r.sale_id, (r.size - coalesce(sum(m.quantity), 0))::decimal(18,4) as quantity,
        count(m.sale_id) as parts
    from returns as r
    left join matched as m using (sale_id)
    group by r.sale_id, r.size
),
parts as (
    select sale_id, matched_sale_id, quantity, net_amount from matched
    union all
    select sale_id, null, quantity, null from rests where quantity > 0 or parts = 0
),
-- The amount that was stated of a part stays; the rest is cut.
weighed as (
    select
        p.sale_id, p.matched_sale_id, p.quantity, p.net_amount, r.unit,
        if(r.size = 0, 1, p.quantity::decimal(38,4) * 10000)::hugeint as weight,
        (r.millionths - coalesce(sum(abs(p.net_amount)::decimal(38,6) * 1000000) over (
            partition by p.sale_id), 0))::hugeint // r.unit as units,
        row_number() over (
            partition by p.sale_id
            order by s.document_date desc nulls last, s.document_no desc, s.line_no desc,
                s.line_key desc) as sequence
    from parts as p
    join returns as r using (sale_id)
    left join intermediate.lines as s on s.sale_id = p.matched_sale_id
),
cut as (
    select *, units * weight // weights as floor_units, units * weight % weights as remainder
    from (
        select *, sum(weight) over (partition by sale_id)::hugeint as weights
        from weighed
        where net_amount is null
    )
),
ranked as (
    select *,
        units - sum(floor_units) over (partition by sale_id) as left_over,
        row_number() over (partition by sale_id order by remainder desc, sequence) as place
    from cut
),
amounts as (
    select sale_id, matched_sale_id, quantity,
        ((floor_units + if(place <= left_over, 1, 0)) * unit)::decimal(24,0)
        * 0.000001::decimal(7,6) as net_amount
    from ranked
    union all
    select sale_id, matched_sale_id, quantity, abs(net_amount)
    from weighed
    where net_amount is not null
),
rated as (
    select
        r.sale_id, a.matched_sale_id, s.document_no, s.line_no, s.line_key, s.terms_date,
        (a.quantity * sign(r.quantity))::decimal(18,4) as quantity,
        (a.net_amount * sign(r.net_amount))::decimal(18,6) as net_amount,
        if(s.currency = r.currency, s.rate, f.rate) as rate,
        if(s.currency = r.currency, s.rate_date, f.rate_date) as rate_date
    from amounts as a
    join returns as r using (sale_id)
    left join intermediate.lines as s on s.sale_id = a.matched_sale_id
    left join intermediate.rates as f
        on f.currency = r.currency and f.rate_date <= s.terms_date and s.terms_date < f.to_date
),
valued as (
    select *,
        try_cast(if(rate = 1, round(net_amount, 2), round(net_amount * rate, 2))
            as decimal(18,2)) as amount
    from rated
)
select
    sale_id, matched_sale_id, if(matched_sale_id is null, '',
        [document_no, line_no::varchar, line_key]::varchar) as matched_sale,
    quantity, net_amount, rate,
    if(rate_date > date '1900-01-01', rate_date, null) as rate_date, amount,
    case
        when matched_sale_id is null then 'no_sale_to_return'
        when rate is null then 'no_rate'
        when amount is null then 'amount_too_large'
    end as held_reason
from valued
