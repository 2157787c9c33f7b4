-- Each line with each incentive of its programme version: what would count of it for whom, or why
-- it does not count. A line before the programme is judged by the first version, and an incentive
-- that its partner keeps by agreement as in the version that it signed.
--
-- grain: sale_id, incentive
-- sale_id, incentive
-- place         of the incentive in its version
-- credits       buyer, distributor or claims
-- base_of       what of a line counts: amount, quantity, recurring or activities
-- partner_id    whom it would credit; null where the buyer is outside, and for claims
-- base, amount, terms_date, version, deal_id
-- buyer_id      the buying partner
-- is_unnamed    a return that is matched to sales: its parts count, not itself
-- counts_returns  documents of returns count
-- change_id
-- reason        why it does not count; null when it does, unless another incentive keeps it from
--               counting
with incentives as (
    select * from rules.incentives
    union all
    select i.* replace (-1 as version)
    from rules.incentives as i
    where i.version = (select arg_min(version, begins) from rules.versions)
),
lines as (
    select *, coalesce(version, -1) as judged_by, false as by_agreement
    from intermediate.valued_lines
    union all
    select l.*, k.version, true
    from intermediate.valued_lines as l
    join (select distinct sale_id, version from intermediate.agreed_lines) as k using (sale_id)
)
select
    l.sale_id, i.incentive, i.place, i.credits, i.base as base_of,
    case i.credits when 'buyer' then l.partner_id when 'distributor' then l.distributor_id end
    as partner_id,
    case i.base
        when 'quantity' then l.quantity::decimal(18,2)
        when 'activities' then l.quantity::decimal(18,2)
        when 'recurring' then v.annual_value
        else l.amount
    end as base, l.amount, l.terms_date, if(l.by_agreement, i.version, l.version) as version,
    l.deal_id, l.partner_id as buyer_id, l.is_unnamed,
    i.document_types is null or list_contains(i.document_types, 'return') as counts_returns,
    l.change_id,
    case
        when i.credits = 'buyer' and l.is_outside then 'outside'
        when i.basis is not null and not list_contains(i.basis, l.basis) then 'other_basis'
        when i.families is not null and not list_contains(i.families, l.family)
            then 'other_family'
        when i.skus is not null and not list_contains(i.skus, l.sku) then 'other_product'
        when i.document_types is not null
            and not list_contains(i.document_types, l.document_type) then 'other_document_type'
        when i.contracts is not null and not coalesce(list_contains(i.contracts, v.contract), false)
            then 'other_contract'
        when l.version is null then 'before_the_programme'
        when l.terms_date < i.from_date then 'before_its_days'
        when l.terms_date > i.to_date then 'after_its_days'
        when i.base = 'quantity'
            and (l.quantity is null or l.quantity::decimal(18,2) <> l.quantity)
            then 'no_quantity'
        when i.base = 'recurring' and v.annual_value is null then 'no_annual_value'
        when d.reason is not null then d.reason
        when v.line_value < i.least_line then 'below_least_line'
        when v.document_value < i.least_document then 'below_least_document'
        when v.deal_value < i.least_deal then 'below_least_deal'
    end as reason
from lines as l
join incentives as i on i.version = l.judged_by
left join intermediate.agreed_lines as k
    on k.sale_id = l.sale_id and k.incentive = i.incentive
left join intermediate.entitled_days as d
    on d.partner_id = case i.credits when 'buyer' then l.partner_id
        when 'distributor' then l.distributor_id end -- who claims is judged with its claim
        and d.who = i.who and d.version = i.version and d.terms_date = l.terms_date
left join intermediate.line_values as v on v.sale_id = l.sale_id
where (i.base = 'activities') = (l.document_type = 'activity')
    and (i.credits <> 'distributor' or l.distributor_id is not null)
    and if(l.by_agreement, k.version = i.version, k.sale_id is null)
