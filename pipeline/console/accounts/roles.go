package accounts

import "slices"

// Role is what somebody is for the console. An account can have several.
type Role string

// The roles.
const (
	Viewer         Role = "viewer"
	PartnerManager Role = "partner_manager"
	Operator       Role = "operator"
	Finance        Role = "finance"
	Approver       Role = "approver"
)

// Roles lists every role.
func Roles() []Role { return []Role{Viewer, PartnerManager, Operator, Finance, Approver} }

// Act is something that a person can do in the console.
type Act string

// The acts.
const (
	SeePartners Act = "see partners" // partners, their figures and their deals
	See         Act = "see all"      // every other page
	Compare     Act = "compare"      // another programme with this one
	Deliver     Act = "deliver"      // files, and the feeds of new senders
	Run         Act = "run"
	Match       Act = "match"   // a code with a partner
	Waive       Act = "waive"   // rejected rows
	Judge       Act = "judge"   // changes that wait
	Close       Act = "close"   // a month
	Approve     Act = "approve" // a month that somebody else has closed
)

// may is the only place that says who may do what.
var may = map[Role][]Act{
	Viewer:         {SeePartners, See},
	PartnerManager: {SeePartners, See, Compare},
	Operator:       {SeePartners, See, Compare, Deliver, Run, Match, Waive},
	Finance:        {SeePartners, See, Compare, Run, Match, Waive, Judge, Close},
	Approver:       {SeePartners, See, Approve},
}

// Scope is the partners that somebody may see. The zero scope is all of them.
type Scope struct {
	Countries []string `json:"countries,omitempty"`
	Partners  []string `json:"partners,omitempty"`
}

// IsLimited says that somebody may not see every partner.
func (s Scope) IsLimited() bool { return len(s.Countries)+len(s.Partners) > 0 }

// Person is somebody who is signed in.
type Person struct {
	Name    string // as the audit log has it
	Account string // what they sign in with
	Roles   []Role
	Scope
}

// May says whether a person may do something. Whoever is limited to some partners sees these and nothing else: every
// other page and act is about all of them.
func (p Person) May(act Act) bool {
	if p.IsLimited() && act != SeePartners {
		return false
	}
	return slices.ContainsFunc(p.Roles, func(r Role) bool { return slices.Contains(may[r], act) })
}
