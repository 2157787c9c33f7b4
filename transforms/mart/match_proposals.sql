-- Whom an unknown code could mean, with a score out of 100: 70 for the likeness of
-- the names without accents, capitals and legal forms, 20 for the same town, 10
-- for the same country. A proposal counts for nothing until a person writes the
-- alias into the partner file.
--
-- grain: distributor, partner_code, partner_id
-- distributor   code of the sender
-- partner_code  in its words
-- partner_name  how it calls the partner
-- partner_id    who it could be
-- name          as the directory has it
-- score         out of 100
-- alias         what to add to the partner's aliases
with spoken as (
    select distributor, partner_code, partner_name, lower(strip_accents(partner_town)) as town, lower(partner_country) as country,
        trim(regexp_replace(regexp_replace(lower(strip_accents(partner_name)), '[^a-z0-9]+', ' ', 'g'),
            '\b(gmbh|ag|kg|ohg|ug|sarl|sas|sa|ltd|limited|llc|inc|plc|bv|srl|spa)\b', '', 'g')) as plain_name
    from mart.unknown_codes
    where partner_name is not null
),
known as (
    select partner_id, name, lower(strip_accents(town)) as town, lower(country) as country,
        trim(regexp_replace(regexp_replace(lower(strip_accents(name)), '[^a-z0-9]+', ' ', 'g'),
            '\b(gmbh|ag|kg|ohg|ug|sarl|sas|sa|ltd|limited|llc|inc|plc|bv|srl|spa)\b', '', 'g')) as plain_name
    from mart.partners
),
scored as (
    select s.distributor, s.partner_code, s.partner_name, k.partner_id, k.name,
        (jaro_winkler_similarity(s.plain_name, k.plain_name) * 70)::integer + if(s.town = k.town, 20, 0) + if(s.country = k.country, 10, 0) as score
    from spoken as s
    cross join known as k
)
select distributor, partner_code, partner_name, partner_id, name, coalesce(score, 0)::integer as score, distributor || '=' || partner_code as alias
from scored
where score >= 55
