package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"tranche/pipeline/config"
	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/loading"
)

// preview loads the file of an example as `tranche validate --feed` does.
func (e example) preview(t *testing.T, file fence) string {
	t.Helper()
	declared, err := config.ReadFeed(item(e.before))
	if err != nil {
		t.Fatalf("%s: %v", e.heading, err)
	}
	path := filepath.Join(t.TempDir(), cmp.Or(file.name, "acme_1.csv"))
	writeSent(t, path, file.text, declared)
	if !declared.Matches(filepath.Base(path)) {
		t.Fatalf("%s: the feed takes no file %s", e.heading, filepath.Base(path))
	}
	p, err := loading.Preview(t.Context(), path, declared, 100)
	if err != nil {
		t.Fatalf("%s: %v", e.heading, err)
	}
	var said []string
	header, _, _ := strings.Cut(e.shown, "\n")
	if strings.HasPrefix(header, "|") && p.Refused == nil {
		names := strings.Split(strings.Trim(header, "| "), " | ")
		said = append(said, header, "|"+strings.Repeat("---|", len(names)))
		for _, row := range p.Rows {
			line := "|"
			for _, name := range names {
				i := slices.Index(p.Columns, name)
				if i < 0 {
					t.Fatalf("%s: %s is not among the columns %v", e.heading, name, p.Columns)
				}
				line += " " + strings.ReplaceAll(strings.ReplaceAll(row[i], "|", `\|`), "\n", " / ") + " |"
			}
			said = append(said, line)
		}
		said = append(said, "")
	}
	for _, problem := range p.Problems {
		said = append(said, "> "+problem, "")
	}
	if p.Refused != nil {
		said = append(said, "> The file is refused: "+p.Refused.Sentence(), "")
	}
	for _, left := range p.Left {
		said = append(said, "> Excluded: "+left, "")
	}
	for _, note := range slices.Concat(p.Notes, p.Remarks) {
		said = append(said, "> Noted: "+note, "")
	}
	return strings.Trim(strings.Join(said, "\n"), "\n")
}

// writeSent writes a file as its sender does: in the declared encoding, or as a workbook.
func writeSent(t *testing.T, path, text string, declared feed.Feed) {
	t.Helper()
	if declared.Format == feed.Workbook {
		writeSheet(t, path, text)
		return
	}
	e, err := loading.Encoding(declared.Encoding)
	if err == nil && e != nil {
		text, err = e.NewEncoder().String(text)
	}
	if !declared.FinalNewline {
		text = strings.TrimSuffix(text, "\n")
	}
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// writeSheet writes a workbook of two sheets: Notes, and Data with numbers and days as such.
func writeSheet(t *testing.T, path, text string) {
	t.Helper()
	book := excelize.NewFile()
	defer book.Close()
	_, err := book.NewSheet("Data")
	if err == nil {
		err = cmp.Or(book.SetSheetName("Sheet1", "Notes"), book.SetCellValue("Notes", "A1", "Dear partner"))
	}
	for r, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		for c, field := range strings.Split(line, ",") {
			var value any = field
			if day, isBad := time.Parse(time.DateOnly, field); isBad == nil {
				value = day
			} else if n, isBad := strconv.ParseFloat(field, 64); isBad == nil {
				value = n
			}
			cell, _ := excelize.CoordinatesToCellName(c+1, r+1)
			err = cmp.Or(err, book.SetCellValue("Data", cell, value))
		}
	}
	if err = cmp.Or(err, book.SaveAs(path)); err != nil {
		t.Fatal(err)
	}
}

// aroundTheFeed is the configuration of an example with several files.
const aroundTheFeed = `vendor: V
currency: EUR
landing: {settle: 0s}
sources: [{name: acme-server, folder: acme-server}]
feeds:
  - {name: directory, kind: partners, glob: "directory.csv", columns: {partner_id: id, name: id, aliases: code, modules:
      modules, level: level, status: status}}
  - {name: articles, kind: products, glob: "articles.csv", columns: {sku: sku, name: sku, family: sku, basis: basis}}
%sprogramme:
  - name: bare
    from: 2024-01-01
    modules: {resell: {schedules: [{level: ready, width: 25000, rates: [5]}]}}
    points: {status_months: 12}
    levels: {source: directory, review_month: 12, grace_months: 3}
`

// nights runs an example's files one after the other, and answers its question.
func (e example) nights(t *testing.T) (answer string) {
	t.Helper()
	dir := t.TempDir()
	conf := filepath.Join(dir, "config.yaml")
	files := map[string]string{
		"config.yaml":         fmt.Sprintf(aroundTheFeed, item(e.before)),
		"inbox/directory.csv": "id,code,modules,level,status\nP1,ACME=K-1,resell,ready,active\n",
		"inbox/articles.csv":  "sku,basis\nPLT,licence\n",
	}
	for _, name := range []string{"inbox", "acme-server/outgoing"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range e.steps {
		switch step.kind {
		case "csv":
			folder := "inbox"
			if strings.Contains(step.name, "/") {
				folder = "" // it is laid where it is fetched from
			}
			if err := os.WriteFile(filepath.Join(dir, folder, step.name), []byte(step.text), 0o600); err != nil {
				t.Fatal(err)
			}
			e.tranche(t, "run", "-c", conf, "--month", "2024-02")
		case "sql":
			answer, _ = markdown(t, asked(t, conf, step.text))
		case "sh":
			said := e.tranche(t, append(strings.Fields(step.text)[1:], "-c", conf)...)
			for line := range strings.SplitSeq(said, "\n") {
				if strings.Contains(line, "acme") {
					answer = "> " + strings.Join(strings.Fields(line), " ")
				}
			}
		}
	}
	return strings.TrimSuffix(answer, "\n")
}

// tranche runs a command that ends well, also where something waits for a person.
func (e example) tranche(t *testing.T, args ...string) string {
	t.Helper()
	var out, told strings.Builder
	if code := run(t.Context(), args, nil, &out, &told); code != exitDone && code != exitWaiting {
		t.Fatalf("%s: %v ended with %d: %s%s", e.heading, args, code, out.String(), told.String())
	}
	return out.String()
}
