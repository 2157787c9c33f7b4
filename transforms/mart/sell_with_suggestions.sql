-- Sales without a claimed deal that could belong to a registered one: the same end customer by
-- plain name, the same family, and a day in the window of an approved claim that is not the buyer's
-- own. The score is out of 100: 60 for that, 20 if the customer is written the same, 20 if no other
-- deal fits. A suggestion counts only after a person accepts it into the file of links.
--
-- grain: sale_id, deal_id
-- sale_id
-- deal_id  the deal it could belong to
-- month, distributor, document_no, line_no, line_key, document_date
-- partner_id  the partner who bought
-- end_customer
-- deal_customer  end customer, as the deal has it
-- family, amount
-- claimants  who has an approved claim on the deal with the day in its window, separated by a
--            comma; whether it counts (incentive, admission, role, an earlier claim, the buyer's
--            own) is judged once the line belongs to the deal
-- score
with claims as (
    select
        c.deal_id, c.partner_id, c.registered_on, c.expires_on, c.end_customer, c.family,
        c.from_date, c.to_date, n.plain_name
    from intermediate.deal_claims as c
    join intermediate.plain_names as n on n.name = c.end_customer
    where c.status = 'approved' and c.partner_id is not null
),
-- Only names that are on a claim.
names as (
    select name, plain_name
    from intermediate.plain_names
    where plain_name in (select plain_name from claims)
),
unlinked as (
    select
        l.sale_id, l.month, l.distributor, l.document_no, l.line_no, l.line_key, l.document_date,
        l.partner_id, l.end_customer, l.family, l.amount,
        l.terms_date, l.version, n.plain_name
    from intermediate.lines as l
    cross join rules.programme as p
    join names as n on n.name = l.end_customer
    anti join intermediate.deal_claims as c using (deal_id)
    where l.held_reason is null and l.version is not null and l.month <= p.through_month
        and l.document_type = 'sale' and l.sale_id in (
            select sale_id
            from intermediate.incentive_lines
            where credits = 'claims' and reason is null)
),
alike as (
    select
        u.sale_id, c.deal_id, u.month, u.distributor, u.document_no, u.line_no, u.line_key,
        u.document_date, u.partner_id, u.end_customer,
        max(c.end_customer) as deal_customer, u.family, u.amount,
        string_agg(distinct c.partner_id, ', ' order by c.partner_id) as claimants,
        bool_or(c.end_customer = u.end_customer) as is_written_the_same
    from unlinked as u
    join claims as c using (plain_name, family)
    join rules.incentives as v on v.version = u.version and v.credits = 'claims'
    where u.terms_date >= c.registered_on + v.lead_days
        and c.from_date <= u.terms_date and u.terms_date <= c.to_date
        and u.terms_date <= c.registered_on + v.window_days
        and (c.expires_on is null or u.terms_date <= c.expires_on)
    group by u.sale_id, c.deal_id, u.month, u.distributor, u.document_no, u.line_no, u.line_key,
        u.document_date, u.partner_id, u.end_customer, u.family, u.amount
    having bool_or(v.own_deals or c.partner_id is distinct from u.partner_id)
)
select
    sale_id, deal_id, month, distributor, document_no, line_no, line_key, document_date, partner_id,
    end_customer, deal_customer, family, amount, claimants,
    60 + if(is_written_the_same, 20, 0)
    + if(count(*) over (partition by sale_id) = 1, 20, 0) as score
from alike
