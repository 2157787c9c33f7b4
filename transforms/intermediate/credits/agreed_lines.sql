-- The lines that an incentive counts as its partner has agreed, and by which version. Of several
-- agreements on a day the one that begins last holds, and of these the later version.
--
-- grain: sale_id, incentive
-- sale_id, incentive
-- version  the version that the partner keeps
with agreed as (
    select a.*, i.incentive, i.credits
    from intermediate.agreements as a
    join rules.incentives as i using (version)
    where i.by_agreement
),
kept as (
    select l.sale_id, a.incentive, a.version, a.from_date
    from agreed as a
    join intermediate.valued_lines as l
        on l.partner_id = a.partner_id and a.from_date <= l.terms_date
        and l.terms_date <= a.to_date
    where a.credits = 'buyer' and l.version is not null
    union all
    select l.sale_id, a.incentive, a.version, a.from_date
    from agreed as a
    join intermediate.valued_lines as l
        on l.distributor_id = a.partner_id and a.from_date <= l.terms_date
        and l.terms_date <= a.to_date
    where a.credits = 'distributor' and l.version is not null
)
select sale_id, incentive, arg_max(version, row(from_date, version)) as version
from kept
group by sale_id, incentive
