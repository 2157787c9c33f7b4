-- The running position of each partner before and after each movement, and the points the movement
-- earns by amount. Points are whole points after it less whole points before it, both rounded
-- toward minus infinity, by the rule of the day of its terms, and up to the most it allows. The
-- sequence continues from the closed months. What waits for a person comes last, and so moves no
-- other position.
--
-- grain: credit_id
-- credit_id
-- lo           running base of the period before it, in the programme currency
-- hi           the same after it
-- document_lo  running base of its document, or of the one it returns, before it
-- document_hi  the same after it
-- sequence
-- points  by amount; may be negative
with stated_years as (
    select partner_id, incentive, year_start, max(sequence) as sequence
    from stated.lines
    group by partner_id, incentive, year_start
),
stated_periods as (
    select partner_id, incentive, year_start, period_start, position_family, sum(base) as base
    from stated.lines
    group by partner_id, incentive, year_start, period_start, position_family
),
stated_documents as (
    select
        partner_id, incentive, year_start, period_start, position_family, distributor,
        terms_document,
        sum(base) as base
    from stated.lines
    where (distributor, terms_document) in (select (distributor, terms_document)
        from intermediate.movements)
    group by partner_id, incentive, year_start, period_start, position_family, distributor,
        terms_document
),
sequenced as (
    select
        credit_id, partner_id, incentive, base, version, terms_date, year_start, period_start,
        position_family, distributor, terms_document,
        row_number() over (
            partition by partner_id, incentive, year_start
            order by change_id nulls first, posting_month, document_date, distributor, document_no,
                line_no, line_key, sale_id, terms_date desc, matched_sale desc) as sequence
    from intermediate.movements
),
summed as (
    select *,
        sum(base) over (
            partition by partner_id, incentive, year_start, period_start, position_family
            order by sequence
            rows between unbounded preceding and current row)::decimal(18,2) as hi
    from sequenced
),
-- Only incentives with the method document need it.
summed_by_document as (
    select credit_id,
        sum(base) over (
            partition by partner_id, incentive, year_start, period_start, position_family,
            distributor,
            terms_document order by sequence
            rows between unbounded preceding and current row)::decimal(18,2) as hi
    from sequenced
    where incentive in (select incentive from rules.incentives where method = 'document')
),
positioned as (
    select m.credit_id, m.incentive, m.version, m.terms_date,
        (coalesce(p.base, 0) + m.hi - m.base)::decimal(18,2) as lo,
        (coalesce(p.base, 0) + m.hi)::decimal(18,2) as hi,
        (coalesce(d.base, 0) + b.hi - m.base)::decimal(18,2) as document_lo,
        (coalesce(d.base, 0) + b.hi)::decimal(18,2) as document_hi,
        coalesce(y.sequence, 0) + m.sequence as sequence
    from summed as m
    left join summed_by_document as b using (credit_id)
    left join stated_years as y using (partner_id, incentive, year_start)
    left join stated_periods as p
        using (partner_id, incentive, year_start, period_start, position_family)
    left join stated_documents as d
        using (partner_id, incentive, year_start, period_start, position_family, distributor,
            terms_document)
),
ruled as (
    select
        w.*, r.points as rate, coalesce(r.most, 9223372036854775807) as most,
        -- Whole units and cents apart: a decimal of 18 digits times 100 may not fit.
        trunc(w.lo)::bigint * 100 + ((w.lo - trunc(w.lo)) * 100)::bigint as lo_cents,
        trunc(w.hi)::bigint * 100 + ((w.hi - trunc(w.hi)) * 100)::bigint as hi_cents,
        (r.per * 100)::bigint as per
    from positioned as w
    left join rules.point_rates as r
        on r.version = w.version and r.incentive = w.incentive and r.from_date <= w.terms_date
        and w.terms_date <= r.to_date
),
-- The points of a position are floor(position * rate / per). Quotient and remainder are apart, so
-- that products fit 64 bits (128 bits are slow). A negative remainder needs a correction to floor.
parts as (
    select
        *, lo_cents // per - if(lo_cents % per < 0, 1, 0) as lo_whole,
        lo_cents % per + if(lo_cents % per < 0, per, 0) as lo_rest,
        hi_cents // per - if(hi_cents % per < 0, 1, 0) as hi_whole,
        hi_cents % per + if(hi_cents % per < 0, per, 0) as hi_rest
    from ruled
)
select credit_id, lo, hi, document_lo, document_hi, sequence,
    coalesce(least(hi_whole * rate + hi_rest * rate // per, most)
        - least(lo_whole * rate + lo_rest * rate // per, most), 0)::bigint as points
from parts
