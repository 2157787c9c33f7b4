package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"tranche/pipeline/ledger/audit"
	"tranche/pipeline/programme"
	"tranche/transforms"
)

// rules writes the programme and the run itself as tables.
func (r *run) rules(ctx context.Context) error {
	if err := transforms.Prepare(ctx, r.session, "memory"); err != nil {
		return err
	}
	span, past := programme.Span{FirstOpen: r.firstOpen(), Through: r.month}, []programme.Month(nil)
	if r.ledger != nil {
		if err := r.ledger.Load(ctx, r.session, "memory.stated"); err != nil {
			return err
		}
		var err error
		if past, err = r.ledger.Rules(); err != nil {
			return err
		}
	}
	if err := r.Config.Programme.WriteTables(ctx, r.session, span, past...); err != nil {
		return err
	}
	if err := r.decisions(ctx); err != nil {
		return err
	}
	inputs := sha256.New()
	for _, f := range r.landed {
		inputs.Write([]byte(f.SHA256 + "\n"))
	}
	inputsHash := hex.EncodeToString(inputs.Sum(nil)[:8])
	id := sha256.Sum256([]byte(r.Program + "\n" + r.Config.SourceHash + "\n" + r.month.Format(time.DateOnly) + "\n" + inputsHash))
	r.summary.RunID = hex.EncodeToString(id[:6])
	err := r.session.Exec(ctx, `create table rules.run (run_id varchar, program varchar, config_hash varchar, through_month date, files bigint, inputs_hash varchar)`)
	if err != nil {
		return err
	}
	return r.session.Exec(ctx, "insert into rules.run values (?, ?, ?, ?, ?, ?)", r.summary.RunID, r.Program, r.Config.SourceHash, r.month, len(r.landed), inputsHash)
}

// decisions writes what people decided as a table.
func (r *run) decisions(ctx context.Context) error {
	if err := r.session.Exec(ctx, "create table rules.waived (sha256 varchar, line bigint, reasons_hash varchar, who varchar, reason varchar)"); err != nil {
		return err
	}
	for _, d := range r.log {
		if d.Act != audit.Waive {
			continue
		}
		if err := r.session.Exec(ctx, "insert into rules.waived values (?, ?, ?, ?, ?)", d.File, d.Line, d.Seen, d.Who, d.Reason); err != nil {
			return err
		}
	}
	return nil
}
