-- The schema expected: what the same models make of the months to come, where the configuration
-- asks for it. Without it the tables are empty.
create table pace (month date, first_month date, months integer, last_month date);
create table lines (
    partner_id varchar, incentive varchar, position_family varchar, period_start date, month date,
    sequence bigint, lo decimal(18,2), hi decimal(18,2), base decimal(18,2),
    earned decimal(18,2), method varchar, schedule varchar);
create table slices (
    partner_id varchar, incentive varchar, position_family varchar, period_start date,
    schedule varchar, tranche bigint, earned decimal(18,2));
create table levels (partner_id varchar, month date, level varchar);
-- What is earned in the months to come, and what would be if the partner held its next level.
create table earned (partner_id varchar, earned decimal(18,2));
create table raised (partner_id varchar, level varchar, earned decimal(18,2));
-- In the run that asks for the latter: the level held from a day on, whatever is met.
create table held (partner_id varchar, level varchar, from_date date);
