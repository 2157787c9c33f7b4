-- The cause of each difference between what a credit should be and what was stated, and the files
-- it comes from.
--
-- grain: credit_id
-- credit_id, cause
-- is_own          its sender has changed the line so
-- closing_reason  why the line did not count at the last closing
-- partner_code, sku
-- buyer_id        the buying partner today
-- deal_id
-- file_name  the file of the current line, or the complete file that no longer holds it; of an
--            unchanged line, the file of the newest row about its product, rate, partner or deal
-- file_line  null where the file no longer holds the line
-- stated_file, stated_line
with adjusting as (
    select * from intermediate.adjusting_credits
),
-- The version of each line that was stated last, as its sender wrote it.
stated_versions as (
    select distributor, document_no, line_no, line_key, max(stated.sale_id) as sale_id
    from stated.lines as stated
    semi join adjusting using (distributor, document_no, line_no, line_key)
    group by distributor, document_no, line_no, line_key
),
written as (
    select v.distributor, v.document_no, v.line_no, v.line_key, v.sale_id, s.partner_code, s.sku,
        s.document_date, s.deal_id, s.net_amount
    from stated_versions as v
    left join staging.sales as s using (sale_id)
),
-- Other partners credited for the same line and incentive, as stated and today.
stated_for_others as (
    select
        a.credit_id,
        bool_or(stated.partner_id <> a.partner_id and stated.incentive = a.incentive)
        as was_anothers
    from adjusting as a
    join stated.lines as stated using (distributor, document_no, line_no, line_key)
    group by a.credit_id
),
due_to_others as (
    select distinct a.credit_id
    from adjusting as a
    join intermediate.due_credits as due
        using (distributor, document_no, line_no, line_key, incentive)
    where due.partner_id <> a.partner_id
),
-- The complete file that no longer holds the line.
withdrawn_by as (
    select sales.distributor, sales.document_no, sales.line_no, sales.line_key,
        arg_max(files.file_name, files.file_id) as file_name
    from intermediate.superseded_lines as superseded
    join staging.sales as sales using (sale_id)
    join staging.files as files on files.file_id = superseded.lacking_file_id
    group by sales.distributor, sales.document_no, sales.line_no, sales.line_key
),
last_closing as (
    select *
    from stated.waiting
    where month = (select first_open - to_months(1) from rules.programme)
),
reasons as (
    select sale_id, matched_sale, incentive, reason
    from intermediate.purchase_credits
    semi join intermediate.adjusted_lines as adjusted using (sale_id)
),
compared as (
    select
        a.credit_id, a.incentive, a.partner_id, a.is_due, a.is_stated, today.sale_id,
        names.credits = 'claims' as is_for_claims, names.credits = 'buyer' as is_for_buyer,
        today.partner_id as buyer_id, today.held_reason, today.sku, today.currency,
        today.rate_date, today.deal_id, today.partner_code, withdrawn.file_name is not null
        as is_withdrawn, today.sale_id <> written.sale_id as is_newer,
        today.partner_code is distinct from written.partner_code
            or today.document_date is distinct from written.document_date as is_other_buyer,
        today.sku is distinct from written.sku
            or today.document_date is distinct from written.document_date as is_other_product,
        today.deal_id is distinct from written.deal_id as is_other_deal,
        landed.sha256 is not null as had_landed,
        held.reason as was_held_for, uncounted.reason as was_uncounted_for,
        others.was_anothers, due.credit_id is not null as is_anothers, reasons.reason,
        today.net_amount <> terms.net_amount as is_other_amount,
        today.amount <> terms.amount as is_other_value,
        today.sale_id = terms.sale_id as is_same_version,
        coalesce(today.file_name, withdrawn.file_name, terms.file_name) as file_name,
        case
            when today.file_name is not null then today.file_line
            when withdrawn.file_name is null then terms.file_line
        end as file_line,
        terms.file_name as stated_file, terms.file_line as stated_line
    from adjusting as a
    join rules.incentive_names as names using (incentive)
    left join intermediate.adjusted_lines as today using (credit_id)
    left join intermediate.stated_terms as terms using (credit_id)
    left join stated.files as landed
        on landed.sha256 = today.sha256 and landed.month = a.adjusts_month
    left join written
        on written.distributor = a.distributor and written.document_no = a.document_no
        and written.line_no = a.line_no and written.line_key = a.line_key
    left join stated_for_others as others using (credit_id)
    left join due_to_others as due using (credit_id)
    left join withdrawn_by as withdrawn
        on withdrawn.distributor = a.distributor and withdrawn.document_no = a.document_no
        and withdrawn.line_no = a.line_no and withdrawn.line_key = a.line_key
    left join reasons
        on reasons.sale_id = today.sale_id and reasons.matched_sale = a.matched_sale
        and reasons.incentive = a.incentive
    left join last_closing as held on held.sale_id = today.sale_id and held.incentive is null
    left join last_closing as uncounted
        on uncounted.sale_id = today.sale_id and uncounted.incentive = a.incentive
),
caused as (
    select *,
        case
            when not is_stated and is_for_claims and was_anothers is not null
                then 'claims'
            when not is_stated and was_anothers then 'other_partner'
            when not is_stated and had_landed then 'counted_later'
            when not is_stated then 'late'
            when not is_due and is_anothers and not is_for_claims then 'other_partner'
            when not is_due and is_for_buyer and buyer_id <> partner_id then 'other_partner'
            when not is_due and sale_id is null then 'withdrawn'
            when not is_due and held_reason is not null then 'held'
            when not is_due and reason is not null then reason
            when is_other_amount then 'amount'
            when is_other_value then 'rate'
            when is_for_claims then 'claims'
            else 'amount'
        end as cause
    from compared
),
-- The kind of fact that changes the value of an unchanged line.
sources as (
    select *,
        case
            when cause = 'claims' then 'deals'
            when cause = 'rate' then 'fx_rates'
            when cause in ('other_basis', 'other_family', 'other_product') then 'products'
            when cause <> 'counted_later' then 'partners'
            when coalesce(was_held_for, was_uncounted_for) in ('unknown_partner',
                'ambiguous_partner', 'module_not_held', 'not_admitted_yet', 'partner_inactive',
                'other_partner_type', 'other_country')
                then 'partners'
            when coalesce(was_held_for, was_uncounted_for) in ('unknown_product', 'other_basis',
                'other_family', 'other_product')
                then 'products'
            when was_held_for in ('unknown_currency', 'no_rate', 'amount_too_large')
                then 'fx_rates'
            when is_for_claims then 'deals'
        end as kind
    from caused
    where (is_same_version or had_landed)
        and cause not in ('late', 'withdrawn', 'amount', 'held')
),
subjects as (
    select credit_id, kind, unnest([
        {kind: 'products', subject: sku},
        {kind: 'fx_rates', subject: concat_ws(' ', currency, rate_date)},
        {kind: 'partners', subject: partner_id},
        {kind: 'partners', subject: buyer_id},
        {kind: 'deals', subject: if(kind = 'deals' or is_for_claims, deal_id, null)}
    ]) as named
    from sources
),
newest as (
    select subjects.credit_id, max(facts.file_id) as file_id,
        arg_max(facts.line, facts.file_id * 10000000000 + facts.line) as line
    from subjects
    join intermediate.newest_facts as facts
        on facts.kind = subjects.named.kind and facts.subject = subjects.named.subject
    where coalesce(subjects.kind, facts.kind) = facts.kind
    group by subjects.credit_id
)
select
    caused.credit_id, caused.cause,
    coalesce(case
        when caused.cause = 'withdrawn' then caused.is_withdrawn
        when caused.cause in ('other_basis', 'other_family', 'other_product')
            then caused.is_newer and caused.is_other_product
        when caused.cause = 'held' then caused.is_newer and caused.held_reason not in
            ('future_date', 'amount_over_limit', 'amount_too_large')
        when caused.cause in ('amount', 'rate') then caused.is_newer
        when caused.cause = 'claims' then caused.is_newer and (caused.is_other_deal
            or caused.is_other_buyer or caused.is_other_amount or caused.is_other_product)
        else caused.is_newer and caused.is_other_buyer
    end, false) as is_own,
    coalesce(caused.was_uncounted_for, caused.was_held_for) as closing_reason,
    caused.partner_code, caused.sku, caused.buyer_id, caused.deal_id,
    coalesce(files.file_name, caused.file_name) as file_name,
    if(files.file_id is null, caused.file_line, newest.line) as file_line, caused.stated_file,
    caused.stated_line
from caused
left join newest using (credit_id)
left join staging.files as files using (file_id)
