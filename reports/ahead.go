package reports

import "slices"

// Ending is what ends within 90 days of the month's end.
type Ending struct {
	Kind    string `json:"kind"`    // certification, points or claim
	Subject string `json:"subject"` // the certification's code, or the deal
	On      Day    `json:"ends_on"`
	Within  int64  `json:"within"` // 30, 60 or 90 days
	Points  int64  `json:"points,omitzero"`
}

// EndingOf is what of a kind ends soon, by day.
func (st *Statement) EndingOf(kind string) []Ending {
	return slices.DeleteFunc(slices.Clone(st.Ends), func(e Ending) bool { return e.Kind != kind })
}

// Certified is a certification that is valid at the end of a month.
type Certified struct {
	Person   string `json:"person_id"`
	Code     string `json:"certification_code"`
	Category string `json:"category"`
	Awarded  Day    `json:"awarded_on"`
	Expires  Day    `json:"expires_on,omitzero"` // the last day it counts; zero: none
	Worth    int64  `json:"points"`
	Points   int64  `json:"counted_points"` // after the caps of person and category
}

// NextStep is what the next tranche of an incentive needs, and what comes of it at the partner's pace.
type NextStep struct {
	Incentive string `json:"incentive"`
	Family    string `json:"position_family,omitzero"`
	Tranche   int64  `json:"tranche"`
	Needed    Cents  `json:"needed"`
	Reached   Day    `json:"reached_in,omitzero"` // first day of the month; zero: not in this period
	Earned    Cents  `json:"would_earn,omitzero"`
}

// Expected is the level of a month to come, at the partner's pace.
type Expected struct {
	In    Day    `json:"held_in"`
	Level string `json:"level"`
}

// NextLevel is what holding the next level would earn, at the partner's pace.
type NextLevel struct {
	Level string `json:"level"`
	From  Day    `json:"from_month"` // first day of the first month in which it would be held
	To    Day    `json:"to_month"`   // first day of the last month of the programme year
	Earns Cents  `json:"would_earn"` // more than at the pace without it
}

// Gap is a requirement of a level that is not met.
type Gap struct {
	Requirement string `json:"requirement"`
	Category    string `json:"category,omitzero"`
	Has         int64  `json:"has"`
	Needs       int64  `json:"needs"`
}
