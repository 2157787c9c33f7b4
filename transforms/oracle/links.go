package oracle

// joinLinks gives sales the deals that people joined them to. A link gives
// nothing when nobody claims its deal, or when somebody claims the deal the
// distributor names.
func (w *work) joinLinks() {
	claimed, joined := map[string]bool{}, map[lineKey]string{}
	for _, c := range w.facts.Claims {
		claimed[c.Deal] = true // approved or not
	}
	for _, l := range w.facts.Links {
		joined[lineKey{l.Distributor, l.Document, l.Line}] = l.Deal
	}
	w.facts.Sales = append([]Sale(nil), w.facts.Sales...) // the caller keeps its own
	for i, s := range w.facts.Sales {
		if deal := joined[lineKey{s.Distributor, s.Document, s.Line}]; claimed[deal] && !claimed[s.Deal] {
			w.facts.Sales[i].Deal = deal
		}
	}
}
