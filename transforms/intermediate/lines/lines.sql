-- Every current sell-out line with its partner, product and value. A line that cannot be valued yet
-- is held with the reason. A return that names its sale has the terms of that sale, so that both
-- together come to zero. A return that names none is matched to sales later.
--
-- grain: sale_id
-- sale_id, file_id, line, distributor, document_no, line_no, line_key, document_type,
-- document_date, month, terms_date, version, returns_document, returns_line, returned_sale_id,
-- distributor_id, partner_code
-- partner_id  the buying partner; null where it is unknown or outside
-- is_outside  the buyer is declared to be no partner
-- end_customer, sku, product_name, family, basis, quantity, net_amount, currency, rate, rate_date
-- amount       in the programme currency, rounded half away from zero
-- terms_document  its own document, or that of the sale it names, with its year where the sender's
--                 document numbers begin anew each year
-- terms_line   its own line, or that of the sale it names
-- deal_id      the deal of the distributor, or of a link where nobody claims that; of a return, the
--              deal of its sale
-- held_reason  why it cannot be valued yet, or does not count; null when it counts
-- change_id    the change that a person has to accept before it counts; null where there is none
-- contract       new, renewal or expansion
-- term_months    for how many months it was sold
-- annual_amount  what a year of it costs, without sign, in its currency
-- is_unnamed   a return that is matched to sales: of what it says itself only partner, product and
--              amount count
-- is_valued    it can be valued and is not later than the run, or has been stated
-- awaits_change  it lacks nothing but a person's decision
with stated_rates as ( -- a stated line keeps its rate
    select s.distributor, s.document_no, s.line_no, s.line_key, s.currency, min(s.rate) as rate,
        min(s.rate_date) as rate_date
    from stated.lines as s
    join rules.programme as p on s.currency <> p.currency
    group by s.distributor, s.document_no, s.line_no, s.line_key, s.currency
),
sold_rates as ( -- and so does its return
    select r.sale_id, s.rate, s.rate_date
    from intermediate.returned_lines as r
    join staging.sales as d using (sale_id)
    join stated_rates as s
        on s.distributor = d.distributor and s.document_no = d.returns_document
        and s.line_no = d.returns_line and s.line_key = r.returned_key and s.currency = d.currency
),
stated_returns as ( -- and what was stated goes on counting, with its sale or by its own day
    select distributor, document_no, line_no, line_key,
        bool_and(returned_sale_id is null) as went_by_own_day
    from stated.lines
    where document_type = 'return'
    group by distributor, document_no, line_no, line_key
),
stated_earlier as (
    select s.sale_id
    from staging.sales as s
    semi join stated.lines as stated using (distributor, document_no, line_no, line_key)
    where s.document_date > (select last_day(through_month) from rules.programme)
),
standing as (
    select s.*
    from staging.sales as s
    anti join intermediate.superseded_lines as o using (sale_id)
),
dated as (
    select
        s.* exclude (deal_id), if(r.returned_sale_id is null, coalesce(k.deal_id, s.deal_id),
            r.deal_id) as deal_id, r.returned_sale_id,
        coalesce(r.terms_date, s.document_date) as terms_date, r.returned_key,
        s.document_type = 'return' and (s.returns_document is null or s.returns_line is null)
            and not coalesce(w.went_by_own_day, false) as is_nameless,
        s.document_type = 'return' and s.returns_document is not null
            and s.returns_line is not null and w.document_no is null
            and r.returned_sale_id is null as names_no_known_sale,
        coalesce(y.is_yearly, false) as is_yearly
    from standing as s
    join staging.files as f using (file_id)
    left join rules.feeds as y using (feed)
    left join stated_returns as w
        on w.distributor = s.distributor and w.document_no = s.document_no
        and w.line_no = s.line_no and w.line_key = s.line_key
    left join intermediate.deal_links as k on k.sale_id = s.sale_id and k.held_reason is null
    left join intermediate.returned_lines as r on r.sale_id = s.sale_id
),
resolved as (
    select
        d.*, own.partner_id as distributor_id, buyer.partner_id,
        coalesce(buyer.meanings, 0) as meanings,
        coalesce(buyer.is_outside, false) as is_outside, p.product_name, p.family, p.basis,
        p.sku is not null as is_known_product, f.version,
        coalesce(s.rate, sold.rate, f.rate) as rate,
        coalesce(s.rate_date, sold.rate_date, f.rate_date) as rate_date,
        f.is_known_currency or s.rate is not null as is_known_currency,
        q.held_reason as doubt
    from dated as d
    left join intermediate.resolved_codes as buyer
        on buyer.distributor = d.distributor and buyer.code = d.partner_code
        and buyer.from_date <= d.terms_date and d.terms_date <= buyer.to_date
    left join intermediate.resolved_codes as own
        on own.distributor = d.distributor and own.code = d.distributor
        and own.from_date <= d.terms_date and d.terms_date <= own.to_date
    join intermediate.currency_days as f using (currency, terms_date)
    left join intermediate.products as p
        on p.sku = d.sku and p.from_date <= d.terms_date and d.terms_date <= p.to_date
    left join intermediate.doubtful_lines as q using (sale_id)
    left join stated_rates as s
        on s.distributor = d.distributor and s.document_no = d.document_no
        and s.line_no = d.line_no and s.line_key = d.line_key and s.currency = d.currency
    left join sold_rates as sold on sold.sale_id = d.sale_id
),
valued as (
    select *,
        -- Amounts in the programme currency are rounded without slow 128-bit products.
        try_cast(if(rate = 1, round(net_amount, 2), round(net_amount * rate, 2))
            as decimal(18,2)) as amount
    from resolved
),
checked as (
    select valued.*, date_trunc('month', document_date)::date as month, waiting.change_id,
        waiting.kind as change_kind,
        is_nameless and waiting.change_id is null and not is_outside
            and p.unnamed_returns = 'newest_sale'
        as is_unnamed,
        case
            when doubt is not null then doubt
            when meanings > 1 then 'ambiguous_partner'
            when partner_id is null and not is_outside then 'unknown_partner'
            when not is_known_product then 'unknown_product'
            when names_no_known_sale and not is_outside
                and (is_yearly or p.unnamed_returns <> 'own_day') then 'no_sale_to_return'
            when is_nameless and not is_outside and p.unnamed_returns = 'hold'
                then 'names_no_sale'
            when is_unnamed then null
            when not is_known_currency then 'unknown_currency'
            when rate is null then 'no_rate'
            when amount is null then 'amount_too_large'
            else waiting.kind
        end as held_reason
    from valued
    left join intermediate.waiting_versions as waiting using (sale_id)
    cross join rules.programme as p
)
select
    j.sale_id, j.file_id, j.line, j.distributor, j.document_no, j.line_no, j.line_key,
    j.document_type, j.document_date,
    j.month, j.terms_date, j.version, j.returns_document, j.returns_line, j.returned_sale_id,
    j.distributor_id, j.partner_code, j.partner_id, j.is_outside,
    j.end_customer, j.sku, j.product_name, j.family, j.basis, j.quantity, j.net_amount,
    j.currency, j.rate, j.rate_date, j.amount,
    concat_ws(' ', if(j.returned_sale_id is null, j.document_no, j.returns_document),
        if(j.is_yearly, year(j.terms_date), null)) as terms_document,
    if(j.returned_sale_id is null, concat_ws(' ', j.line_no, nullif(j.line_key, '')),
        concat_ws(' ', j.returns_line, nullif(j.returned_key, ''))) as terms_line, j.deal_id,
    j.held_reason, j.change_id, j.contract, j.term_months, j.annual_amount, j.is_unnamed,
    j.held_reason is null and (j.month <= p.through_month
        or j.sale_id in (select sale_id from stated_earlier)) as is_valued,
    coalesce(j.held_reason = j.change_kind, false) as awaits_change
from checked as j
cross join rules.programme as p
