-- Which differences from what was stated move by themselves, and which wait for a person. Late
-- lines, held lines that now count, and what a sender corrects on its own lines move by themselves.
-- Everything else has been changed by somebody else, and waits. A change is named by what changes,
-- to what, and by the credits that it moves, so a decision holds for it in whatever file it comes
-- again, and for nothing more. An incentive that takes the place of a stated one on the same line,
-- because the two do not go together, belongs to the same change.
--
-- grain: credit_id
-- credit_id
-- kind         what has changed: code, product, partner, deal, missing, unread or rules
-- subject      which one
-- change       to what
-- change_id
-- is_accepted  it moves; false: a person has refused it; null: it waits
with shared as (
    select distinct distributor, document_no, line_no, line_key
    from stated.lines
    semi join intermediate.adjusting_credits
        using (distributor, document_no, line_no, line_key)
    where stated.lines.incentive in (
        select incentive from rules.incentive_names where credits = 'claims')
),
claims as (
    select deal_id, string_agg(distinct concat_ws(' ', partner_code, role, status), ', '
        order by concat_ws(' ', partner_code, role, status)) as claimants
    from intermediate.deal_claims
    group by deal_id
),
judged as (
    select c.credit_id, c.partner_id, c.incentive, c.distributor, c.base, causes.*
        exclude (credit_id),
        case
            when causes.is_own or causes.cause = 'late' then true
            when c.is_stated then false
            when causes.cause = 'counted_later' then coalesce(causes.closing_reason, '') not in
                ('other_basis', 'other_family', 'other_product', 'partner_inactive',
                    'module_not_held', 'not_admitted_yet', 'other_partner_type', 'other_country',
                    'outside', 'before_the_programme')
            when causes.cause = 'claims' then shared.document_no is null
            else false
        end as moves,
        claims.claimants
    from intermediate.adjusting_credits as c
    join intermediate.adjustment_causes as causes using (credit_id)
    left join shared
        on shared.distributor = c.distributor and shared.document_no = c.document_no
        and shared.line_no = c.line_no and shared.line_key = c.line_key
    left join claims using (deal_id)
),
named as (
    select credit_id, base, moves,
        case
            when cause = 'claims' then 'deal'
            when cause = 'other_partner' then 'code'
            when cause in ('other_basis', 'other_family', 'other_product')
                or closing_reason in ('other_basis', 'other_family', 'other_product')
                then 'product'
            when cause = 'held' then 'missing'
            when cause = 'withdrawn' then 'unread'
            when cause in ('amount', 'rate') then 'rules'
            else 'partner'
        end as kind,
        case
            when cause = 'claims' then deal_id
            when cause = 'other_partner' then concat_ws(' ', distributor, partner_code)
            when cause in ('other_basis', 'other_family', 'other_product')
                or closing_reason in ('other_basis', 'other_family', 'other_product') then sku
            when cause = 'held' then concat_ws(' ', distributor, partner_code, sku)
            when cause = 'withdrawn' then stated_file
            when cause in ('amount', 'rate') then incentive
            else concat_ws(' ', partner_id, incentive)
        end as subject,
        case
            when cause = 'claims' then concat('is claimed by ', coalesce(claimants, 'nobody'))
            when cause = 'other_partner' then concat('is ', coalesce(buyer_id, 'nobody'))
            when cause = 'counted_later' then 'counts'
            else cause
        end as change
    from judged
),
-- The stated credit whose place a new one takes.
replaced as (
    select new.credit_id, min(old.credit_id) as old_credit_id
    from intermediate.adjusting_credits as new
    join rules.incentives as its on its.version = new.version and its.incentive = new.incentive
    join intermediate.adjusting_credits as old
        using (distributor, document_no, line_no, line_key, matched_sale, partner_id)
    join rules.incentives as olds on olds.version = new.version and olds.incentive = old.incentive
    where not new.is_stated and old.is_stated and not old.is_due
        and (its.excludes & (1::bigint << (olds.place - 1)) <> 0
            or olds.excludes & (1::bigint << (its.place - 1)) <> 0)
    group by new.credit_id
),
grouped as (
    select n.credit_id, n.base, n.moves and coalesce(old.moves, true) as moves,
        if(n.moves and not old.moves, old.kind, n.kind) as kind,
        if(n.moves and not old.moves, old.subject, n.subject) as subject,
        if(n.moves and not old.moves, old.change, n.change) as change
    from named as n
    left join replaced as r using (credit_id)
    left join named as old on old.credit_id = r.old_credit_id
),
identified as (
    select *, md5(concat_ws(chr(31), kind, subject, change,
        string_agg(concat_ws(' ', credit_id, if(kind in ('rules', 'missing'), base, null)), ',')
            over (partition by kind, subject, change, moves order by credit_id
            rows between unbounded preceding and unbounded following))) as change_id
    from grouped
)
select i.credit_id, i.kind, i.subject, i.change, i.change_id,
    i.moves or d.is_accepted as is_accepted
from identified as i
left join rules.changes as d using (change_id)
