-- The differences between a restated month and its last final edition: lines, postings and figures
-- of the summary. Points are whole numbers; amounts are in the programme currency.
--
-- grain: partner_id, month, what, incentive, distributor, document_no, line_no, line_key
-- partner_id, month
-- what       line, money_entry or posting, or what the summary says: name, payable, paid_amount
--            (in the partner's own currency), carried_in, carried_out, money_entries, level,
--            modules, status_points or spendable
-- incentive  name of the incentive of a line; null for what is no line
-- distributor
-- document_no  number of the document, or the posting
-- line_no      number of the line in its document; null for what is no line
-- line_key
-- document_date  day of the document, or of the posting
-- changed        of a line: the other columns that differ; of a posting: what it is for; of a
--                level, modules or a paid amount: before > after
-- base_before    of a line: base it had, in the programme currency; null for what is no line
-- base_after     of a line: base it has now, in the programme currency; null for what is no line
-- amount_before  what a line had earned, or the figure was, in the programme currency
-- amount_after   what a line earns now, or the figure is now, in the programme currency
-- points_before  points that a line had earned by amount, or that the balance was
-- points_after   points that a line earns by amount now, or that the balance is now
with months as (
    select distinct month from stated.replaced_pay
),
lines as (
    select
        coalesce(n.partner_id, o.partner_id) as partner_id, coalesce(n.month, o.month) as month,
        coalesce(n.incentive, o.incentive) as incentive,
        coalesce(n.distributor, o.distributor) as distributor,
        coalesce(n.document_no, o.document_no) as document_no,
        coalesce(n.line_no, o.line_no) as line_no,
        coalesce(n.line_key, o.line_key) as line_key,
        coalesce(n.document_date, o.document_date) as document_date,
        if(n.partner_id is null or o.partner_id is null, '', concat_ws(', ',
            if(o.document_date is distinct from n.document_date, 'document_date', null),
            if(o.document_type is distinct from n.document_type, 'document_type', null),
            if(o.end_customer is distinct from n.end_customer, 'end_customer', null),
            if(o.sku is distinct from n.sku, 'sku', null),
            if(o.product_name is distinct from n.product_name, 'product_name', null),
            if(o.family is distinct from n.family, 'family', null),
            if(o.quantity is distinct from n.quantity, 'quantity', null),
            if(o.net_amount is distinct from n.net_amount, 'net_amount', null),
            if(o.currency is distinct from n.currency, 'currency', null),
            if(o.rate is distinct from n.rate, 'rate', null),
            if(o.amount is distinct from n.amount, 'amount', null),
            if(o.deal_id is distinct from n.deal_id, 'deal_id', null),
            if(o.level is distinct from n.level, 'level', null),
            if(o.schedule is distinct from n.schedule, 'schedule', null),
            if(o.lo is distinct from n.lo or o.hi is distinct from n.hi, 'position', null)))
            as changed,
        coalesce(o.base, 0) as base_before, coalesce(n.base, 0) as base_after,
        coalesce(o.earned, 0) as amount_before, coalesce(n.earned, 0) as amount_after,
        coalesce(o.points, 0) as points_before, coalesce(n.points, 0) as points_after
    from (select * from mart.statement_lines where month in (select month from months)) as n
    full join stated.replaced_lines as o using (month, credit_id)
),
entries as (
    select
        coalesce(n.partner_id, o.partner_id) as partner_id, coalesce(n.month, o.month) as month,
        coalesce(n.entry_id, o.entry_id) as entry_id,
        coalesce(n.posted_on, o.posted_on) as posted_on, coalesce(n.reason, o.reason) as reason,
        o.amount as was, n.amount as is_now
    from (select * from mart.money_entries where month in (select month from months)) as n
    full join stated.replaced_entries as o using (month, partner_id, entry_id)
    where o.amount is distinct from n.amount or o.posted_on is distinct from n.posted_on
        or o.reason is distinct from n.reason
),
postings as (
    select
        coalesce(n.partner_id, o.partner_id) as partner_id,
        date_trunc('month', coalesce(n.posted_on, o.posted_on))::date as month,
        coalesce(n.entry, o.entry) as entry, coalesce(n.posted_on, o.posted_on) as posted_on,
        coalesce(n.source, o.source, n.kind, o.kind) as source,
        o.points as were, n.points as are
    from (select * from mart.points_ledger
        where date_trunc('month', posted_on) in (select month from months)
            and kind not in ('purchase', 'sell_with')) as n
    full join (select * from stated.replaced_points where kind not in ('purchase', 'sell_with'))
        as o on o.entry = n.entry
    where o.points is distinct from n.points or o.posted_on is distinct from n.posted_on
),
paid as (
    select
        coalesce(n.partner_id, o.partner_id) as partner_id, coalesce(n.month, o.month) as month,
        unnest([
            {what: 'payable', changed: '', was: o.payable, is_now: n.payable, were: 0, are: 0},
            {what: 'paid_amount',
                changed: concat(
                    coalesce(if(o.paid_currency is null, o.payable, o.paid_amount)::varchar, '?'),
                    ' ', coalesce(o.paid_currency, g.currency), ' > ',
                    coalesce(n.paid_amount::varchar, '?'), ' ', n.paid_currency),
                was: 0,
                is_now: if(n.paid_currency <> g.currency
                    and (n.paid_currency, n.paid_amount)
                        is distinct from (o.paid_currency, o.paid_amount), 1, 0),
                were: 0, are: 0},
            {what: 'carried_in', changed: '', was: o.carried_in, is_now: n.carried_in, were: 0,
                are: 0},
            {what: 'carried_out', changed: '', was: o.carried_out, is_now: n.carried_out, were: 0,
                are: 0},
            {what: 'money_entries', changed: '', was: o.money_entries, is_now: n.money_entries,
                were: 0, are: 0},
            {what: 'level', changed: concat_ws(' > ', o.level, n.level), was: 0,
                is_now: if(o.level is distinct from n.level, 1, 0), were: 0, are: 0},
            {what: 'modules', changed: concat(o.modules, ' > ', n.modules), was: 0,
                is_now: if(o.modules is distinct from n.modules, 1, 0), were: 0, are: 0},
            {what: 'status_points', changed: '', was: 0, is_now: 0, were: o.status_points,
                are: n.status_points},
            {what: 'spendable', changed: '', was: 0, is_now: 0, were: o.spendable,
                are: n.spendable}]) as figure
    from (select * from mart.payables where month in (select month from months)) as n
    full join stated.replaced_pay as o using (month, partner_id)
    cross join rules.programme as g
)
select
    partner_id, month, 'line' as what, incentive, distributor, document_no, line_no, line_key,
    document_date, changed, base_before, base_after,
    amount_before, amount_after, points_before, points_after
from lines
where base_before <> base_after or amount_before <> amount_after or points_before <> points_after
    or changed <> ''
union all
select
    partner_id, month, 'money_entry', null, null, entry_id, null, null, posted_on, reason, null,
    null, coalesce(was, 0), coalesce(is_now, 0), 0, 0
from entries
union all
select
    partner_id, month, 'posting', null, null, entry, null, null, posted_on, source, null, null, 0,
    0, coalesce(were, 0), coalesce(are, 0)
from postings
union all
select
    n.partner_id, o.month, 'name', null, null, null, null, null, null,
    concat(o.name, ' > ', n.name), null, null, 0, 0, 0, 0
from stated.replaced_partners as o
join mart.partners as n using (partner_id)
anti join stated.closings as c using (month)
where o.name <> n.name
union all
select
    partner_id, month, figure.what, null, null, null, null, null, null, figure.changed, null, null,
    if(figure.what in ('level', 'modules', 'paid_amount'), 0,
        coalesce(figure.was, 0))::decimal(18,2),
    if(figure.what in ('level', 'modules', 'paid_amount'), 0,
        coalesce(figure.is_now, 0))::decimal(18,2),
    coalesce(figure.were, 0)::bigint, coalesce(figure.are, 0)::bigint
from paid
where coalesce(figure.was, 0) <> coalesce(figure.is_now, 0)
    or coalesce(figure.were, 0) <> coalesce(figure.are, 0)
