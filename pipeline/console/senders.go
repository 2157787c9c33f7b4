package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/console/accounts"
	"tranche/pipeline/console/tables"
)

// largestForm is the most that a request may hold, a file included.
const largestForm = 128 << 20

func asJSON(value any) (string, error) {
	data, err := json.Marshal(value)
	return string(data), err
}

var sendersTable = tables.Table{
	Key: "senders", Title: "Feeds", Empty: "No feed is declared.",
	From: `select f.feed, f.kind, f.last, f.late, f.often, r.files, r.records, r.rejected, r.waiting, r.held,
			r.refused
		from (select unnest(from_json($1, '[{"feed": "VARCHAR", "kind": "VARCHAR", "last": "TIMESTAMP", "late": "BOOLEAN",
			"often": "VARCHAR"}]'), recursive := true)) as f
		left join (select feed, count(*) as files, sum(records) as records, sum(rejected) as rejected,
			sum(waiting) as waiting, sum(held) as held, count(*) filter (where not is_loaded) as refused
			from mart.reconciliation group by feed) as r
			on r.feed = f.feed`,
	Columns: []tables.Column{
		{Name: "feed", Title: "Feed", Link: "/senders/{feed}"},
		{Name: "kind", Title: "Kind", Kind: tables.Word, Choose: true},
		{Name: "last", Title: "Last came", Kind: tables.Moment},
		{Name: "late", Title: "Late", Kind: tables.Yes, Choose: true},
		{Name: "often", Title: "Expected every"}, {Name: "files", Title: "Files", Kind: tables.Count},
		{Name: "records", Title: "Rows", Kind: tables.Count}, {Name: "rejected", Title: "Rejected", Kind: tables.Count},
		{Name: "waiting", Title: "Waiting", Kind: tables.Count}, {Name: "held", Title: "Held", Kind: tables.Count},
		{Name: "refused", Title: "Files refused whole", Kind: tables.Count},
	},
	Order: "feed",
}

func sendersPage(v *visit) (*sheet, error) {
	fresh, err := pipeline.Fresh(v.config, v.Now())
	if err != nil {
		return nil, err
	}
	type row struct {
		Feed  string     `json:"feed"`
		Kind  string     `json:"kind"`
		Last  *time.Time `json:"last"`
		Late  bool       `json:"late"`
		Often string     `json:"often"`
	}
	var rows []row
	for i, f := range fresh {
		r := row{Feed: f.Feed, Kind: v.config.Feeds[i].Kind, Late: f.Overdue(v.Now())}
		if f.Expected > 0 {
			r.Often = f.Often()
		}
		if !f.Last.IsZero() {
			last := f.Last.UTC().Truncate(time.Second)
			r.Last = &last
		}
		rows = append(rows, r)
	}
	text, err := asJSON(rows)
	if err != nil {
		return nil, err
	}
	s := &sheet{Title: v.t("Senders"), Lead: v.t("Who sends what, when it last came, and how well it reads.")}
	for _, o := range pipeline.Outages(v.config) {
		s.Points = append(s.Points, v.t("The source %s is down since %s: %s", o.Source, v.moment(o.Since), o.Error))
	}
	if err := v.list(s, sendersTable, text); err != nil {
		return nil, err
	}
	s.add(v.fileForm(), form{Title: v.t("A new sender"), Act: accounts.Deliver, Action: "/senders/new", HasFile: true,
		Submit: v.t("Propose a feed"),
		Note:   v.t("Drop a sample of its files. You see how it would be read, answer what is not sure, and save the feed."),
		Fields: []field{{Name: "file", Kind: "file", Label: v.t("File"), IsNeeded: true},
			{Name: "sheet", Kind: "text", Label: v.t("Sheet"), Note: v.t("of a workbook with several")}}})
	return s, nil
}

func (v *visit) fileForm() form {
	return form{Title: v.t("Drop a file into the inbox"), Act: accounts.Deliver, Action: "/senders/file", HasFile: true,
		Submit: v.t("Drop the file"),
		Note:   v.t("It lands in the next run, like any other. Its name says which feed it is for."),
		Fields: []field{{Name: "file", Kind: "file", Label: v.t("File"), IsNeeded: true}}}
}

var senderTables = []tables.Table{
	{
		Key: "quality", Title: "Quality by month", Empty: "Nothing has landed.",
		From: `select strftime(landed_at, '%Y-%m') as month, count(*) as files, sum(records) as records,
			sum(loaded) as loaded, sum(duplicate) as duplicate, sum(superseded) as superseded, sum(rejected) as rejected,
			sum(excluded) as excluded,
			sum(held) as held from mart.reconciliation where feed = $1 group by 1`,
		Columns: []tables.Column{
			{Name: "month", Title: "Landed in"}, {Name: "files", Title: "Files", Kind: tables.Count},
			{Name: "records", Title: "Rows", Kind: tables.Count}, {Name: "loaded", Title: "Loaded", Kind: tables.Count},
			{Name: "duplicate", Title: "Duplicate", Kind: tables.Count},
			{Name: "superseded", Title: "Superseded", Kind: tables.Count},
			{Name: "rejected", Title: "Rejected", Kind: tables.Count}, {Name: "excluded", Title: "Excluded", Kind: tables.Count},
			{Name: "held", Title: "Held", Kind: tables.Count},
		},
		Order: "month desc",
	},
	{
		Key: "landed", Title: "Files", Empty: "Nothing has landed.",
		From: `select file_id, file_name, landed_at, is_loaded, detail, records, loaded, duplicate, superseded, rejected,
			excluded, held, amount, waiting from mart.reconciliation where feed = $1`,
		Columns: []tables.Column{
			{Name: "file_name", Title: "File", Link: "/inbox/rejects/{file_id}"},
			{Name: "landed_at", Title: "Landed", Kind: tables.Moment},
			{Name: "is_loaded", Title: "Loaded", Kind: tables.Yes, Choose: true}, {Name: "detail", Title: "Why not", Wide: true},
			{Name: "records", Title: "Rows", Kind: tables.Count}, {Name: "loaded", Title: "Loaded", Kind: tables.Count},
			{Name: "duplicate", Title: "Duplicate", Kind: tables.Count},
			{Name: "superseded", Title: "Superseded", Kind: tables.Count},
			{Name: "rejected", Title: "Rejected", Kind: tables.Count}, {Name: "excluded", Title: "Excluded", Kind: tables.Count},
			{Name: "held", Title: "Held", Kind: tables.Count}, {Name: "amount", Title: "Amount", Kind: tables.Money},
			{Name: "waiting", Title: "Waiting", Kind: tables.Count}, {Name: "file_id", Title: "File number", Hidden: true},
		},
		Order: "landed_at desc, file_id desc",
	},
}

func senderPage(v *visit) (*sheet, error) {
	name := v.r.PathValue("feed")
	for _, f := range v.config.Feeds {
		if f.Name != name {
			continue
		}
		s := &sheet{Title: name, Crumbs: links{{v.t("Senders"), "/senders"}}}
		s.add(facts{Rows: []fact{{Label: v.t("Kind"), Value: v.words.Word(f.Kind)}, {Label: v.t("Files"), Value: f.Glob}}})
		c, err := v.bars("Rejected rows by month", `select strftime(landed_at, '%Y-%m') as month, sum(rejected)::varchar
			from mart.reconciliation where feed = $1 group by 1 order by month desc limit 12`, name)
		if err != nil {
			return nil, err
		}
		s.add(c)
		for _, t := range senderTables {
			if err := v.list(s, t, name); err != nil {
				return nil, err
			}
		}
		return s, nil
	}
	return nil, errNotThere
}

// dropFile puts a file into the inbox.
func dropFile(v *visit) (said, next string, err error) {
	file, head, err := v.r.FormFile("file")
	if err != nil {
		return "", "", wrongf("%s", v.t("Choose a file."))
	}
	defer file.Close()
	return v.t("%s lies in the inbox, and lands in the next run.", head.Filename), "/senders",
		pipeline.Deliver(v.config, head.Filename, file)
}

// slowly lets a large file take its time.
func slowly(out http.ResponseWriter) error {
	control := http.NewResponseController(out)
	until := time.Now().Add(10 * time.Minute)
	if err := control.SetReadDeadline(until); err != nil {
		return fmt.Errorf("wait for a file: %w", err)
	}
	return control.SetWriteDeadline(until)
}
