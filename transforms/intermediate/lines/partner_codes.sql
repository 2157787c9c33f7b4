-- The partner each code means to each sender, by day. A code that could mean two partners is
-- ambiguous, and its lines are held. A partner that a complete file no longer lists gives its codes
-- up to whoever has them then.
--
-- grain: sender, code, from_date
-- sender      distributor or feed that uses the code; * for every one
-- code        the partner's id, or an alias from the directory or that a person has accepted
-- from_date, to_date
-- partner_id  null where the code is ambiguous; of who is outside, the id of that row
-- meanings
with names as (
    select '*' as sender, partner_id as code, partner_id, date '1900-01-01' as from_date,
        date '9999-12-31' as to_date, false as has_ended
    from (select distinct subject as partner_id from intermediate.record_days
        where kind = 'partners')
    union all
    select
        split_part(item, '=', 1), substr(item, strpos(item, '=') + 1), partner_id, from_date,
        to_date, has_ended
    from intermediate.partner_items
    where attribute = 'alias'
    union all
    select sender, code, partner_id, date '1900-01-01', date '9999-12-31', false
    from rules.aliases
),
senders as (
    select distinct sender from names
),
possible as (
    select s.sender, n.code, n.partner_id, n.from_date, n.to_date, n.has_ended
    from senders as s
    join names as n on n.sender = s.sender or n.sender = '*'
),
edges as (
    select sender, code, from_date as edge from possible
    union
    select sender, code, to_date + 1 from possible where to_date < date '9999-12-31'
),
pieces as (
    select sender, code, edge as from_date,
        coalesce(lead(edge) over (partition by sender, code order by edge) - 1,
            date '9999-12-31') as to_date
    from edges
),
meant as (
    select pieces.sender, pieces.code, pieces.from_date, pieces.to_date,
        if(bool_and(has_ended), list(distinct partner_id),
            list(distinct partner_id) filter (where not has_ended)) as partners
    from pieces
    join possible
        on possible.sender = pieces.sender and possible.code = pieces.code
        and possible.from_date <= pieces.from_date and pieces.from_date <= possible.to_date
    group by pieces.sender, pieces.code, pieces.from_date, pieces.to_date
)
select sender, code, from_date, to_date, if(len(partners) = 1, partners[1], null) as partner_id,
    len(partners) as meanings
from meant
