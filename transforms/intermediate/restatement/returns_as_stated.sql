-- The credits of returns whose sale was stated otherwise than today's facts have it, while nobody
-- has accepted that: they take back what was stated of the sale. Where the facts would credit
-- somebody else, the base is 0 and the credit waits with its sale.
--
-- grain: credit_id
-- credit_id, sale_id, matched_sale, partner_id, incentive, base, month, document_date, distributor,
-- document_no, line_no, line_key, terms_document, terms_line, terms_date, version, year_start,
-- period_start, position_family, level, schedule
-- status_on  day on which the points of the sale were posted
with contested as (
    select distinct
        credits.distributor, credits.document_no, credits.line_no, credits.line_key,
        credits.incentive
    from intermediate.adjusting_credits as credits
    join intermediate.adjustment_decisions as decisions using (credit_id)
    where decisions.is_accepted is not true
),
returns as (
    select
        lines.sale_id, lines.matched_sale, lines.month, lines.document_date, lines.distributor,
        lines.document_no, lines.line_no, lines.line_key,
        if(names.base_of = 'quantity', lines.quantity, lines.amount)::decimal(18,2) as amount,
        contested.incentive, names.base_of
    from intermediate.credited_lines as lines
    join staging.sales as sold on sold.sale_id = lines.returned_sale_id
    join contested
        on contested.distributor = sold.distributor and contested.document_no = sold.document_no
        and contested.line_no = sold.line_no and contested.line_key = sold.line_key
    join rules.incentive_names as names using (incentive)
    where lines.change_id is null
        and (lines.distributor, lines.document_no, lines.line_no, lines.line_key,
            lines.matched_sale, contested.incentive) not in (
            select (distributor, document_no, line_no, line_key, coalesce(matched_sale, ''),
                incentive)
            from stated.lines)
),
-- Cents are divided as those of the sale were; what nobody had of it comes last.
weighed as (
    select returns.*, terms.* exclude (sale_id, matched_sale, incentive, amount, base),
        (abs(terms.base) * 100)::hugeint as weight,
        if(base_of = 'recurring', abs(terms.amount) * 100, greatest(
            max(abs(terms.amount) * 100) over one_line,
            sum(abs(terms.base) * 100) over one_line))::hugeint as whole
    from returns
    join intermediate.returned_terms as terms using (sale_id, matched_sale, incentive)
    where terms.base <> 0
    window one_line as (partition by sale_id, matched_sale, incentive)
),
everyone as (
    select * from weighed
    union all by name
    select sale_id, matched_sale, incentive, base_of, amount, whole, whole - weights as weight
    from (
        select sale_id, matched_sale, incentive, base_of, amount, whole,
            sum(weight)::hugeint as weights
        from weighed
        group by sale_id, matched_sale, incentive, base_of, amount, whole
    )
),
cut as (
    select *, (abs(amount) * 100)::hugeint as cents, cents * weight // whole as floor_cents,
        cents * weight % whole as remainder
    from everyone
),
ranked as (
    select *,
        cents - sum(floor_cents) over (partition by sale_id, matched_sale, incentive) as left_over,
        row_number() over (
            partition by sale_id, matched_sale, incentive
            order by remainder desc, partner_id nulls last) as place
    from cut
),
as_stated as (
    select
        md5(concat_ws(chr(31), distributor, document_no, line_no, line_key, partner_id, incentive,
            nullif(matched_sale, '')))::uuid as credit_id,
        sale_id, matched_sale, partner_id, incentive,
        (if(base_of = 'recurring', (2 * cents * weight + whole) // (2 * whole),
            floor_cents + if(place <= left_over, 1, 0)) * sign(amount)::hugeint)::decimal(18,0)
            * 0.01::decimal(3,2) as base,
        month, document_date, distributor, document_no, line_no, line_key, terms_document,
        terms_line, terms_date, version, year_start, period_start, position_family, level,
        schedule, status_on
    from ranked
    where partner_id is not null
),
by_facts as (
    select due.credit_id, due.sale_id, due.matched_sale, due.partner_id, due.incentive
    from intermediate.due_credits as due
    semi join returns using (sale_id, matched_sale, incentive)
)
select * replace (base::decimal(18,2) as base) from as_stated
union all by name
select by_facts.*, 0 as base
from by_facts
anti join as_stated using (credit_id)
