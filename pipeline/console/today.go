package console

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/console/accounts"
	"tranche/pipeline/console/tables"
)

// todayPage is the first page: is the night done, what waits, who is late, how far is the month.
func todayPage(v *visit) (*sheet, error) {
	if !v.person.May(accounts.See) {
		return nil, redirect{"/partners"}
	}
	s := &sheet{Title: v.t("Today")}
	night, err := v.nightTiles()
	if err != nil {
		return nil, err
	}
	s.add(night)
	if _, err := v.published(); errors.Is(err, pipeline.ErrNothingPublished) {
		s.Lead = v.t("No run has ended well so far. When one has, its figures are here.")
		s.add(v.runForm())
		return s, nil
	}
	waiting, err := v.waitingTiles()
	if err != nil {
		return nil, err
	}
	s.add(note{Title: v.t("Waiting for a person"), Text: v.t("What is held or rejected is in no figure yet.")}, waiting)
	pub, err := v.published()
	if err != nil {
		return nil, err
	}
	c, err := v.bars("Earned by month, all partners", `select strftime(month, '%Y-%m'), sum(earned)::varchar
		from mart.payables group by month order by month desc limit 12`)
	if err != nil {
		return nil, err
	}
	s.add(c)
	if err := v.list(s, progressTable, pub.month); err != nil {
		return nil, err
	}
	s.add(v.runForm())
	return s, nil
}

var progressTable = tables.Table{
	Key: "progress", Title: "The month against the month before", Empty: "Nothing has been earned in the month.",
	From: `select coalesce(now.incentive, before.incentive) as incentive, now.partners, now.lines, now.base, now.earned,
			before.lines as lines_before, before.base as base_before, before.earned as earned_before
		from (select incentive, count(*) as partners, sum(lines) as lines, sum(base) as base, sum(earned) as earned
			from mart.statements where month = $1::date group by incentive) as now
		full join (select incentive, sum(lines) as lines, sum(base) as base, sum(earned) as earned
			from mart.statements where month = $1::date - interval 1 month group by incentive) as before
			on before.incentive = now.incentive`,
	Columns: []tables.Column{
		{Name: "incentive", Title: "Incentive", Kind: tables.Name}, {Name: "partners", Title: "Partners", Kind: tables.Count},
		{Name: "lines", Title: "Lines", Kind: tables.Count},
		{Name: "lines_before", Title: "The month before", Kind: tables.Count},
		{Name: "base", Title: "Base", Kind: tables.Money},
		{Name: "base_before", Title: "The month before", Kind: tables.Money},
		{Name: "earned", Title: "Earned", Kind: tables.Money},
		{Name: "earned_before", Title: "The month before", Kind: tables.Money},
	},
	Order: "incentive",
}

func (v *visit) runForm() form {
	return form{Title: v.t("Run now"), Act: accounts.Run, Action: "/run", Submit: v.t("Run now"),
		Note: v.t("What lies in the inbox is taken, and everything is worked out and published anew, as in the night.")}
}

// nightTiles say how the last run ended, which sender is late, and which source is down.
func (v *visit) nightTiles() (tiles, error) {
	past, err := pipeline.History(v.config)
	if err != nil {
		return nil, err
	}
	night := tile{Label: v.t("Last run"), Value: v.t("none yet"), Mark: "wait"}
	if len(past) > 0 {
		last := past[len(past)-1]
		outcome := map[string]string{pipeline.Done: v.t("ended well"), pipeline.Waiting: v.t("ended well"),
			pipeline.Failed: v.t("failed"), pipeline.Refused: v.t("refused")}
		night.Value, night.Note = outcome[last.Outcome], v.moment(last.At)+", "+v.t("took %s s",
			v.words.Number(fmt.Sprintf("%d.%d", last.Took/1000, last.Took%1000/100)))
		switch last.Outcome {
		case pipeline.Done, pipeline.Waiting:
			night.Mark = "good"
		case pipeline.Failed:
			first, _, _ := strings.Cut(last.Error, "\n")
			night.Mark, night.Note = "bad", night.Note+": "+first
		}
	}
	if at, ok := pipeline.LastSuccess(past, v.Now()); ok && v.Now().Sub(at) > v.config.Serve.Overdue {
		night.Mark, night.Note = "bad", v.t("no run has ended well since %s", v.moment(at))
	}
	list := tiles{night}
	fresh, err := pipeline.Fresh(v.config, v.Now())
	if err != nil {
		return nil, err
	}
	var late []string
	for _, f := range fresh {
		if f.Overdue(v.Now()) {
			late = append(late, f.Feed)
		}
	}
	senders := tile{Label: v.t("Senders that are late"), Value: v.words.Number(fmt.Sprint(len(late))), To: "/senders",
		Note: strings.Join(late, ", "), Mark: "good"}
	if len(late) > 0 {
		senders.Mark = "wait"
	}
	list = append(list, senders)
	for _, o := range pipeline.Outages(v.config) {
		list = append(list, tile{Label: v.t("Source is down"), Value: o.Source, Note: v.moment(o.Since) + ": " + o.Error,
			Mark: "bad", To: "/senders"})
	}
	return list, nil
}

// waitingTiles are what waits for a person, and for how much money.
func (v *visit) waitingTiles() (tiles, error) {
	waiting, err := v.one(`select
		(select coalesce(sum(waiting), 0)::bigint from mart.reconciliation where is_loaded) as rejected,
		(select count(*) from mart.reconciliation where not is_loaded and waiting > 0) as refused,
		(select coalesce(sum(abs(rejected_amount)), 0)::decimal(38, 2) from mart.reconciliation
			where waiting > 0 and is_loaded) as rejected_amount,
		(select coalesce(sum(unread_amounts), 0) from mart.reconciliation where waiting > 0) as unread,
		(select count(*) from mart.held_lines) as held,
		(select coalesce(sum(held_amount), 0) from mart.waiting_amounts
			where month = (select max(month) from mart.waiting_amounts)) as held_amount,
		(select count(*) from mart.unknown_codes) as codes,
		(select coalesce(sum(lines), 0) from mart.unknown_codes) as code_lines,
		(select count(distinct change_id) from mart.pending_changes) as changes,
		(select coalesce(sum(abs(amount)), 0)::decimal(38, 2) from mart.pending_changes) as changes_amount,
		(select count(*) from mart.possible_duplicates) as duplicates,
		(select strftime(min(month), '%Y-%m') from mart.months where status = 'closed') as approval`)
	if err != nil {
		return nil, err
	}
	own := v.config.Programme.Currency
	say := func(label, number, note, to string) tile {
		t := tile{Label: v.t(label), Value: v.words.Number(number), Note: note, To: to, Mark: "wait"}
		if number == "0" {
			t.Mark, t.Note = "good", ""
		}
		return t
	}
	rejected := v.t("%s as in the files", v.words.Number(waiting["rejected_amount"]))
	if waiting["unread"] != "0" {
		rejected += "; " + v.t("amounts that cannot be read: %s", v.words.Number(waiting["unread"]))
	}
	list := tiles{
		say("Rejected rows", waiting["rejected"], rejected, "/inbox#rejects"),
		say("Files refused whole", waiting["refused"], "", "/inbox#files"),
		say("Held lines", waiting["held"], v.words.Number(waiting["held_amount"])+" "+own, "/inbox#held"),
		say("Unknown partner codes", waiting["codes"], v.t("lines that wait for them: %s",
			v.words.Number(waiting["code_lines"])), "/inbox#codes"),
		say("Changes that wait", waiting["changes"], v.t("would move %s %s", v.words.Number(waiting["changes_amount"]), own),
			"/inbox#changes"),
		say("Possible duplicates", waiting["duplicates"], v.t("listed for you to look at"), "/inbox#duplicates"),
	}
	if month := waiting["approval"]; month != "" {
		list = append(list, tile{Label: v.t("Waits for approval"), Value: month, To: "/months/" + month, Mark: "wait"})
	}
	return list, nil
}

// logPage shows every decision that people took.
func logPage(v *visit) (*sheet, error) {
	log, err := pipeline.Log(v.options())
	if err != nil {
		return nil, err
	}
	type row struct {
		N                                  int       `json:"n"`
		At                                 time.Time `json:"at"`
		Who, Account, Act, Subject, Reason string
	}
	rows := make([]row, 0, len(log))
	for i, d := range log {
		rows = append(rows, row{i + 1, d.At.UTC(), d.Who, d.Account, d.Act, pipeline.Subject(d), d.Reason})
	}
	s := &sheet{Title: v.t("Log"), Lead: v.t("Every decision that people took. Nothing in it can be changed.")}
	text, err := asJSON(rows)
	if err != nil {
		return nil, err
	}
	return s, v.list(s, logTable, text)
}

var logTable = tables.Table{
	Key: "log", Title: "Decisions", Empty: "Nobody has decided anything yet.",
	From: `select unnest(from_json($1, '[{"n": "BIGINT", "at": "TIMESTAMP", "Who": "VARCHAR", "Account": "VARCHAR",
		"Act": "VARCHAR", "Subject": "VARCHAR", "Reason": "VARCHAR"}]'), recursive := true)`,
	Columns: []tables.Column{
		{Name: "at", Title: "When", Kind: tables.Moment}, {Name: "Who", Title: "Who"}, {Name: "Account", Title: "Account"},
		{Name: "Act", Title: "Decision", Kind: tables.Word, Choose: true}, {Name: "Subject", Title: "About", Wide: true},
		{Name: "Reason", Title: "Why", Wide: true}, {Name: "n", Title: "Number", Hidden: true},
	},
	Order: "n desc",
}
