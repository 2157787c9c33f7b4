-- The incentives of every programme version: whom each credits, which lines it counts, and how they
-- become money. mart.rules has its schedules.
--
-- grain: rules_hash, incentive
-- rules_hash, incentive
-- place           number of its place in the programme's list, from 1
-- credits         buyer, distributor or claims
-- module          that the partner must hold; null: none
-- basis           products of this basis count; null: of any
-- families        products of these families count; null: of any
-- skus            these products count; null: any
-- contracts       lines of these contracts count; null: of any
-- document_types  sale, return; null: both count
-- partner_types   partners of these types earn; null: of any
-- countries       partners in these countries earn; null: in any
-- base            what of a line counts: its amount, its quantity, or its recurring value of a year
-- method
-- period          over which the base accumulates: month, quarter, half or year
-- valid_from      first day whose lines count; null: the version's
-- valid_to        last day whose lines count; null: the version's
-- target          what bounds are percents of: own, or last_year; null: bounds are amounts
-- cap             most that a partner earns, in the programme currency; null: no cap
-- cap_each        what the cap is for: year, the programme year, or period
-- guaranteed      least that a partner earns in a period, in the programme currency; null: nothing
-- pays_nothing    true: it earns points at most
-- money_from      first day whose lines earn money; null: the first
-- lead_days       days after its registration from which a deal counts; null: no claims
-- window_days     days after its registration until which a deal counts; null: no claims
-- own_deals       true: a partner may be credited for what it bought itself; null: no claims
-- unclaimed       rescale: unclaimed roles go to the others; drop: to no one; null: no claims
select
    v.hash as rules_hash, i.incentive, i.place, i.credits, nullif(i.module, '') as module, i.basis,
    i.families, i.skus, i.contracts, i.document_types, i.partner_types, i.countries, i.base,
    i.method, i.period,
    nullif(i.from_date, date '1900-01-01') as valid_from,
    nullif(i.to_date, date '9999-12-31') as valid_to, i.target, i.cap, i.cap_each, i.guaranteed,
    i.pays_nothing,
    nullif(i.money_from, date '1900-01-01') as money_from,
    if(i.credits = 'claims', i.lead_days, null) as lead_days,
    if(i.credits = 'claims', i.window_days, null) as window_days,
    if(i.credits = 'claims', i.own_deals, null) as own_deals,
    if(i.credits = 'claims', if(i.rescale, 'rescale', 'drop'), null) as unclaimed
from rules.incentives as i
join rules.versions as v using (version)
