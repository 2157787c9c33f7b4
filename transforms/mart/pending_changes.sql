-- The changes that wait for a person, and what each would move, by partner and month. Until
-- somebody accepts a change, the old version counts and a new line is held.
--
-- grain: change_id, partner_id, month
-- change_id   names the change, by what changes and to what
-- kind        what changes, of lines: number_used_again, other_count, possible_duplicate,
--             corrections_over_the_limit or withdrawn; of what lines depend on: code, product,
--             partner, deal, missing, unread or rules; entry, certifications or redemption
-- subject     which line, feed, code, product, partner, deal or posting
-- change      to what
-- partner_id  the partner whose statement it would move; null where it moves none
-- month       the month it would adjust or belong to; null where it moves none
-- lines       how many credits or postings it would move
-- base        by how much it would move the base, in the programme currency
-- amount      by how much it would move margin and money entries, in the programme currency,
--             reckoned after everything that counts
-- points      by how many points
with credits as (
    select c.change_id, c.partner_id, coalesce(c.adjusts_month, c.posting_month) as month,
        count(*) as lines, sum(c.base) as base, sum(e.earned) as amount, sum(e.points) as points
    from intermediate.movements as c
    join intermediate.earnings as e using (credit_id)
    where c.change_id is not null
    group by c.change_id, c.partner_id, coalesce(c.adjusts_month, c.posting_month)
),
names as (
    select distinct change_id, kind, subject, change from intermediate.line_changes
    union
    select distinct change_id, kind, subject, change
    from intermediate.adjustment_decisions
    where is_accepted is null
),
lines as (
    select names.*, credits.partner_id, credits.month, credits.lines, credits.base, credits.amount,
        credits.points
    from names
    left join credits using (change_id)
),
entries as (
    select change_id, 'entry' as kind, entry_id as subject, change, partner_id,
        adjusts_month as month, 1 as lines, 0 as base, amount, 0 as points
    from intermediate.entry_deltas
    where is_accepted is null
),
postings as (
    select change_id, any_value(change_kind) as kind, any_value(subject) as subject,
        any_value(change) as change, partner_id, adjusts_month as month, count(*) as lines,
        0 as base, 0 as amount, sum(points) as points
    from intermediate.posting_deltas
    where is_accepted is null
    group by change_id, partner_id, adjusts_month
),
redemptions as (
    select change_id, 'redemption' as kind, subject, change, partner_id,
        coalesce(adjusts_month, date_trunc('month', posted_on)::date) as month, 1 as lines,
        0 as base, 0 as amount, -points as points
    from intermediate.overdrawn_redemptions
    where is_accepted is null
),
changes as (
    select * from lines
    union all by name
    select * from entries
    union all by name
    select * from postings
    union all by name
    select * from redemptions
)
select change_id, kind, subject, change, partner_id, month, coalesce(lines, 0)::bigint as lines,
    coalesce(base, 0)::decimal(18,2) as base, coalesce(amount, 0)::decimal(18,2) as amount,
    coalesce(points, 0)::bigint as points
from changes
