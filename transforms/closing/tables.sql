-- The schema stated: what closed months have stated, a table for each closing. A line, slice,
-- share, posting and the like is stated once and for all.
create table lines (
    credit_id uuid, partner_id varchar, month date, incentive varchar, sequence bigint,
    document_date date, distributor varchar, document_no varchar, line_no integer,
    line_key varchar, document_type varchar, end_customer varchar, sku varchar,
    product_name varchar, family varchar, quantity decimal(18,4), net_amount decimal(18,6),
    currency varchar, rate decimal(19,9), rate_date date, amount decimal(18,2),
    base decimal(18,2), year_start date, period_start date, position_family varchar,
    running_lo decimal(18,2), running_hi decimal(18,2), lo decimal(18,2), hi decimal(18,2),
    level varchar, method varchar, schedule varchar, by_rate decimal(18,2),
    limited decimal(18,2), cut decimal(18,2), flat decimal(18,2), before_cap decimal(18,2),
    earned decimal(18,2), points bigint, deal_id varchar, terms_date date,
    terms_document varchar, terms_line varchar, returns_document varchar, returns_line integer,
    returned_sale_id bigint, rules_hash varchar, sale_id bigint, file_name varchar,
    file_line bigint, matched_sale varchar);
create table slices (
    credit_id uuid, partner_id varchar, month date, incentive varchar, sale_id bigint,
    year_start date, schedule varchar, tranche bigint, through_tranche bigint,
    from_amount decimal(18,2), to_amount decimal(18,2), rate decimal(18,6),
    fill_before decimal(18,2),
    fill_after decimal(18,2), base decimal(18,2), earned decimal(18,2));
create table targets (
    partner_id varchar, incentive varchar, period_start date, position_family varchar,
    target decimal(18,2), month date);
create table flats (
    credit_id uuid, partner_id varchar, month date, incentive varchar, year_start date,
    earned_by uuid, earned_in date, position varchar, sequence bigint, schedule varchar,
    tranche bigint, reached_at decimal(18,2), amount decimal(18,2));
create table adjustments (
    partner_id varchar, month date, kind varchar, reference varchar, sale_id bigint,
    incentive varchar,
    adjusts_month date, cause varchar, posted_on date, distributor varchar,
    document_no varchar, line_no integer, line_key varchar, description varchar,
    base decimal(18,2), amount decimal(18,2), base_before decimal(18,2),
    amount_before decimal(18,2), points bigint, file_name varchar, file_line bigint,
    stated_file varchar, stated_line bigint);
create table shares (
    sale_id bigint, incentive varchar, month date, deal_id varchar, partner_id varchar,
    roles varchar, numerator bigint, denominator bigint, amount decimal(18,2), base decimal(18,2),
    document_date date, distributor varchar, document_no varchar, line_no integer,
    matched_sale varchar);
create table points (
    entry varchar, origin varchar, partner_id varchar, posted_on date, kind varchar,
    category varchar, points bigint, balance varchar, sale_id bigint, source varchar,
    rules_hash varchar, file_name varchar, file_line bigint, status_on date);
create table balances (
    partner_id varchar, month date, by_amount bigint, by_certificate bigint, by_bonus bigint,
    status_points bigint, certifications bigint, earned bigint, redeemed bigint,
    expired bigint, spendable bigint, spendable_value decimal(18,2));
create table certifications (
    partner_id varchar, month date, person_id varchar, certification_code varchar, from_date date,
    awarded_on date, expires_on date, category varchar, points bigint, counted_points bigint);
create table accruals (
    partner_id varchar, month date, incentive varchar, period_start date, base decimal(18,2),
    earned decimal(18,2), period_base decimal(18,2), period_earned decimal(18,2),
    accrued decimal(18,2), true_up decimal(18,2), true_up_before decimal(18,2));
create table ends (
    partner_id varchar, month date, kind varchar, subject varchar, person_id varchar,
    ends_on date, within bigint, points bigint);
create table levels (
    partner_id varchar, month date, level varchar, level_met varchar, level_next varchar,
    next_level varchar, computed_level varchar, computed_next varchar, first_month date,
    points_needed bigint, points_missing bigint, falls_on date, falls_to varchar, keep_from date);
create table gaps (
    partner_id varchar, month date, next_level varchar, requirement varchar, category varchar,
    has bigint, needs bigint);
create table shortfalls (
    partner_id varchar, month date, level varchar, requirement varchar, category varchar,
    has bigint, needs bigint);
create table pay (
    partner_id varchar, month date, earned decimal(18,2), money_entries decimal(18,2),
    carried_in decimal(18,2), payable decimal(18,2), carried_out decimal(18,2),
    carried_months integer, currency varchar, rate decimal(19,9), rate_date date,
    payable_own decimal(38,4),
    paid_currency varchar, paid_amount decimal(38,4), level varchar, modules varchar,
    status_points bigint, spendable bigint);
create table entries (
    entry_id varchar, partner_id varchar, month date, posted_on date, amount decimal(18,2),
    reason varchar, entered_by varchar, incentive varchar, file_name varchar,
    file_line bigint);
create table partners (
    month date, partner_id varchar, name varchar, country varchar, town varchar,
    currency varchar, language varchar, partner_type varchar, is_active boolean);
create table files (month date, sha256 varchar);
-- What the last closing found held or not counted, and why.
create table waiting (sale_id bigint, incentive varchar, reason varchar, month date);
-- Who closed each month, and who approved it.
create table closings (
    month date, version integer, prepared_by varchar, prepared_at timestamp,
    approved_by varchar);
-- What months that were taken back had stated, in their last final edition.
create table replaced_lines as from @lines;
create table replaced_pay as from @pay;
create table replaced_points as from @points;
create table replaced_entries as from @entries;
create table replaced_partners as from @partners;
