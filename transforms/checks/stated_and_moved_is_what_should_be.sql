-- All movements of a credit add up to what it should be today, but for what a person has not
-- accepted. A credit whose day is now after the run is left out.
with movements as (
    select credit_id, sum(base) as base from mart.statement_lines group by credit_id
)
select credit_id, movements.base as stated_and_moved, due.base as due
from movements
full join intermediate.due_credits as due using (credit_id)
cross join rules.programme as p
where coalesce(movements.base, 0) <> coalesce(due.base, 0) and p.first_open <= p.through_month
    and coalesce(due.month, p.through_month) <= p.through_month
    and credit_id not in (select credit_id from intermediate.adjustment_decisions
        where is_accepted is not true)
    and credit_id not in (select credit_id from intermediate.returns_as_stated)
