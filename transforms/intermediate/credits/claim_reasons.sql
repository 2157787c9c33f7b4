-- Every claim on a registered deal with every line of that deal that an incentive for claims could
-- count: whether it counts, or why not.
--
-- grain: sale_id, incentive, partner_code, role
-- sale_id, incentive, deal_id, partner_code
-- partner_id  null when unknown
-- role, registered_on, status, weight
-- reason  why it does not count; null when it does, unless another incentive keeps it from counting
with pairs as (
    select
        l.sale_id, l.incentive, l.terms_date, l.version, l.buyer_id, k.deal_id, k.partner_code,
        k.partner_id, k.role,
        k.registered_on, k.expires_on, k.status, i.module, i.partner_types, i.countries,
        i.lead_days, i.window_days, i.own_deals, w.weight, p.is_active, p.partner_type, p.country
    from intermediate.incentive_lines as l
    join intermediate.deal_claims as k
        on k.deal_id = l.deal_id and k.from_date <= l.terms_date and l.terms_date <= k.to_date
    left join rules.incentives as i using (version, incentive)
    left join rules.weights as w
        on w.version = l.version and w.incentive = l.incentive and w.role = k.role
    left join intermediate.partner_days as p
        on p.partner_id = k.partner_id and p.from_date <= l.terms_date
        and l.terms_date <= p.to_date
    where l.credits = 'claims' and coalesce(l.reason, 'before_the_programme')
        = 'before_the_programme'
),
held as (
    select
        m.sale_id, m.incentive, m.partner_code, m.role,
        bool_or(h.admitted_from <= m.terms_date) as is_admitted
    from pairs as m
    join intermediate.held_modules as h
        on h.partner_id = m.partner_id and h.module = m.module and h.version = m.version
        and h.from_date <= m.terms_date and m.terms_date <= h.to_date
    group by m.sale_id, m.incentive, m.partner_code, m.role
),
reasons as (
    select m.*,
        case
            when m.version is null then 'before_the_programme'
            when m.status <> 'approved' then 'not_approved'
            when m.partner_id is null then 'unknown_partner'
            when m.weight is null then 'unknown_role'
            when m.is_active is not true then 'partner_inactive'
            when h.sale_id is null then 'module_not_held'
            when not h.is_admitted then 'not_admitted_yet'
            when not coalesce(m.partner_types is null
                or list_contains(m.partner_types, m.partner_type), false) then 'other_partner_type'
            when not coalesce(m.countries is null or list_contains(m.countries, m.country), false)
                then 'other_country'
            when m.terms_date < m.registered_on + m.lead_days then 'before_its_window'
            when m.terms_date > m.registered_on + m.window_days then 'after_its_window'
            when m.terms_date > m.expires_on then 'expired'
            when m.partner_id = m.buyer_id and not m.own_deals then 'own_purchase'
        end as reason
    from pairs as m
    left join held as h using (sale_id, incentive, partner_code, role)
),
ranked as (
    select *,
        row_number() over (
            partition by sale_id, incentive, role, reason is null order by registered_on,
            partner_id, partner_code) as sequence,
        row_number() over (
            partition by sale_id, incentive, role, partner_id, reason is null
            order by registered_on, partner_code) as same_partner
    from reasons
)
select sale_id, incentive, deal_id, partner_code, partner_id, role, registered_on, status, weight,
    case
        when reason is not null then reason
        when role = 'sourced' and sequence > 1 then 'sourced_earlier_by_another'
        when same_partner > 1 then 'claimed_twice'
    end as reason
from ranked
