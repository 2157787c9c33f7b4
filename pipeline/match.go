package pipeline

import (
	"context"
	"fmt"
	"strings"

	"tranche/pipeline/ledger"
	"tranche/pipeline/ledger/audit"
)

// Match says that a distributor means a partner by a code.
type Match struct{ Distributor, Code, Partner string }

// AcceptMatch records whose an unknown code is. It is a line of the audit log, so that no partner file takes it back.
// It counts from the next run on.
func AcceptMatch(ctx context.Context, o Options, m Match, who, reason string) error {
	s, err := OpenPublished(ctx, o.Config)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := OfThisVersion(ctx, s); err != nil {
		return err
	}
	m.Partner = strings.TrimSpace(m.Partner)
	var isUnknown, isPartner bool
	err = s.Row(ctx, `
		select exists (from mart.unknown_codes where distributor = $1 and partner_code = $2),
			exists (from mart.partners where partner_id = $3)`, []any{&isUnknown, &isPartner}, m.Distributor, m.Code, m.Partner)
	if err != nil {
		return err
	}
	log, err := audit.Read(o.Config.Folders.Audit())
	if err != nil {
		return err
	}
	switch {
	case !isUnknown:
		return mistake("%s of %s is no unknown code; tranche match lists them", m.Code, m.Distributor)
	case !isPartner:
		return mistake("no partner has the id %q", m.Partner)
	}
	if d, ok := ledger.Aliases(log)[ledger.Code{Sender: m.Distributor, Code: m.Code}]; ok {
		return mistake("%s of %s was accepted as %s by %s already; it counts from the next run on", m.Code,
			m.Distributor, d.Partner, d.Who)
	}
	d := o.by(who)
	d.Act, d.Sender, d.Code, d.Partner, d.Reason = audit.Alias, m.Distributor, m.Code, m.Partner, reason
	d.What = fmt.Sprintf("%s=%s is %s", m.Distributor, m.Code, m.Partner)
	return audit.Append(o.Config.Folders.Audit(), d)
}

// WithdrawMatch records that an accepted code is nobody's any more, from the next run on. What was stated of it is a
// change that waits for a person.
func WithdrawMatch(o Options, distributor, code, who, reason string) error {
	log, err := audit.Read(o.Config.Folders.Audit())
	if err != nil {
		return err
	}
	was, ok := ledger.Aliases(log)[ledger.Code{Sender: distributor, Code: code}]
	if !ok {
		return mistake("%s of %s was not accepted by tranche match accept; tranche log names what was", code, distributor)
	}
	d := o.by(who)
	d.Act, d.Sender, d.Code, d.Reason = audit.Unalias, distributor, code, reason
	d.What = fmt.Sprintf("%s=%s is no longer %s", distributor, code, was.Partner)
	return audit.Append(o.Config.Folders.Audit(), d)
}
