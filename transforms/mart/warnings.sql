-- What is probably a mistake in the rules or in the data, and moves no figure: base that earns
-- nothing because the rules say nothing of it, names in the rules that nothing answers to, and
-- names in the data that no rule has. It is about the open months and about the programme versions
-- that hold in them or later. Nothing waits for it.
--
-- grain: kind, what, name, incentive, level, family
-- kind       earns_nothing; not_in_data: a name in the rules that nothing answers to; not_in_rules:
--            a name in the data that no rule has
-- what       what it is about: base, target, family, product, activity, role, certification,
--            category, partner_type, currency, or version: of the programme, in an agreement
-- name       the name that stands alone; empty for base
-- incentive  the incentive that earns nothing, or whose schedule has the name; empty elsewhere
-- level      the level without a schedule; empty elsewhere
-- family     the family without a schedule; empty: every other family, or not about one
-- nearest    the name of the other side that is spelt most alike; null: none is
-- rows       how many lines, claims, certifications or partners it is about; null for rules
-- base       the base that earned nothing, in the programme currency; null for names
-- partners   whom it is about, the first three; null where it is about the rules
-- sentence   the warning in words, and what to do
with current_versions as (
    select v.version
    from rules.versions as v
    cross join rules.programme as p
    where v.to_date > p.first_open
),
unpaid_lines as (
    select l.incentive, l.level, l.position_family as family, l.partner_id, l.base,
        if(i.target is null, 'base', 'target') as what
    from mart.statement_lines as l
    join rules.versions as v on v.hash = l.rules_hash
    join rules.incentives as i on i.version = v.version and i.incentive = l.incentive
    cross join rules.programme as p
    anti join stated.lines as stated using (credit_id)
    where l.schedule is null and l.month >= p.first_open
        and not i.pays_nothing and l.terms_date >= i.money_from
),
unpaid as (
    select what, incentive, level, family, count(*) as rows, sum(base) as base,
        list_sort(list(distinct partner_id)) as partner_ids
    from unpaid_lines
    group by what, incentive, level, family
),
-- Names of the rules.
ruled as (
    select distinct 'family' as what, s.family as name, s.incentive
    from rules.schedules as s
    semi join current_versions using (version)
    where s.family is not null
    union
    select 'family', unnest(families), incentive
    from rules.incentives
    semi join current_versions using (version)
    union
    select if(base = 'activities', 'activity', 'product'), unnest(skus), incentive
    from rules.incentives
    semi join current_versions using (version)
    union
    select 'version', name, '' from rules.versions where from_date is not null
    union
    select 'role', w.role, '' from rules.weights as w semi join current_versions using (version)
    union
    select 'certification', c.code, ''
    from rules.certifications as c
    semi join current_versions using (version)
    union
    select 'partner_type', a.partner_type, ''
    from rules.admissions as a
    semi join current_versions using (version)
    union
    select 'category', m.category, ''
    from (
        select version, category from rules.minimums
        union
        select version, category from rules.category_caps
    ) as m
    semi join current_versions using (version)
),
claims as (
    select distinct d.deal_id, d.partner_code, d.role, d.partner_id
    from intermediate.deal_claims as d
    cross join rules.programme as p
    where d.to_date >= p.first_open
),
held_certifications as (
    select c.certification_code as code, c.partner_code
    from staging.certifications as c
    semi join intermediate.standing_records as s using (file_id, line)
    cross join rules.programme as p
    where c.is_valid and c.expires_on >= p.first_open
),
-- Names of the data.
known as (
    select 'family' as what, family as name, null as owner from intermediate.products
    union all
    select 'product', sku, null from intermediate.products
    union all
    select 'activity', a.activity_code, null
    from staging.activities as a
    semi join intermediate.standing_records as s using (file_id, line)
    union all
    select 'version', item, partner_id from intermediate.partner_items where attribute = 'agreement'
    union all
    select 'role', role, coalesce(partner_id, partner_code) from claims
    union all
    select 'certification', code, partner_code from held_certifications
    union all
    select 'partner_type', partner_type, partner_id
    from intermediate.partners
    where partner_type is not null
    union all
    select 'category', c.category, null
    from rules.certifications as c
    semi join current_versions using (version)
    union all
    select 'currency', currency, partner_id from intermediate.partners
),
known_names as (
    select what, name, count(*) as rows, list_sort(list(distinct owner)) as partner_ids
    from known
    group by what, name
),
rates as (
    select distinct 'currency' as what, currency as name from intermediate.rates
),
-- Both sides have names: a programme without certifications lacks none.
compared as (
    select 'not_in_data' as kind, r.what, r.name, r.incentive, null::bigint as rows,
        null::varchar[] as partner_ids
    from ruled as r
    semi join known_names as k using (what)
    anti join known_names as same using (what, name)
    where r.what <> 'version'
    union all
    select 'not_in_rules', k.what, k.name, '', k.rows, k.partner_ids
    from known_names as k
    semi join (select what from ruled union select what from rates) as r using (what)
    anti join (select what, name from ruled union select what, name from rates) as same
        using (what, name)
    where k.what not in ('family', 'product', 'activity', 'category')
),
-- At most one letter in four differs, whatever their case and accents.
likenesses as (
    select c.kind, c.what, c.name, o.name as other,
        damerau_levenshtein(lower(strip_accents(c.name)), lower(strip_accents(o.name))) as distance
    from compared as c
    join (
        select 'not_in_data' as kind, what, name from known_names
        union
        select 'not_in_rules', what, name from ruled
    ) as o using (kind, what)
    where distance * 4 <= length(c.name)
),
nearest as (
    select kind, what, name, other as nearest
    from likenesses
    qualify row_number() over (partition by kind, what, name order by distance, other) = 1
),
warned as (
    select 'earns_nothing' as kind, what, '' as name, incentive, level, family,
        null as nearest, rows, base, partner_ids
    from unpaid
    union all
    select c.kind, c.what, c.name, c.incentive, '', '', n.nearest, c.rows, null, c.partner_ids
    from compared as c
    left join nearest as n using (kind, what, name)
    -- A type without a rule is admitted, which is usual.
    where c.kind = 'not_in_data' or c.what <> 'partner_type' or n.nearest is not null
),
named as (
    select w.*, p.currency as programme_currency,
        array_to_string(partner_ids[1:3], ', ')
        || if(len(partner_ids) > 3, concat(' and ', len(partner_ids) - 3, ' more'), '') as partners,
        '; ' || nearest || ' is spelt alike' as likeness,
        if(family = '', '', concat(' for the family ', family)) as for_family,
        concat('{level: ', level, if(family = '', '', concat(', family: ', family)),
            ', pays: nothing}') as entry
    from warned as w
    cross join rules.programme as p
),
counted as (
    select *,
        concat(rows, if(rows = 1, ' line', ' lines'), ' of ', partners, ' with a base of ',
            base::decimal(18,2), ' ', programme_currency, ' earned nothing') as lines_earned_nothing
    from named
)
select kind, what, name, incentive, level, family, nearest, rows, base::decimal(18,2) as base,
    nullif(partners, '') as partners,
    concat(case
        when what = 'target' then concat(incentive, ' is measured by a target: ',
            lines_earned_nothing, ', because there is no target above 0 for their period')
        when kind = 'earns_nothing' then concat(incentive, ' has no schedule at ', level,
            for_family, ': ', lines_earned_nothing, '; add it to the rules, or write ', entry,
            ' where that is meant')
        when kind = 'not_in_data' and what = 'family' then concat(incentive,
            ' names the product family ', name, ', and no product has it')
        when kind = 'not_in_data' and what = 'product' then concat(incentive,
            ' names the product ', name, ', and there is none')
        when kind = 'not_in_data' and what = 'activity' then concat(incentive,
            ' names the activity ', name, ', and nobody has done it')
        when kind = 'not_in_data' and what = 'role' then concat('the rules give the role ', name,
            ' a weight, and no deal has it')
        when kind = 'not_in_data' and what = 'certification' then concat(
            'the rules give points for the certification ', name, ', and nobody holds it')
        when kind = 'not_in_data' and what = 'category' then concat('the rules name the category ',
            name, ', and no certification of theirs is in it')
        when kind = 'not_in_data' then concat('the rules admit the partner type ', name,
            ' from a day on, and no partner has it')
        when what = 'role' then concat(rows, if(rows = 1, ' claim', ' claims'), ' of ', partners,
            ' with the role ', name, ', which has no weight in the rules and earns nothing')
        when what = 'version' then concat(rows, if(rows = 1, ' agreement', ' agreements'), ' of ',
            partners, ' with ', name, ', which is no version of the programme')
        when what = 'certification' then concat(rows, if(rows = 1, ' certification ',
            ' certifications '), name, ' of ', partners, ', for which the rules give no points')
        when what = 'partner_type' then concat(rows, if(rows = 1, ' partner', ' partners'),
            ' of the type ', name, ' (', partners,
            '), which no admission names, so that they may earn')
        else concat(rows, if(rows = 1, ' partner', ' partners'), ' with the currency ', name, ' (',
            partners, '), of which there is no rate')
    end, likeness) as sentence
from counted
