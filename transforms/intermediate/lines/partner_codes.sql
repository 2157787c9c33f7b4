-- The partner each code means to each sender. A code that could mean two partners is ambiguous, and
-- its lines are held. In the list of aliases, a | in a code is doubled.
--
-- grain: sender, code
-- sender      distributor or feed that uses the code; * for every one
-- code        the partner's id, or an alias from the directory
-- partner_id  null where the code is ambiguous
-- meanings
with names as (
    select '*' as sender, partner_id as code, partner_id
    from intermediate.partners
    union
    select
        split_part(item, '=', 1), replace(substr(item, strpos(item, '=') + 1), chr(31), '|'),
        partner_id
    from (select partner_id, unnest(string_split(replace(aliases, '||', chr(31)), '|')) as item
        from intermediate.partners where aliases is not null)
),
senders as (
    select distinct sender from names
),
possible as (
    select s.sender, n.code, n.partner_id
    from senders as s
    join names as n on n.sender = s.sender or n.sender = '*'
)
select
    sender, code, if(count(distinct partner_id) = 1, min(partner_id), null) as partner_id,
    count(distinct partner_id) as meanings
from possible
group by sender, code
