-- Manual adjustments of money and guaranteed minimums in the open months: what each should be, less
-- what the closed months have stated.
--
-- grain: entry_id, partner_id
-- entry_id, partner_id
-- month  month it is stated in
-- posted_on, amount, reason, entered_by
-- incentive    of a guaranteed minimum; null for what people enter
-- file_name, file_line, adjusts_month, cause, stated_file,
-- stated_line
-- stated_amount  what closed months have stated of it
-- change       what became of a stated entry; null where nothing was stated
-- change_id
-- is_accepted  it moves; false: a person has refused it; null: it waits
with newest as (
    select entry_id, max(file_id) as file_id, arg_max(line, file_id) as line
    from staging.entries
    group by entry_id
),
due as (
    select
        e.entry_id, e.partner_id, e.posted_on, e.amount, e.reason, e.entered_by,
        null as incentive, f.file_name,
        e.line as file_line
    from intermediate.entries as e
    join staging.files as f using (file_id)
    where e.kind = 'money_adjustment' and e.held_reason is null
    union all
    select
        concat_ws(' ', 'guarantee', incentive, period_start), partner_id, ends_on, amount,
        concat('guaranteed minimum from ', period_start, ' to ', ends_on), 'the programme',
        incentive, null, null
    from intermediate.guarantees
),
stated as (
    select
        entry_id, partner_id, sum(amount) as amount, max(posted_on) as posted_on,
        min(month) as month, arg_max(reason, month) as reason,
        arg_max(entered_by, month) as entered_by, min(incentive) as incentive,
        arg_max(file_name, month) as file_name,
        arg_max(file_line, month) as file_line
    from stated.entries
    group by entry_id, partner_id
),
compared as (
    select
        coalesce(d.entry_id, s.entry_id) as entry_id,
        coalesce(d.partner_id, s.partner_id) as partner_id,
        date_trunc('month', greatest(coalesce(d.posted_on, s.posted_on), p.first_open))::date
        as month,
        greatest(coalesce(d.posted_on, s.posted_on), p.first_open) as posted_on,
        (coalesce(d.amount, 0) - coalesce(s.amount, 0))::decimal(18,2) as amount,
        coalesce(d.reason, s.reason) as reason,
        coalesce(d.entered_by, s.entered_by) as entered_by,
        coalesce(d.incentive, s.incentive) as incentive,
        coalesce(d.file_name, f.file_name) as file_name, coalesce(d.file_line, n.line) as file_line,
        case when s.entry_id is not null then s.month
        when d.posted_on < p.first_open then date_trunc('month', d.posted_on)::date
        end as adjusts_month,
        case when s.entry_id is not null and d.entry_id is null then 'withdrawn'
        when s.entry_id is not null then 'amount'
            when d.posted_on < p.first_open then 'late' end as cause,
        s.file_name as stated_file, s.file_line as stated_line,
        coalesce(s.amount, 0)::decimal(18,2) as stated_amount, d.amount as due_amount
    from due as d
    full join stated as s using (entry_id, partner_id)
    cross join rules.programme as p
    left join newest as n on n.entry_id = s.entry_id
    left join staging.files as f using (file_id)
    where s.entry_id is null or coalesce(d.amount, 0) <> s.amount
),
-- An entry changes as a whole, also where it moves from one partner to another.
identified as (
    select * exclude (due_amount),
        bool_or(stated_file is not null) over (partition by entry_id) or entry_id in (
            select split_part(source, ':', 1) from stated.points
            where kind in ('bonus', 'redemption'))
        as moves_stated,
        string_agg(if(due_amount is null, concat('is withdrawn from ', partner_id),
            concat('becomes ', due_amount, ' for ', partner_id)), ', ') over (
            partition by entry_id order by partner_id
            rows between unbounded preceding and unbounded following) as change
    from compared
),
named as (
    select *, md5(concat_ws(chr(31), 'entry', entry_id, change)) as change_id from identified
)
select i.* exclude (moves_stated), not i.moves_stated or d.is_accepted as is_accepted
from named as i
left join rules.changes as d using (change_id)
