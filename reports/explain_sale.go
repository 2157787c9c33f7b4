package reports

// Which lines a document and line may mean for a partner: $1 the partner, $2 the
// document, $3 the line, $4 the distributor or nothing.
const (
	lineSales = `with theirs as (
			select sale_id, month, distributor, document_no, line_no, document_date, deal_id, file_name, file_line from mart.statement_lines where partner_id = $1
			union
			select sale_id, month, distributor, document_no, line_no, document_date, deal_id, file_name, file_line from mart.uncounted_lines where partner_id = $1
			union
			select sale_id, month, distributor, document_no, line_no, document_date, deal_id, file_name, file_line from mart.sell_with_claims where partner_id = $1)
		select * from theirs where document_no = $2 and line_no = $3 and ($4 = '' or distributor = $4) order by distributor, sale_id, month`

	// Of what is held, the partner's own lines, links to its own purchases, and the
	// lines that are nobody's yet, of which only the place is told.
	lineHeld = `with named as (
			select *, coalesce(partner_id = $1, false) or coalesce(distributor_id = $1, false) as is_theirs
			from mart.held_lines where document_no = $2 and line_no = $3 and ($4 = '' or distributor = $4)
		)
		select h.kind, h.is_theirs, h.month, h.held_reason, h.what, h.distributor, h.document_no, h.line_no,
			if(h.is_theirs, h.end_customer, null) as end_customer, if(h.is_theirs, h.sku, null) as sku, if(h.is_theirs, h.net_amount, null) as net_amount,
			if(h.is_theirs, h.currency, null) as currency, h.file_name, h.file_line
		from named as h
		where h.is_theirs or h.kind = 'sales' and h.partner_id is null or h.kind = 'links' and exists (
				select 1 from mart.statement_lines as s
				where s.partner_id = $1 and s.module <> 'sell_with' and s.distributor = h.distributor and s.document_no = h.document_no and s.line_no = h.line_no
				union all
				select 1 from mart.uncounted_lines as u
				where u.partner_id = $1 and u.distributor = h.distributor and u.document_no = h.document_no and u.line_no = h.line_no)
		order by h.kind, h.file_id, h.file_line`
)

// What became of one line: $1 the partner, $2 the line, $3 the month, $4 whether
// what is another partner's is told too.
const (
	saleCredits = `select l.sale_id, l.month, l.module, l.partner_id, n.name as partner_name, g.currency as programme_currency, l.document_date, l.distributor,
			l.document_no, l.line_no, l.document_type, l.end_customer, l.sku, l.product_name, l.family,
			if(l.module <> 'sell_with' or $4, l.quantity, null) as quantity, if(l.module <> 'sell_with' or $4, l.net_amount, null) as net_amount,
			if(l.module <> 'sell_with' or $4, l.currency, null) as currency, if(l.module <> 'sell_with' or $4, l.rate, null) as rate,
			if(l.module <> 'sell_with' or $4, l.rate_date, null) as rate_date, if(l.module <> 'sell_with' or $4, l.amount, null) as amount,
			if(l.module <> 'sell_with' or $4, l.returns_document, null) as returns_document,
			if(l.module <> 'sell_with' or $4, l.returns_line, null) as returns_line, l.returned_sale_id is not null as is_return_found,
			l.base, l.period_start, l.place, l.walk_lo, l.walk_hi, l.lo, l.hi, l.level, l.method, l.schedule, l.before_cap, l.earned, l.points, l.deal_id,
			l.terms_date, l.rules_hash, l.file_name, l.file_line, l.mends_month, l.cause, l.stated_file, l.stated_line, g.name as version_name, g.from_date as version_from, p.points as points_rule,
			p.per as points_per, v.level as level_at_end, v.level_next
		from mart.statement_lines as l
		join mart.programme as g on g.rules_hash = l.rules_hash
		join mart.partners as n on n.partner_id = l.partner_id
		join mart.partner_levels as v on v.partner_id = l.partner_id and v.month = l.month
		left join mart.point_rules as p on p.rules_hash = l.rules_hash and p.kind = 'amount' and p.subject = l.module
			and (l.module <> 'sell_with' or l.terms_date >= g.points_from)
		where l.partner_id = $1 and l.sale_id = $2 and l.month = $3::date order by l.module`

	saleSlices = `select module, tranche, from_amount, to_amount, rate, base, fill_before, fill_after,
			round(fill_before * rate, 2)::decimal(18,2) as paid_before, round(fill_after * rate, 2)::decimal(18,2) as paid_after, earned
		from mart.tranche_slices
		where partner_id = $1 and sale_id = $2 and month = $3::date order by module, if(base < 0, -tranche, tranche)`

	// Under volume the whole of x earns at the rate it has reached; under block what
	// lies in full tranches earns, each at its own. The last rate of a width goes on
	// in tranches of that width.
	saleEnds = `with ends as (
			select l.module, l.method, l.schedule, e.side, e.x
			from mart.statement_lines as l
			cross join lateral (values ('hi', l.hi), ('lo', l.lo)) as e(side, x)
			where l.partner_id = $1 and l.sale_id = $2 and l.month = $3::date and l.method in ('volume', 'block')
		),
		reached as (
			select e.module, e.method, e.side, e.x, r.tranche, r.rate, r.from_amount, r.to_amount, r.width,
				if(e.x < 0, r.tranche = 1, r.from_amount <= e.x and (r.to_amount is null or e.x < r.to_amount)) as is_reached,
				if(r.to_amount is null and r.width is not null and e.x > r.from_amount, (((e.x - r.from_amount) * 100)::hugeint // (r.width * 100)::hugeint)::bigint, 0)
					as full_beyond
			from ends as e
			join mart.rules as r on r.schedule = e.schedule
		),
		paying as (
			select *, (full_beyond::decimal(18,0) * coalesce(width, 0))::decimal(18,2) as beyond,
				case
					when x < 0 or method = 'volume' then if(is_reached, x, 0)
					when to_amount <= x then to_amount - from_amount
					else full_beyond::decimal(18,0) * coalesce(width, 0)
				end::decimal(18,2) as paying
			from reached
		)
		select module, method, side, x, x < 0 as is_below_zero, max(tranche + full_beyond) filter (where is_reached)::bigint as tranche,
			max(rate) filter (where is_reached) as rate, max(from_amount + beyond) filter (where is_reached)::decimal(18,2) as from_amount,
			max(coalesce(to_amount, from_amount + beyond + width)) filter (where is_reached)::decimal(18,2) as to_amount,
			(x - max(from_amount + beyond) filter (where is_reached))::decimal(18,2) as filled,
			(max(coalesce(to_amount, from_amount + beyond + width)) filter (where is_reached) - x)::decimal(18,2) as left,
			round(sum(paying * rate), 2)::decimal(18,2) as paid
		from paying group by module, method, side, x order by module, side`

	saleShares = `select partner_id, roles, base, if($4, numerator, null) as numerator, if($4, denominator, null) as denominator, if($4, amount, null) as amount
		from mart.sell_with_credits
		where sale_id = $2 and month = $3::date and (partner_id = $1 or $4) order by partner_id`

	saleClaims = `select partner_code, partner_id, role, registered_on, is_counted, reason
		from mart.sell_with_claims
		where sale_id = $2 and month = $3::date and (partner_id = $1 or $4) order by role, registered_on, partner_code`

	saleNotCounted = `select sale_id, partner_id, month, module, reason, document_date, distributor, document_no, line_no, document_type, end_customer, sku,
			product_name, family, quantity, net_amount, currency, rate, rate_date, base as amount, (select max(currency) from mart.programme) as programme_currency, deal_id, terms_date, returns_document, returns_line,
			returned_sale_id is not null as is_return_found, file_name, file_line
		from mart.uncounted_lines
		where sale_id = $2 and month = $3::date and (partner_id = $1 or partner_id is null) order by module`
)
