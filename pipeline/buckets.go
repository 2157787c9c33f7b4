package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ingest/landing"
	"tranche/pipeline/ledger"
	"tranche/pipeline/publish"
	"tranche/transforms"
)

// A run can be divided: a plan says which lines go to which bucket, any machine that reaches the plan's folder works
// out a bucket with the same models, and gathering unites what the buckets say and publishes it.

// The files of a plan's folder. A bucket's file is there once it is whole.
func planFile(dir string) string  { return filepath.Join(dir, "plan.duckdb") }
func planStore(dir string) string { return filepath.Join(dir, "store.duckdb") }
func bucketFile(dir string, n int) string {
	return filepath.Join(dir, fmt.Sprintf("bucket-%d.duckdb", n))
}

// Errors of buckets.
var (
	ErrNoPlan    = errors.New("there is no plan; make one with: tranche plan")
	ErrOtherPlan = errors.New("files, decisions, closed months, the configuration or the program have changed since the " +
		"plan; make a new one with: tranche plan")
	ErrOtherModels = errors.New("the plan was made by another version of the program, whose models differ; " +
		"use the same one for the plan and each bucket")
)

// Plan lands and loads what has arrived, and writes into a folder what buckets need. It publishes nothing.
func Plan(ctx context.Context, o Options, buckets int, dir string) (*Summary, error) {
	r, err := begin(ctx, o)
	if err != nil {
		return nil, err
	}
	defer r.release()
	var landed []landing.File
	return r.summary, r.carryOut(ctx, "plan", []stage{
		{"land", func(say facts) (err error) { landed, err = r.land(say); return err }},
		{"load", func(say facts) error { return r.load(ctx, landed, say) }},
		{"plan", func(say facts) error { return r.plan(ctx, landed, buckets, dir, say) }},
	})
}

func (r *run) plan(ctx context.Context, landed []landing.File, buckets int, dir string, say facts) error {
	if err := errors.Join(r.ledger.Proven(), os.MkdirAll(dir, 0o700), removePlan(dir)); err != nil {
		return err
	}
	in := r.input(landed)
	runID, err := prepare(ctx, r.session, in)
	if err != nil {
		return err
	}
	r.summary.RunID = runID
	s := r.session
	if err := s.AttachUnlogged(ctx, planFile(dir)+".new", "plan"); err != nil {
		return err
	}
	if err := transforms.Plan(ctx, s, buckets, "store.raw"); err != nil {
		return err
	}
	models, err := transforms.Fingerprint()
	if err != nil {
		return err
	}
	if err := s.Exec(ctx, `create table plan.routes.plan as select ?::varchar as plan_id, ?::date as month,
		?::integer as buckets, ?::varchar as models`, r.planID(runID, buckets), r.summary.Month, buckets,
		models); err != nil {
		return err
	}
	var lines, copies int
	err = s.Row(ctx, "select count(distinct sale_id), count(*) from plan.routes.lines", []any{&lines, &copies})
	if err != nil {
		return err
	}
	say["lines"], say["copies"] = lines, copies
	if err := s.Exec(ctx, "set search_path = 'memory.main'"); err != nil {
		return err
	}
	if err := errors.Join(s.Detach(ctx, planFile(dir)+".new", "plan"),
		s.Detach(ctx, r.Config.Folders.Store(), "store")); err != nil {
		return err
	}
	if err := files.Copy(r.Config.Folders.Store(), planStore(dir)); err != nil {
		return err
	}
	return os.Rename(planFile(dir)+".new", planFile(dir))
}

// removePlan removes an older plan from a folder, and leaves everything else in it.
func removePlan(dir string) error {
	all, err := os.ReadDir(dir)
	for _, entry := range all {
		path := filepath.Join(dir, entry.Name())
		if strings.HasPrefix(entry.Name(), "bucket-") || strings.HasPrefix(path, planFile(dir)) || path == planStore(dir) {
			err = errors.Join(err, os.RemoveAll(path))
		}
	}
	return err
}

// planID changes with everything that a plan goes by.
func (r *run) planID(runID string, buckets int) string {
	closed := ""
	if last := r.ledger.Last(); last != nil {
		closed = last.Hash
	}
	text := fmt.Sprint(runID, " ", buckets, " ", closed, " ", ledger.Decisions(r.ledger.Log))
	return files.HashBytes([]byte(text))[:16]
}

// Bucket works out one bucket of a plan, and leaves what it says in the folder. It takes no lock: buckets are worked
// out beside each other, on any machine, and again where one did not come to its end.
func Bucket(ctx context.Context, c *config.Config, dir string, bucket int) (err error) {
	if !files.Exists(planFile(dir)) {
		return fmt.Errorf("%s: %w", dir, ErrNoPlan)
	}
	work, err := os.MkdirTemp(dir, fmt.Sprintf("bucket-%d-", bucket))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	s, err := openSessionIn(ctx, c, work)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	said := filepath.Join(work, "said.duckdb")
	if err := errors.Join(
		s.AttachReadOnly(ctx, planFile(dir), "plan"),
		s.AttachReadOnly(ctx, planStore(dir), "store"),
		s.AttachUnlogged(ctx, filepath.Join(work, "part.duckdb"), "part"),
		s.AttachUnlogged(ctx, said, "said"),
	); err != nil {
		return err
	}
	var of int
	var models string
	if err := s.Row(ctx, "select buckets, models from plan.routes.plan", []any{&of, &models}); err != nil {
		return err
	}
	if its, err := transforms.Fingerprint(); err != nil || its != models {
		return errors.Join(err, ErrOtherModels)
	}
	if bucket < 0 || bucket >= of {
		return fmt.Errorf("there is no bucket %d: the plan has 0 to %d", bucket, of-1)
	}
	if err := transforms.Part(ctx, s, bucket, "store.raw"); err != nil {
		return err
	}
	if err := transforms.CheckPart(ctx, s); err != nil {
		return err
	}
	if err := transforms.Say(ctx, s, bucket, "said"); err != nil {
		return err
	}
	if err := s.Exec(ctx, "create table said.plan as from plan.routes.plan"); err != nil {
		return err
	}
	if err := s.Detach(ctx, said, "said"); err != nil {
		return err
	}
	return os.Rename(said, bucketFile(dir, bucket))
}

// Gather unites what the buckets of a plan say, checks it, and publishes it as a run does.
func Gather(ctx context.Context, o Options, dir string) (*Summary, error) {
	r, err := beginProven(ctx, o)
	if err != nil {
		return nil, err
	}
	defer r.release()
	if !files.Exists(planFile(dir)) {
		return nil, fmt.Errorf("%s: %w", dir, ErrNoPlan)
	}
	var landed []landing.File
	var months []*publish.Month
	var isWhole bool
	stages := []stage{
		{"load", func(say facts) (err error) {
			if landed, err = counted(o.Config.Folders.Landing, r.ledger.Log); err != nil {
				return err
			}
			return r.load(ctx, landed, say)
		}},
		{"gather", func(say facts) (err error) { isWhole, err = r.gather(ctx, landed, dir, say); return err }},
		{"check", func(facts) error {
			if isWhole {
				return r.check(ctx)
			}
			return transforms.CheckGathered(ctx, r.session)
		}},
		{"report", func(facts) (err error) { months, err = r.report(ctx); return err }},
		{"publish", func(say facts) error { return r.publish(ctx, months, say) }},
	}
	if o.NoWorkbooks {
		stages = slices.DeleteFunc(stages, func(s stage) bool { return s.name == "report" })
	}
	return r.summary, r.carryOut(ctx, "gather", append(stages, r.intoLake(ctx)...))
}

// gather makes the marts of what the buckets say. Where those do not know the whole of a change, it works everything
// out at once, and says so.
func (r *run) gather(ctx context.Context, landed []landing.File, dir string, say facts) (isWhole bool, err error) {
	s := r.session
	if err := s.AttachReadOnly(ctx, planFile(dir), "plan"); err != nil {
		return false, err
	}
	var plan string
	var buckets int
	if err := s.Row(ctx, "select plan_id, buckets, month from plan.routes.plan",
		[]any{&plan, &buckets, &r.summary.Month}); err != nil {
		return false, err
	}
	in := r.input(landed)
	r.summary.RunID = runID(in)
	if plan != r.planID(r.summary.RunID, buckets) {
		return false, ErrOtherPlan
	}
	var parts []string
	for k := range buckets {
		name := fmt.Sprintf("bucket_%d", k)
		if !files.Exists(bucketFile(dir, k)) {
			return false, fmt.Errorf("bucket %d has not been worked out; do it with: tranche bucket %d", k, k)
		}
		if err := s.AttachReadOnly(ctx, bucketFile(dir, k), name); err != nil {
			return false, err
		}
		var its string
		if err := s.Row(ctx, "select plan_id from "+name+".plan", []any{&its}); err != nil {
			return false, err
		}
		if its != plan {
			return false, fmt.Errorf("bucket %d is of another plan; do it again with: tranche bucket %d", k, k)
		}
		parts = append(parts, name)
	}
	work := r.Config.Folders.Work()
	if err := errors.Join(s.Attach(ctx, newFile(work), "published"),
		s.AttachUnlogged(ctx, tablesFile(work), "tables")); err != nil {
		return false, err
	}
	to := transforms.Target{Work: "tables", Mart: "published", Plans: r.Plans}
	split, err := transforms.Gather(ctx, s, parts, to, "store.raw")
	if err != nil || split == "" {
		return false, err
	}
	say["at_once"] = "the change of " + split + " moves partners of several buckets"
	if err := s.Exec(ctx, "set search_path = 'memory.main'; detach published; detach tables; detach plan"); err != nil {
		return false, err
	}
	if err := errors.Join(os.RemoveAll(newFile(work)), os.RemoveAll(tablesFile(work))); err != nil {
		return false, err
	}
	return true, r.transform(ctx, landed)
}
