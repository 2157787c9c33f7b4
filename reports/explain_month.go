package reports

// What made a month: $1 the partner, $2 the month, $3 whether what is another
// partner's is told too.
const (
	monthPay = `select p.partner_id, p.name, p.is_active, y.month, g.currency as programme_currency, g.name as version_name, g.rules_hash,
			g.minimum_payable, y.earned, y.money_entries, y.carried_in, y.carried_out, y.payable, y.currency, y.rate, y.payable_own,
			l.level, l.level_met, l.level_next, b.by_amount, b.by_certificate, b.by_bonus, b.status_points, b.certifications,
			b.earned as points_earned, b.redeemed, b.expired, b.spendable, a.adjusted, exists (select 1 from mart.level_rules as r where r.rules_hash = g.rules_hash) as has_level_rules
		from mart.payables as y
		join mart.partners as p on p.partner_id = y.partner_id
		join mart.partner_levels as l on l.partner_id = y.partner_id and l.month = y.month
		join mart.point_balances as b on b.partner_id = y.partner_id and b.month = y.month
		join mart.months as m on m.month = y.month
		join mart.programme as g on g.rules_hash = m.rules_hash
		cross join (select sum(earned) as adjusted from mart.statement_lines where partner_id = $1 and month = $2 and mends_month is not null) as a
		where y.partner_id = $1 and y.month = $2`

	monthModules = `select module, lines, base, earned, points, year_base, year_earned
		from mart.statements where partner_id = $1 and month = $2 order by module`

	monthMargin = `select module, valid_from, level, family, method, tranche, from_amount, to_amount, rate, month_base, month_earned, year_base, year_earned
		from mart.margin where partner_id = $1 and month = $2
		order by module, year_start desc, valid_from, level, family nulls first, schedule, tranche`

	monthLines = `select sale_id, module, place, document_date, distributor, if(module <> 'sell_with' or $3, document_no, null) as document_no,
			if(module <> 'sell_with' or $3, line_no, null) as line_no, deal_id, method, schedule, base, walk_lo, walk_hi, lo, hi, earned, points, file_name, file_line
		from mart.statement_lines where partner_id = $1 and month = $2 order by module, place, sale_id`

	monthShares = `select s.deal_id, s.roles, s.document_date, s.distributor, c.file_name, c.file_line
		from mart.sell_with_credits as s
		join (select distinct sale_id, partner_id, file_name, file_line from mart.sell_with_claims where is_counted) as c
			on c.sale_id = s.sale_id and c.partner_id = s.partner_id
		where s.partner_id = $1 and s.month = $2 and s.base = 0 order by s.document_date, s.sale_id`

	monthClaims = `select deal_id, role, registered_on, reason, count(*) as lines, min(document_date) as first_date, max(document_date) as last_date
		from mart.sell_with_claims where partner_id = $1 and month = $2 and not is_counted
		group by deal_id, role, registered_on, reason, partner_code order by deal_id, role, registered_on, reason, partner_code`

	monthEntries = `select entry_id, posted_on, amount, reason, entered_by, file_name, file_line
		from mart.money_entries where partner_id = $1 and month = $2 order by posted_on, entry_id`

	monthPoints = `select posted_on, kind, category, source, points, balance from mart.points_ledger
		where partner_id = $1 and date_trunc('month', posted_on)::date = $2 and kind not in ('purchase', 'sell_with') order by posted_on, entry`

	monthGaps = `select next_level, requirement, category, has, needs
		from mart.level_gaps where partner_id = $1 and month = $2 order by requirement desc, category`

	// A deal that nobody has registered is told to those whose own line names it.
	monthNotCounted = `select u.sale_id, u.partner_id, u.month, u.module, u.reason, u.document_date, u.distributor, u.document_no, u.line_no, u.document_type,
			u.end_customer, u.sku, u.product_name, u.family, u.quantity, u.net_amount, u.currency, u.rate, u.rate_date, u.base as amount,
			(select max(currency) from mart.programme) as programme_currency, u.deal_id,
			u.terms_date, u.returns_document, u.returns_line, u.returned_sale_id is not null as is_return_found, u.file_name, u.file_line
		from mart.uncounted_lines as u
		where u.month = $2 and (u.partner_id = $1 or u.partner_id is null and u.sale_id in (
			select sale_id from mart.statement_lines where partner_id = $1 and month = $2
			union all
			select sale_id from mart.uncounted_lines where partner_id = $1 and month = $2))
		order by u.module, u.document_date, u.distributor, u.document_no, u.line_no, u.sale_id`

	monthHeld = `select kind, true as is_theirs, month, held_reason, what, distributor, document_no, line_no, end_customer, sku, net_amount, currency, file_name, file_line
		from mart.held_lines where (partner_id = $1 or distributor_id = $1) and month = $2 order by kind, file_id, file_line`

	// A slip of a finger or two is forgiven, and so is the other case.
	monthInstead = `select partner_id, min(month) as first_month, max(month) as last_month
		from mart.statement_index where levenshtein(lower(partner_id), lower($1)) <= least(2, length($1) // 3)
		group by partner_id order by partner_id <> $1, levenshtein(lower(partner_id), lower($1)), partner_id limit 1`
)
