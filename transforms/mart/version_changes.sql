-- What a month that was taken back and is stated anew says differently from the
-- version before: line by line, and in the figures of the summary. Points are whole,
-- all else is in the programme currency.
--
-- grain: partner_id, month, what, module, distributor, document_no, line_no, line_key
-- partner_id     the partner
-- month          first day of the month
-- what           line, or the figure: payable, carried_in, money_entries, status_points or spendable
-- module         of a line: distribution, resell or sell_with
-- distributor    code of the sender
-- document_no    the document
-- line_no        its line
-- line_key       the rest of the key a feed declares
-- document_date  day of the document
-- base_before    of a line
-- base_after     of a line
-- amount_before  what a line had earned, or the figure was
-- amount_after   and is now
-- points_before  what a line had earned by amount, or the balance was
-- points_after   and is now
with months as (
    select distinct month from stated.replaced_pay
),
lines as (
    select coalesce(n.partner_id, o.partner_id) as partner_id, coalesce(n.month, o.month) as month, 'line' as what, coalesce(n.module, o.module) as module,
        coalesce(n.distributor, o.distributor) as distributor, coalesce(n.document_no, o.document_no) as document_no, coalesce(n.line_no, o.line_no) as line_no,
        coalesce(n.line_key, o.line_key) as line_key, coalesce(n.document_date, o.document_date) as document_date,
        coalesce(o.base, 0) as base_before, coalesce(n.base, 0) as base_after, coalesce(o.earned, 0) as amount_before, coalesce(n.earned, 0) as amount_after,
        coalesce(o.points, 0) as points_before, coalesce(n.points, 0) as points_after
    from (select * from mart.statement_lines where month in (select month from months)) as n
    full join stated.replaced_lines as o
        on o.month = n.month and o.partner_id = n.partner_id and o.module = n.module and o.distributor = n.distributor
        and o.document_no = n.document_no and o.line_no = n.line_no and o.line_key = n.line_key
    where o.base is distinct from n.base or o.earned is distinct from n.earned or o.points is distinct from n.points
),
paid as (
    select coalesce(n.partner_id, o.partner_id) as partner_id, coalesce(n.month, o.month) as month, unnest([
            {what: 'payable', was: o.payable, now: n.payable, points_were: 0, points_are: 0},
            {what: 'carried_in', was: o.carried_in, now: n.carried_in, points_were: 0, points_are: 0},
            {what: 'money_entries', was: o.money_entries, now: n.money_entries, points_were: 0, points_are: 0},
            {what: 'status_points', was: 0, now: 0, points_were: o.status_points, points_are: n.status_points},
            {what: 'spendable', was: 0, now: 0, points_were: o.spendable, points_are: n.spendable}]) as figure
    from (select * from mart.payables where month in (select month from months)) as n
    full join stated.replaced_pay as o on o.month = n.month and o.partner_id = n.partner_id
)
select partner_id, month, what, module, distributor, document_no, line_no, line_key, document_date, base_before, base_after, amount_before, amount_after,
    points_before, points_after
from lines
union all
select partner_id, month, figure.what, null, null, null, null, null, null, null, null, coalesce(figure.was, 0)::decimal(18,2), coalesce(figure.now, 0)::decimal(18,2),
    coalesce(figure.points_were, 0)::bigint, coalesce(figure.points_are, 0)::bigint
from paid
where coalesce(figure.was, 0) <> coalesce(figure.now, 0) or coalesce(figure.points_were, 0) <> coalesce(figure.points_are, 0)
