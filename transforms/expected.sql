-- The schema expected: what the same models make of the months to come, where the configuration
-- asks for it. Without it the tables are empty.
create table pace (month date, first_month date, months integer);
create table lines (
    partner_id varchar, incentive varchar, position_family varchar, period_start date, month date,
    sequence bigint, lo decimal(18,2), hi decimal(18,2), base decimal(18,2),
    earned decimal(18,2), method varchar, schedule varchar);
create table slices (
    partner_id varchar, incentive varchar, position_family varchar, period_start date,
    schedule varchar, tranche bigint, earned decimal(18,2));
create table levels (partner_id varchar, month date, level varchar);
