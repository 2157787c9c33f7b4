-- What each level asks for under each version of the programme.
--
-- grain: rules_hash, level, requirement, category
-- rules_hash, level, requirement, category
-- needs  points, certifications or the least of a measure, whole ones
select
    v.hash as rules_hash, r.level, 'status_points' as requirement, '' as category, r.points as needs
from rules.requirements as r
join rules.versions as v using (version)
union all
select v.hash, r.level, 'certifications', '', r.certifications
from rules.requirements as r
join rules.versions as v using (version)
union all
select v.hash, m.level, 'category', m.category, m.points
from rules.minimums as m
join rules.versions as v using (version)
union all
select v.hash, c.level, 'measure', c.measure, ceil(max(c.least))::bigint
from rules.conditions as c
join rules.versions as v using (version)
group by v.hash, c.level, c.measure
