package console

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/console/accounts"
	"tranche/pipeline/console/tables"
	"tranche/reports"
	"tranche/reports/xlsx"
)

// whatIfPage asks for another programme.
func whatIfPage(v *visit) (*sheet, error) {
	s := &sheet{Title: v.t("What if"), Lead: v.t("The same sales under another programme, beside this one, for each " +
		"partner and in total. Nothing is published, and no stated figure moves.")}
	s.add(form{Title: v.t("Another programme"), Act: accounts.Compare, Action: "/whatif", HasFile: true,
		Submit: v.t("Compare"), Note: v.t("A configuration, or only its programme: what it leaves out is as configured."),
		Fields: []field{
			{Name: "file", Kind: "file", Label: v.t("File of the other programme (YAML)")},
			{Name: "text", Kind: "textarea", Label: v.t("or its text")},
			{Name: "month", Kind: "text", Label: v.t("Month"), Note: v.t("as 2024-08; empty: all months up to the newest")},
		}})
	v.works.Lock()
	defer v.works.Unlock()
	var done links
	for _, w := range v.works.list {
		if w.act == accounts.Compare && w.account == v.person.Account {
			done = append(done, link{w.title + " " + v.moment(w.began), "/work/" + w.id})
		}
	}
	if done != nil {
		s.add(done)
	}
	return s, nil
}

// compare begins a comparison with the programme of the form.
func compare(v *visit) (string, string, error) {
	var text []byte
	file, _, err := v.r.FormFile("file")
	if err == nil {
		defer file.Close()
		var data bytes.Buffer
		if _, err := data.ReadFrom(file); err != nil {
			return "", "", err
		}
		text = data.Bytes()
	}
	if len(text) == 0 {
		text = []byte(v.r.FormValue("text"))
	}
	if len(text) == 0 || len(text) > 4<<20 {
		return "", "", wrongf("%s", v.t("Choose a file, or write the programme."))
	}
	month := time.Time{}
	if v.r.FormValue("month") != "" {
		if month, err = v.decidedMonth(); err != nil {
			return "", "", err
		}
	}
	folder, err := os.MkdirTemp("", "tranche-compare-")
	if err != nil {
		return "", "", err
	}
	path := filepath.Join(folder, "other.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return "", "", err
	}
	other, err := pipeline.OtherProgramme(v.config, path)
	if removed := os.RemoveAll(folder); err == nil && removed != nil {
		err = removed
	}
	if err != nil {
		return "", "", wrong{err}
	}
	var result *reports.Comparison
	w := &work{title: v.t("Comparison"), act: accounts.Compare}
	w.show = func(v *visit) (*sheet, error) { return comparisonPage(v, result) }
	return "", "", v.start(w, func(ctx context.Context, o pipeline.Options) (err error) {
		o.Month = month
		result, err = pipeline.Compare(ctx, o, other)
		return err
	})
}

var comparedTables = []tables.Table{
	{
		Key: "total", Title: "In total", Empty: "Neither pays anything.",
		From: `select incentive, sum(now)::decimal(38, 2) as now, sum(other)::decimal(38, 2) as other,
				sum(other - now)::decimal(38, 2) as difference, sum(points_now)::bigint as points_now,
				sum(points_other)::bigint as points_other
			from (` + comparedRows + `) group by incentive`,
		Columns: []tables.Column{
			{Name: "incentive", Title: "Incentive", Kind: tables.Name},
			{Name: "now", Title: "Earned now", Kind: tables.Money}, {Name: "other", Title: "Earned other", Kind: tables.Money},
			{Name: "difference", Title: "Difference", Kind: tables.Money},
			{Name: "points_now", Title: "Points now", Kind: tables.Count},
			{Name: "points_other", Title: "Points other", Kind: tables.Count},
		},
		Order: "incentive",
	},
	{
		Key: "partners", Title: "By partner", Empty: "Neither pays anything.",
		From: "select *, (other - now)::decimal(38, 2) as difference from (" + comparedRows + ")",
		Columns: []tables.Column{
			{Name: "partner", Title: "Partner", Link: "/partners/{partner}"}, {Name: "name", Title: "Name"},
			{Name: "incentive", Title: "Incentive", Kind: tables.Name, Choose: true},
			{Name: "now", Title: "Earned now", Kind: tables.Money}, {Name: "other", Title: "Earned other", Kind: tables.Money},
			{Name: "difference", Title: "Difference", Kind: tables.Money},
			{Name: "points_now", Title: "Points now", Kind: tables.Count},
			{Name: "points_other", Title: "Points other", Kind: tables.Count},
			{Name: "level_now", Title: "Level now", Kind: tables.Name},
			{Name: "level_other", Title: "Level other", Kind: tables.Name},
		},
		Order: "partner, incentive",
	},
}

const comparedRows = `select unnest(from_json($1, '[{"partner": "VARCHAR", "name": "VARCHAR", "incentive": "VARCHAR",
	"now": "DECIMAL(18,2)", "other": "DECIMAL(18,2)", "points_now": "BIGINT", "points_other": "BIGINT",
	"level_now": "VARCHAR", "level_other": "VARCHAR"}]'), recursive := true)`

// comparisonPage shows a comparison, or sends it as the workbook that the command writes.
func comparisonPage(v *visit, c *reports.Comparison) (*sheet, error) {
	if v.r.URL.Query().Get("as") == "workbook" {
		return nil, download{"comparison.xlsx", xlsx.MIME, func(out *bytes.Buffer) error {
			return pipeline.WriteComparison(out, c)
		}}
	}
	rows := []map[string]string{}
	for _, d := range c.Rows {
		rows = append(rows, map[string]string{
			"partner": d.Partner, "name": d.Name, "incentive": d.Incentive,
			"now": d.Now.Earned.String(), "other": d.Other.Earned.String(),
			"points_now":   strconv.FormatInt(int64(d.Now.Points), 10),
			"points_other": strconv.FormatInt(int64(d.Other.Points), 10),
			"level_now":    d.LevelNow, "level_other": d.LevelOther,
		})
	}
	text, err := asJSON(rows)
	if err != nil {
		return nil, err
	}
	now, other := c.Totals()
	s := &sheet{Title: v.t("Comparison"), Crumbs: links{{v.t("What if"), "/whatif"}}, Lead: c.Caution()}
	s.add(tiles{
		{Label: v.t("Now: %s", c.NowName), Value: v.words.Number(now.Earned.String()) + " " + c.Currency},
		{Label: v.t("Other: %s", c.OtherName), Value: v.words.Number(other.Earned.String()) + " " + c.Currency},
		{Label: v.t("Difference"), Value: v.words.Number((other.Earned - now.Earned).String()) + " " + c.Currency},
	}, links{{v.t("The workbook"), v.r.URL.Path + "?as=workbook"}})
	for _, t := range comparedTables {
		if err := v.list(s, t, text); err != nil {
			return nil, err
		}
	}
	return s, nil
}
