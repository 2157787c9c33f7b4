package oracle

// joinLinks gives sales the deals that people joined them to. A link gives
// nothing when another means the same line, when nobody claims its deal, or when
// somebody claims the deal the distributor names.
func (w *work) joinLinks() {
	links := map[lineKey][]Link{}
	for _, l := range w.facts.Links {
		key := lineKey{l.Distributor, l.Document, l.Line}
		links[key] = append(links[key], l)
	}
	lines := map[lineKey]int{}
	for _, s := range w.facts.Sales {
		lines[lineKey{s.Distributor, s.Document, s.Line}]++
	}
	w.facts.Sales = append([]Sale(nil), w.facts.Sales...) // the caller keeps its own
	for i := range w.facts.Sales {
		s := &w.facts.Sales[i]
		key := lineKey{s.Distributor, s.Document, s.Line}
		if len(links[key]) == 1 && lines[key] == 1 && w.claimed(links[key][0].Deal) && !w.claimed(s.Deal) {
			s.Deal = links[key][0].Deal
		}
	}
}

// claimed says whether anybody claims a deal, approved or not.
func (w *work) claimed(deal string) bool {
	for _, c := range w.facts.Claims {
		if c.Deal == deal {
			return true
		}
	}
	return false
}
