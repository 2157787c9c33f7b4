-- The affected credits: those whose base today differs from what the closed months have stated.
-- Most credits are unchanged and have no row here.
--
-- grain: credit_id
-- credit_id
-- base  the credit delta: what the credit should be, less what was stated
-- stated_month
-- sale_id       null when the credit does not count today
-- matched_sale  likewise
-- month, document_date
select
    credit_id, (coalesce(due.base, 0) - stated.base)::decimal(18,2) as base,
    stated.stated_month, due.sale_id, due.matched_sale, due.month, due.document_date
from intermediate.stated_credits as stated
left join intermediate.due_credits as due using (credit_id)
where coalesce(due.base, 0) <> stated.base
