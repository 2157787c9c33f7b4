package transforms_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cockroachdb/apd/v3"

	"tranche/transforms/oracle"
)

// directory is what complete files of partners, products, claims, certifications and targets say, and
// the first month that was open when they landed.
type directory struct {
	oracle.Facts
	firstOpen time.Time // zero: none was closed
}

// landed is the day the files landed.
func (d directory) landed() time.Time {
	if d.firstOpen.IsZero() {
		return firstDay
	}
	return d.firstOpen.AddDate(0, 0, 9)
}

// say takes the directory of facts as what newer files say, where it has changed.
func (h *history) say(f oracle.Facts) {
	same := func(d directory) bool {
		return reflect.DeepEqual(d.Partners, f.Partners) && reflect.DeepEqual(d.Codes, f.Codes) &&
			reflect.DeepEqual(d.Products, f.Products) &&
			reflect.DeepEqual(d.Claims, f.Claims) && reflect.DeepEqual(d.Certifications, f.Certifications) &&
			reflect.DeepEqual(d.Targets, f.Targets)
	}
	if n := len(h.directories); n == 0 || !same(h.directories[n-1]) {
		h.directories = append(h.directories, directory{f, h.firstOpen})
	}
}

// later are the queries that put every directory but the first into the store.
func (h *history) later() (q []string) {
	for i, d := range h.directories[1:] {
		for kind, name := range directoryKinds {
			id := 1000*(i+1) + kind
			q = append(q, fmt.Sprintf("insert into store.raw.files values (%d, 'sha%d', '%s.csv', '%s', '%s', 'h', true, "+
				"'%s', %s, 1, 'loaded', null, null, 0, 0, 0, 0, 0, 0, 0, 0, 0, null)", id, id, name, name, name,
				day(d.landed()), date(d.firstOpen)))
		}
		q = append(q, directoryRows(d.Facts, 1000*(i+1))...)
	}
	return append(q, "update store.raw.files set replaces = true where kind in ('partners', 'products', 'deals', "+
		"'certifications', 'targets')", countRecords)
}

// directoryKinds are the kinds by the number of their file.
var directoryKinds = map[int]string{1: "partners", 2: "products", 4: "deals", 5: "certifications", 9: "targets"}

// countRecords counts the rows of the directory's files.
const countRecords = "update store.raw.files as f set records = n, typed = n from (" +
	"select kind, file_id, count(*) as n from (select 'partners' as kind, file_id from store.raw.partners union all " +
	"select 'products', file_id from store.raw.products union all select 'deals', file_id from store.raw.deals " +
	"union all select 'certifications', file_id from store.raw.certifications " +
	"union all select 'targets', file_id from store.raw.targets) group by kind, file_id) as c " +
	"where c.file_id = f.file_id and c.kind = f.kind"

// dated are the facts with the directory by day, as the slow calculation takes them. What is
// new holds for all time. A change holds from the first month that was open when it landed. A
// partner is inactive, and a partner or certification has ended, from the day its file landed.
func (h *history) dated(f oracle.Facts) oracle.Facts {
	f.Partners = overDays(h.directories, func(d directory) []oracle.Partner { return d.Partners },
		func(p oracle.Partner) any { return p.ID }, func(p *oracle.Partner) *oracle.Days { return &p.Days },
		func(was *oracle.Partner, now oracle.Partner, d directory) time.Time {
			if was != nil && was.Active && !now.Active {
				return d.landed()
			}
			return d.firstOpen
		}, func(d directory) time.Time { return d.landed().AddDate(0, 0, 1) })
	newest := map[string]oracle.Partner{}
	for _, p := range f.Partners {
		newest[p.ID] = p
	}
	for i, p := range f.Partners { // modules and levels have days of their own
		f.Partners[i].Modules, f.Partners[i].Levels = newest[p.ID].Modules, newest[p.ID].Levels
		f.Partners[i].Left = newest[p.ID].Left
	}
	from := func(d directory) time.Time { return d.firstOpen }
	f.Products = overDays(h.directories, func(d directory) []oracle.Product { return d.Products },
		func(p oracle.Product) any { return p.SKU }, func(p *oracle.Product) *oracle.Days { return &p.Days },
		func(_ *oracle.Product, _ oracle.Product, d directory) time.Time { return d.firstOpen }, from)
	f.Claims = overDays(h.directories, func(d directory) []oracle.Claim { return d.Claims },
		func(c oracle.Claim) any { return [3]string{c.Deal, c.Partner, c.Role} },
		func(c *oracle.Claim) *oracle.Days { return &c.Days },
		func(_ *oracle.Claim, _ oracle.Claim, d directory) time.Time { return d.firstOpen }, from)
	f.Certifications = overDays(h.directories, func(d directory) []oracle.Certification { return d.Certifications },
		func(c oracle.Certification) any { return [3]any{c.Person, c.Code, c.Awarded} },
		func(c *oracle.Certification) *oracle.Days { return &c.Days },
		func(_ *oracle.Certification, _ oracle.Certification, d directory) time.Time { return d.firstOpen },
		func(d directory) time.Time { return d.landed().AddDate(0, 0, 1) })
	f.Targets = overDays(h.directories, func(d directory) []oracle.Target { return d.Targets },
		func(t oracle.Target) any { return [3]any{t.Partner, t.Incentive, t.Period} },
		func(t *oracle.Target) *oracle.Days { return &t.Days },
		func(_ *oracle.Target, _ oracle.Target, d directory) time.Time { return d.firstOpen }, from)
	f.FirstOpen = h.firstOpen
	f.Codes = h.codes()
	f.Sales = h.rated(f.Sales)
	return f
}

// codes are the codes by day. What the newest file says of days goes for all days, and a partner that is no longer
// listed has its codes to its end.
func (h *history) codes() (list []oracle.Code) {
	ends := func(d directory) time.Time { return d.landed().AddDate(0, 0, 1) }
	for _, c := range h.directories[len(h.directories)-1].Codes {
		if c.Days == (oracle.Days{}) {
			continue
		}
		for _, d := range slices.Backward(h.directories) {
			if d.lists(c.Partner) {
				break
			}
			if c.Until.IsZero() || !c.Until.Before(ends(d)) {
				c.Until = d.landed()
			}
		}
		list = append(list, c)
	}
	return append(list, overDays(h.directories, directory.undatedCodes,
		func(c oracle.Code) any { return [2]string{c.Distributor, c.Name} },
		func(c *oracle.Code) *oracle.Days { return &c.Days },
		func(_ *oracle.Code, _ oracle.Code, d directory) time.Time { return d.firstOpen }, ends)...)
}

// lists says that a partner is in the directory.
func (d directory) lists(partner string) bool {
	return slices.ContainsFunc(d.Partners, func(p oracle.Partner) bool { return p.ID == partner })
}

// undatedCodes are the codes without days of their own, as far as their partners are listed.
func (d directory) undatedCodes() []oracle.Code {
	return slices.DeleteFunc(slices.Clone(d.Codes), func(c oracle.Code) bool {
		return c.Days != (oracle.Days{}) || !d.lists(c.Partner)
	})
}

// rated are the sales with the rates that they were stated with, and returns with what they were stated to take back.
func (h *history) rated(sales []oracle.Sale) []oracle.Sale {
	stated := map[string]string{}
	for _, said := range ask(h, h.s, "select concat_ws('|', distributor, document_no, line_no, line_key, currency) || "+
		"'=' || rate as said from memory.kept.lines where currency <> 'USD'") {
		key, rate, _ := strings.Cut(said, "=")
		stated[key] = rate
	}
	kept, in := map[string]string{}, map[string]string{}
	for _, said := range ask(h, h.s, "select concat_ws('|', distributor, document_no, line_no, line_key) || '=' || "+
		"min(document_date) || ' ' || min(month) as said from memory.kept.lines "+
		"group by distributor, document_no, line_no, line_key") {
		key, on, _ := strings.Cut(said, "=")
		kept[key], in[key], _ = strings.Cut(on, " ")
	}
	taken := h.taken()
	sales = slices.Clone(sales)
	for i, s := range sales {
		key := fmt.Sprintf("%s|%s|%d|%s", s.Distributor, s.Document, s.Line, lineKey(s))
		if on, ok := kept[key]; ok {
			sales[i].StatedOn, _ = time.Parse(time.DateOnly, on)
			sales[i].StatedIn, _ = time.Parse(time.DateOnly, in[key])
		}
		sales[i].Stated = taken[key]
		if rate, ok := stated[key+"|"+s.Currency]; ok {
			sales[i].Rate, _, _ = apd.NewFromString(rate)
		}
	}
	return sales
}

// taken is what each return that names no line was stated to take back.
func (h *history) taken() map[string][]oracle.Match {
	taken := map[string][]oracle.Match{}
	for _, said := range ask(h, h.s, "select concat_ws('|', distributor, document_no, line_no, line_key) || '=' || "+
		"concat_ws('|', any_value(returns_document), any_value(returns_line), any_value(abs(quantity)::bigint), "+
		"any_value(year(terms_date)), "+
		"if(max(sale_id) in (select sale_id from intermediate.lines), any_value(net_amount), null)) as said "+
		"from memory.kept.lines where matched_sale is not null group by distributor, document_no, line_no, "+
		"line_key, matched_sale having sum(base) <> 0 order by min(sequence)") {
		key, what, _ := strings.Cut(said, "=")
		words := strings.Split(what, "|")
		line, _ := strconv.ParseInt(words[1], 10, 64)
		quantity, _ := strconv.ParseInt(words[2], 10, 64)
		year, _ := strconv.Atoi(words[3])
		match := oracle.Match{Document: words[0], Line: line, Quantity: quantity, Year: year}
		if len(words) > 4 {
			match.Net, _, _ = apd.NewFromString(words[4])
		}
		taken[key] = append(taken[key], match)
	}
	return taken
}

// lineKey is what names a line besides distributor, document and number.
func lineKey(s oracle.Sale) string {
	if s.Yearly {
		return s.Date.Format("2006")
	}
	return ""
}

// overDays gives each row the days on which it holds.
func overDays[T any](all []directory, rows func(directory) []T, key func(T) any, days func(*T) *oracle.Days,
	changes func(was *T, now T, d directory) time.Time, ends func(directory) time.Time) []T {
	var order []any
	said := map[any][]T{}
	end := func(k any, from time.Time) {
		list := said[k]
		for len(list) > 0 && !days(&list[len(list)-1]).Since.Before(from) { // also one without first day
			if days(&list[len(list)-1]).Since.IsZero() && !from.IsZero() {
				break
			}
			list = list[:len(list)-1]
		}
		if len(list) > 0 {
			days(&list[len(list)-1]).Until = from.AddDate(0, 0, -1)
		}
		said[k] = list
	}
	var before map[any]T
	for i, d := range all {
		if len(rows(d)) == 0 {
			continue // a complete file without rows ends nothing
		}
		now := map[any]T{}
		for _, r := range rows(d) {
			k := key(r)
			now[k] = r
			was, had := before[k]
			switch _, known := said[k]; {
			case !known:
				order = append(order, k)
				said[k] = append(said[k], r)
			case !had || !reflect.DeepEqual(was, r):
				var last *T
				if had {
					last = &was
				}
				from := changes(last, r, d)
				end(k, from)
				days(&r).Since = from
				said[k] = append(said[k], r)
			}
		}
		for k := range maps.Keys(before) {
			if _, still := now[k]; !still && i > 0 {
				end(k, ends(d))
			}
		}
		before = now
	}
	var list []T
	for _, k := range order {
		list = append(list, said[k]...)
	}
	return slices.Clip(list)
}
