-- Each movement of a statement: one sell-out line x one partner x one module,
-- with where it stood in the partner's period and the file and line it is from.
--
-- grain: sale_id, partner_id, module
-- partner_id        who is credited
-- month             first day of the month it is stated in
-- module            distribution, resell or sell_with
-- place             its place in the partner's, module's and programme year's order, from 1
-- document_date     day of the document
-- distributor       code of the sender
-- document_no       the document
-- line_no           its line
-- document_type     sale or return
-- end_customer      who uses it
-- sku               stock-keeping unit
-- product_name      in words
-- family            of products
-- quantity          negative on a return
-- net_amount        of the line, in the document's currency
-- currency          of the document
-- rate              what one unit of it was worth in the programme currency
-- rate_date         the day that rate was published for; null in the programme currency
-- amount            of the line, in the programme currency
-- base              the partner's part of it, in the programme currency
-- period_start      first day of the period its running base began in
-- walk_lo           the partner's running base in that period before it; points are counted along it
-- walk_hi           and after it
-- lo                the position its tranches go by before it: of its document under method document, otherwise walk_lo
-- hi                and after it
-- level             the partner's on the day of its terms
-- method            how it is paid: marginal, block, document or volume; null when nothing is paid
-- schedule          number of the schedule in mart.rules; null when nothing is paid
-- before_cap        earned by the schedule alone, in the programme currency
-- earned            after the cap of the programme year, in the programme currency
-- points            earned by amount
-- deal_id           the registered deal
-- terms_date        the day whose rules hold: of the line it returns, or its own
-- returns_document  the document a return gives back, as the distributor names it
-- returns_line      and its line
-- returned_sale_id  the line it returns; null when it names none, or none that is one sale on or before its day
-- rules_hash        of the programme version it was worked out under
-- sale_id           file and line in one number
-- file_name         what the sender called the file
-- file_line         physical line in it
select c.partner_id, c.posting_month as month, c.module, w.place, l.document_date, l.distributor, l.document_no, l.line_no, l.document_type,
    l.end_customer, l.sku, l.product_name, l.family, l.quantity, l.net_amount, l.currency, l.rate, l.rate_date, l.amount, c.base, c.period_start,
    w.lo as walk_lo, w.hi as walk_hi, e.lo, e.hi,
    e.level, if(e.schedule is null, null, e.method) as method, e.schedule, e.before_cap, e.earned, coalesce(p.points, 0) as points,
    l.deal_id, c.terms_date, l.returns_document, l.returns_line, l.returned_sale_id, v.hash as rules_hash, c.sale_id, f.file_name, l.line as file_line
from intermediate.credits as c
join intermediate.walk as w on w.sale_id = c.sale_id and w.partner_id = c.partner_id and w.module = c.module
join intermediate.earnings as e on e.sale_id = c.sale_id and e.partner_id = c.partner_id and e.module = c.module
left join intermediate.points_by_amount as p on p.sale_id = c.sale_id and p.partner_id = c.partner_id and p.module = c.module
join intermediate.lines as l on l.sale_id = c.sale_id
join rules.versions as v on v.version = c.version
join staging.files as f on f.file_id = l.file_id
