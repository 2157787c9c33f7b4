package oracle

import (
	"math/big"
	"sort"

	"github.com/cockroachdb/apd/v3"
)

const sourced = "sourced"

// share is a partner's part of a deal. The part of no one has an empty partner.
type share struct {
	partner string
	weight  *big.Rat // part of the whole, all of them add up to 1
	cents   *big.Int
	rest    *big.Rat // what cutting to whole cents left over
}

// creditClaims shares a line among those whose claims on its deal count.
func (w *work) creditClaims(l *line, in *Incentive, taken takings) {
	roles := w.holders(l, in)
	leaveToOthers(l, in, roles, taken)
	for _, s := range cut(l.base(in), shares(in.Deals, roles)) {
		if s.partner == "" || s.cents.Sign() == 0 {
			continue
		}
		base := *apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(s.cents), -2)
		base.Negative = l.sale.Return
		w.addCredit(l, s.partner, in, l.version, base)
	}
}

// leaveToOthers takes out the partners for whom an earlier incentive counts the line.
func leaveToOthers(l *line, in *Incentive, roles map[string]map[string]bool, taken takings) {
	may := map[string]bool{}
	for _, partners := range roles {
		for partner := range partners {
			if _, judged := may[partner]; !judged {
				may[partner] = taken.take(in, partner)
			}
			if !may[partner] {
				delete(partners, partner)
			}
		}
	}
}

// holders are the partners with a counting claim, by role. Each is in a role once,
// however many claims it has there.
func (w *work) holders(l *line, in *Incentive) map[string]map[string]bool {
	roles := map[string]map[string]bool{}
	var first *Claim // the sourced claim that stands
	for i := range w.facts.Claims {
		c := &w.facts.Claims[i]
		if !w.claims(*c, l, in) {
			continue
		}
		if c.Role == sourced {
			if first == nil || earlier(*c, *first) {
				first = c
			}
			continue
		}
		if roles[c.Role] == nil {
			roles[c.Role] = map[string]bool{}
		}
		roles[c.Role][c.Partner] = true
	}
	if first != nil {
		roles[sourced] = map[string]bool{first.Partner: true}
	}
	return roles
}

func earlier(a, b Claim) bool {
	if !a.Registered.Equal(b.Registered) {
		return a.Registered.Before(b.Registered)
	}
	return a.Partner < b.Partner
}

func (w *work) claims(c Claim, l *line, in *Incentive) bool {
	rules := in.Deals
	if l.sale.Deal == "" || c.Deal != l.sale.Deal || !c.Approved || !c.on(l.terms) {
		return false
	}
	if _, weighs := rules.Weights[c.Role]; !weighs {
		return false
	}
	if c.Partner == l.sale.Buyer && !rules.OwnDeals {
		return false
	}
	from, to := addDays(c.Registered, rules.LeadDays), addDays(c.Registered, rules.WindowDays)
	if l.terms.Before(from) || l.terms.After(to) {
		return false
	}
	if !c.Expires.IsZero() && l.terms.After(c.Expires) {
		return false
	}
	return w.entitled(c.Partner, in, l, l.version)
}

// shares weighs the holders of the roles against the whole, in the order of their
// partner ids with no one last.
func shares(rules Deals, roles map[string]map[string]bool) []share {
	var total, claimed int64
	byPartner := map[string]*big.Rat{}
	for role, weight := range rules.Weights {
		total += weight
		if len(roles[role]) == 0 {
			continue
		}
		claimed += weight
		for partner := range roles[role] {
			if byPartner[partner] == nil {
				byPartner[partner] = new(big.Rat)
			}
			part := big.NewRat(weight, int64(len(roles[role])))
			byPartner[partner].Add(byPartner[partner], part)
		}
	}
	if claimed == 0 {
		return nil
	}
	all := total
	if rules.Rescale {
		all = claimed
	}
	var out []share
	for partner, weight := range byPartner {
		out = append(out, share{partner: partner, weight: weight.Quo(weight, big.NewRat(all, 1))})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].partner < out[j].partner })
	return append(out, share{weight: big.NewRat(all-claimed, all)})
}

// cut divides an amount, without its sign, into whole cents by largest remainder.
// The shares come in the order in which ties are broken.
func cut(amount apd.Decimal, parts []share) []share {
	if len(parts) == 0 {
		return nil
	}
	rounded := cents(amount)
	left := new(big.Int).Set(rounded.Coeff.MathBigInt())
	all := new(big.Rat).SetInt(left)
	for i := range parts {
		exactly := new(big.Rat).Mul(all, parts[i].weight)
		parts[i].cents = new(big.Int).Div(exactly.Num(), exactly.Denom())
		parts[i].rest = new(big.Rat).Sub(exactly, new(big.Rat).SetInt(parts[i].cents))
		left = new(big.Int).Sub(left, parts[i].cents)
	}
	order := make([]int, len(parts))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool {
		return parts[order[i]].rest.Cmp(parts[order[j]].rest) > 0
	})
	for _, i := range order[:left.Int64()] {
		parts[i].cents = new(big.Int).Add(parts[i].cents, big.NewInt(1))
	}
	return parts
}
