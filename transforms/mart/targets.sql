-- What the bounds of schedules are percents of.
--
-- grain: kind, partner_id, incentive, period_start, position_family, from_date
-- kind             own: as the file of targets says; last_year: the base of the same period a year
--                  before
-- partner_id, incentive
-- period_start     first day of the period it is for
-- position_family, from_date
-- to_date          last day it holds
-- target           in the programme currency, or in units
select kind, partner_id, incentive, period_start, position_family, from_date, to_date, target
from intermediate.targets
