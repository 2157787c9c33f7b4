-- Partners that an unknown code could mean. The score is out of 100: 70 for alike names, 20 for the
-- same town, 10 for the same country. A proposal counts only after a person writes the alias into
-- the partner file.
--
-- grain: distributor, partner_code, partner_id
-- distributor, partner_code, partner_name
-- partner_id  the partner it could be
-- name        name of that partner, as the directory has it
-- score
-- alias  what to add to the partner's aliases
with codes as (
    select
        u.distributor, u.partner_code, u.partner_name, lower(strip_accents(u.partner_town)) as town,
        lower(u.partner_country) as country, n.plain_name
    from mart.unknown_codes as u
    join intermediate.plain_names as n on n.name = u.partner_name
),
candidates as (
    select
        p.partner_id, p.name, lower(strip_accents(p.town)) as town, lower(p.country) as country,
        n.plain_name
    from mart.partners as p
    join intermediate.plain_names as n using (name)
),
scored as (
    select s.distributor, s.partner_code, s.partner_name, k.partner_id, k.name,
        (jaro_winkler_similarity(s.plain_name, k.plain_name) * 70)::integer
        + if(s.town = k.town, 20, 0) + if(s.country = k.country, 10, 0) as score
    from codes as s
    cross join candidates as k
)
select
    distributor, partner_code, partner_name, partner_id, name, coalesce(score, 0)::integer as score,
    distributor || '=' || partner_code as alias
from scored
where score >= 55
