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
        k.registered_on, k.expires_on, k.status, i.lead_days, i.window_days, i.own_deals, w.weight,
        d.reason as not_entitled
    from intermediate.incentive_lines as l
    join intermediate.deal_claims as k
        on k.deal_id = l.deal_id and k.from_date <= l.terms_date and l.terms_date <= k.to_date
    left join rules.incentives as i using (version, incentive)
    left join rules.weights as w
        on w.version = l.version and w.incentive = l.incentive and w.role = k.role
    left join intermediate.entitled_days as d
        on d.partner_id = k.partner_id and d.who = i.who and d.version = l.version
        and d.terms_date = l.terms_date
    where l.credits = 'claims' and coalesce(l.reason, 'before_the_programme')
        = 'before_the_programme'
),
reasons as (
    select m.* exclude (not_entitled),
        case
            when m.version is null then 'before_the_programme'
            when m.status <> 'approved' then 'not_approved'
            when m.partner_id is null then 'unknown_partner'
            when m.weight is null then 'unknown_role'
            when m.not_entitled is not null then m.not_entitled
            when m.terms_date < m.registered_on + m.lead_days then 'before_its_window'
            when m.terms_date > m.registered_on + m.window_days then 'after_its_window'
            when m.terms_date > m.expires_on then 'expired'
            when m.partner_id = m.buyer_id and not m.own_deals then 'own_purchase'
        end as reason
    from pairs as m
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
