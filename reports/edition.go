package reports

import (
	"fmt"
	"time"
)

// Edition is the status of a month's workbooks.
type Edition struct {
	Final    bool `json:"final,omitzero"`    // the month is closed and does not change
	Approval bool `json:"approval,omitzero"` // the month is closed and waits for a second person
	Version  int  `json:"version,omitzero"`  // from 1; each reopening adds one
	Replaces int  `json:"replaces,omitzero"` // the final version before it; 0: none
	Issued   Day  `json:"issued,omitzero"`   // day of the closing, UTC; zero: it is a draft
	Due      Day  `json:"due,omitzero"`      // day on which it is paid; zero: nobody says
}

// Number is the number of a partner's statement, and of its documents in the journal.
func (e Edition) Number(month time.Time, partner string) string {
	return fmt.Sprintf("TR-%s-%d-%s", month.Format("200601"), max(e.Version, 1), partner)
}
