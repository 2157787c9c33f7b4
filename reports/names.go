package reports

import "context"

// Names are the words that the programme has of its own.
type Names struct {
	Levels     []string                     `json:"-"` // from the lowest
	Incentives []Incentive                  `json:"-"` // in the order of the programme
	Labels     map[string]map[string]string `json:"labels,omitzero"`
}

// Incentive is the name of one, and what it is.
type Incentive struct {
	Name    string `json:"name"`
	Credits string `json:"credits"` // buyer, distributor or claims
	Base    string `json:"base_of"` // what of a line it counts
}

// ReadNames reads the names of the programme.
func ReadNames(ctx context.Context, m Marts) (Names, error) {
	n := Names{Labels: map[string]map[string]string{}}
	type named struct {
		Kind string `json:"kind"`
		Incentive
	}
	err := scan(ctx, m, "from mart.names order by kind, place, name", func(row *named) error {
		switch row.Kind {
		case "level":
			n.Levels = append(n.Levels, row.Name)
		case "incentive":
			n.Incentives = append(n.Incentives, row.Incentive)
		}
		return nil
	})
	if err != nil {
		return n, err
	}
	type label struct {
		Word     string `json:"word"`
		Language string `json:"language"`
		Label    string `json:"label"`
	}
	return n, scan(ctx, m, "from mart.labels order by word, language", func(row *label) error {
		if n.Labels[row.Word] == nil {
			n.Labels[row.Word] = map[string]string{}
		}
		n.Labels[row.Word][row.Language] = row.Label
		return nil
	})
}

// Credits says whom an incentive credits.
func (n Names) Credits(incentive string) string {
	for _, in := range n.Incentives {
		if in.Name == incentive {
			return in.Credits
		}
	}
	return ""
}

// IsShared says that an incentive credits a claim on a deal in which another partner makes the purchase.
func (n Names) IsShared(incentive string) bool { return n.Credits(incentive) == "claims" }

// InUnits says that an incentive counts units, so that it pays an amount for each.
func (n Names) InUnits(incentive string) bool {
	for _, in := range n.Incentives {
		if in.Name == incentive {
			return in.Base == "quantity" || in.Base == "activities"
		}
	}
	return false
}

// In writes a name in a language, or in English, or as the programme has no label for it. Empty: it is no name.
func (n Names) In(language, name string) string {
	for _, l := range []string{language, "en", ""} {
		if text := n.Labels[name][l]; text != "" {
			return text
		}
	}
	return ""
}
