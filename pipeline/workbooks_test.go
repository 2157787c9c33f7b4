package pipeline_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tranche/fixtures/machine"
)

func TestEveryPartOfEveryWorkbookIsValidXML(t *testing.T) {
	long(t)
	machine.Works(t, "xmllint", "--version")
	w := sampleWorld(t)
	for _, path := range w.workbooks(t, "2024-*") {
		dir := t.TempDir()
		unzip(t, path, dir)
		var parts []string
		_ = filepath.WalkDir(dir, func(p string, d os.DirEntry, _ error) error {
			if !d.IsDir() {
				parts = append(parts, p)
			}
			return nil
		})
		lint := exec.CommandContext(t.Context(), "xmllint", append([]string{"--noout", "--nonet"}, parts...)...)
		if out, err := lint.CombinedOutput(); err != nil {
			t.Errorf("%s: %s", path, out)
		}
	}
}

func unzip(t *testing.T, path, dir string) {
	t.Helper()
	for part, data := range parts(t, path) {
		name := filepath.Join(dir, filepath.FromSlash(part))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// parts are the parts of a workbook, by name.
func parts(t *testing.T, path string) map[string][]byte {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	list := map[string][]byte{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if list[f.Name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
		_ = in.Close()
	}
	return list
}

// recalcProfile makes LibreOffice work out every formula when it loads a file;
// left alone it believes the stored values.
const recalcProfile = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>`

func recalculate(t *testing.T, from []string, to string) {
	t.Helper()
	profile := t.TempDir()
	if err := os.MkdirAll(filepath.Join(profile, "user"), 0o700); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(profile, "user", "registrymodifications.xcu")
	if err := os.WriteFile(settings, []byte(recalcProfile), 0o600); err != nil {
		t.Fatal(err)
	}
	args := append(
		[]string{"-env:UserInstallation=file://" + profile, "--headless", "--convert-to", "xlsx", "--outdir", to},
		from...)
	if out, err := exec.CommandContext(t.Context(), "soffice", args...).CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v %s", err, out)
	}
}

func TestTotalsAreFormulasThatComeToTheirStoredValuesAndToTheMart(t *testing.T) {
	long(t)
	machine.Works(t, "soffice", "--version")
	machine.Works(t, "/usr/bin/python3", "-c", "import openpyxl")
	w := sampleWorld(t)
	originals, again := t.TempDir(), t.TempDir()
	var copies []string
	for _, path := range w.workbooks(t, "2024-*") {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(
			originals,
			strings.TrimSuffix(filepath.Base(path), ".xlsx")+"_"+filepath.Base(filepath.Dir(path))+".xlsx",
		)
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		copies = append(copies, name)
	}
	recalculate(t, copies, again)
	got := checkWorkbooks(t, originals, again)
	if len(got.Problems) > 0 || got.Formulas < 1000 {
		t.Errorf("%d formulas; %s", got.Formulas, strings.Join(got.Problems, "\n"))
	}
	want := w.rows(t, `select 'statement_' || partner_id || '_' || strftime(month, '%Y-%m') || '.xlsx',
			payable::varchar, earned::varchar
		from mart.payables`)
	for _, row := range want {
		if said, ok := got.Said[row[0]]; ok && (said.Payable != row[1] || said.Earned != row[2]) {
			t.Errorf("%s says %+v, the mart %v", row[0], said, row)
		}
	}
	if len(got.Said) < 60 {
		t.Errorf("only %d statements were read", len(got.Said))
	}
}

func TestEveryStatementHasTheLinesOfTheMart(t *testing.T) {
	machine.Works(t, "/usr/bin/python3", "-c", "import openpyxl")
	w := sampleWorld(t)
	expected := map[string][][]string{}
	for _, row := range w.rows(t, `
		select strftime(month, '%Y-%m') || '/statement_' || partner_id || '.xlsx', document_date::varchar,
			if(incentive = 'sell_with', '', document_no), if(incentive = 'sell_with', '', line_no::varchar),
			coalesce(end_customer, ''), sku, base::varchar, earned::varchar, points::varchar, file_name,
			coalesce(file_line::varchar, '')
		from mart.statement_lines order by partner_id, month, incentive, sequence, sale_id`) {
		expected[row[0]] = append(expected[row[0]], row[1:])
	}
	data, err := json.Marshal(expected)
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(t.TempDir(), "expected.json")
	if err := os.WriteFile(list, data, 0o600); err != nil {
		t.Fatal(err)
	}
	check := exec.CommandContext(t.Context(),
		"/usr/bin/python3", "testdata/check_lines.py", w.config.Folders.Statements, list)
	out, err := check.Output()
	if err != nil {
		t.Fatal(err, string(out))
	}
	var got struct {
		Problems []string
		Lines    int
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Problems) > 0 || got.Lines < 1500 {
		t.Errorf("%d lines; %s", got.Lines, strings.Join(got.Problems, "\n"))
	}
}

// TestWhatAStatementDerivesComesOutFromTheWorkbookAlone works out what lines earn, what is paid, what is lacking and
// more, in another language and from nothing but the sheets.
func TestWhatAStatementDerivesComesOutFromTheWorkbookAlone(t *testing.T) {
	long(t)
	machine.Works(t, "/usr/bin/python3", "-c", "import openpyxl")
	w := sampleWorld(t)
	out, err := exec.CommandContext(t.Context(), "/usr/bin/python3", "testdata/check_derived.py",
		w.config.Folders.Statements, "../reports/xlsx/words").Output()
	if err != nil {
		t.Fatal(err, string(out))
	}
	var got struct {
		Problems []string
		Count    map[string]int
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Problems) > 0 {
		t.Error(strings.Join(got.Problems, "\n"))
	}
	for what, least := range map[string]int{"payable": 60, "payable in the partner's currency": 30, "status points": 60,
		"points by certification": 60, "spendable points": 60, "what is lacking": 100, "a line's base": 1500,
		"what a line earns": 1500, "a module's month": 40, "a deal": 20} {
		if got.Count[what] < least {
			t.Errorf("%s was worked out %d times only", what, got.Count[what])
		}
	}
}

type checked struct {
	Problems []string
	Formulas int
	Said     map[string]struct{ Payable, Earned string }
}

func checkWorkbooks(t *testing.T, originals, again string) checked {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", "testdata/check_workbooks.py", originals, again)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("check_workbooks.py: %v\n%s", err, stderr.String())
	}
	var c checked
	if err := json.Unmarshal(out, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRecalculationIsReallyForced(t *testing.T) {
	long(t)
	machine.Works(t, "soffice", "--version")
	machine.Works(t, "/usr/bin/python3", "-c", "import openpyxl")
	w := sampleWorld(t)
	// The same workbook with one stored total falsified must not pass.
	path := w.workbooks(t, "2024-07")[1]
	originals, again := t.TempDir(), t.TempDir()
	name := filepath.Join(originals, filepath.Base(path))
	falsify(t, path, name)
	recalculate(t, []string{name}, again)
	if c := checkWorkbooks(t, originals, again); len(c.Problems) == 0 {
		t.Error("a falsified stored value was believed")
	}
}

// falsify copies a workbook and adds 1 to the first stored value of a formula.
func falsify(t *testing.T, from, to string) {
	t.Helper()
	in, err := zip.OpenReader(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(f.Name, "sheet1.xml") {
			data = bytes.Replace(data, []byte("</f><v>"), []byte("</f><v>1"), 1)
		}
		part, err := z.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// goRun makes the sample again.
func goRun(t *testing.T, dir string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "run", "./makesample", dir)
	cmd.Dir = filepath.Join("..", "fixtures")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
}
