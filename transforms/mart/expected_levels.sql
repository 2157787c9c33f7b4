-- The level that each partner comes to hold in each month after that of the run, at its pace:
-- worked out by the models themselves, run to the end of the programme year. There are rows where
-- the configuration asks to look ahead.
--
-- grain: partner_id, month, held_in
-- partner_id
-- month    first day of the month of the run
-- held_in  first day of the month to come
-- level
select l.partner_id, g.month, l.month as held_in, l.level
from expected.levels as l
cross join expected.pace as g
where l.level is not null
