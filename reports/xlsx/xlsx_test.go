package xlsx

import (
	"bytes"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"tranche/reports"
)

func example() *reports.Statement {
	return &reports.Statement{
		Letterhead: reports.Letterhead{Vendor: "Vendor"},
		Summary: reports.Summary{
			Currency: "USD", Month: reports.Day{Time: time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)},
			Partner: reports.Partner{ID: "P1", Name: "=cmd|'/c calc'!A1", Language: "en", Modules: "resell"},
			Pay: reports.Pay{Earned: 105, Payable: 105, Currency: "EUR", OwnRate: 1_084_150_000, PayableOwn: "0.97",
				Level: "ready"},
		},
		Modules: []reports.IncentiveTotal{{Incentive: "resell", Lines: 1, Base: 2100, Earned: 105}},
		Lines: []reports.Line{{
			Sale: reports.Sale{Date: reports.Day{Time: time.Date(2024, 7, 3, 0, 0, 0, 0, time.UTC)}, Document: "0012",
				Customer: "@SUM(1)", SKU: "0012-LKM", Quantity: 15000, Net: 21_000_000, Currency: "USD", Amount: 2100},
			Incentive: "resell", Base: 2100, PositionAfter: 2100, ByRate: 105, Limited: 105,
			BeforeCap: 105, Earned: 105, Method: "marginal",
			Slices: []reports.Slice{{Tranche: 1, Rate: 50_000, Base: 2100, Earned: 105}},
		}},
	}
}

func open(t *testing.T, st *reports.Statement) *excelize.File {
	t.Helper()
	var out bytes.Buffer
	if err := Statement(&out, st); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestMoneyIsANumberAndCodesKeepTheirZeros(t *testing.T) {
	f := open(t, example())
	for cell, want := range map[string]excelize.CellType{
		"L3": excelize.CellTypeUnset,
		"O3": excelize.CellTypeUnset,
		"D3": excelize.CellTypeInlineString,
		"W3": excelize.CellTypeInlineString,
	} {
		if got, err := f.GetCellType("Lines", cell); err != nil || got != want {
			t.Errorf("%s is of type %v, it should be %v (%v)", cell, got, want, err)
		}
	}
	for cell, want := range map[string]string{"L3": "1.05", "D3": "0012", "N3": "1.5", "O3": "21"} {
		if got, _ := f.GetCellValue("Lines", cell, excelize.Options{RawCellValue: true}); got != want {
			t.Errorf("%s holds %q, it should be %q", cell, got, want)
		}
	}
}

func TestTextThatLooksLikeAFormulaStaysText(t *testing.T) {
	f := open(t, example())
	for sheet, cells := range map[string]map[string]string{
		"Summary": {"B5": "=cmd|'/c calc'!A1"},
		"Lines":   {"F3": "@SUM(1)"},
	} {
		for cell, want := range cells {
			formula, _ := f.GetCellFormula(sheet, cell)
			value, _ := f.GetCellValue(sheet, cell)
			if formula != "" || value != want {
				t.Errorf("%s!%s has the formula %q and the value %q", sheet, cell, formula, value)
			}
		}
	}
}

func TestWhatACellCannotHoldFailsTheWorkbook(t *testing.T) {
	for sentence, spoil := range map[string]func(*reports.Statement){
		"a control character":       func(st *reports.Statement) { st.Lines[0].Customer = "a\x01b" },
		"a byte that is no text":    func(st *reports.Statement) { st.Lines[0].Customer = "a\xef" },
		"more digits than are kept": func(st *reports.Statement) { st.Pay.Payable = 1_000_000_000_000_001 },
	} {
		st := example()
		spoil(st)
		var out bytes.Buffer
		if err := Statement(&out, st); err == nil || out.Len() > 0 {
			t.Errorf("%s was written", sentence)
		}
	}
}

func TestTheTotalsOfAComparisonAreReadBackByName(t *testing.T) {
	c := &reports.Comparison{Currency: "USD", Rows: []reports.Difference{
		{Partner: "P1", Incentive: "resell", Now: reports.Result{Base: 100000, Earned: 5000, Points: 4},
			Other: reports.Result{Base: 100000, Earned: 6001, Points: 3}},
		{Partner: "P2", Incentive: "resell", Now: reports.Result{Base: 20000, Earned: 1000, Points: 1}},
	}}
	var out bytes.Buffer
	if err := Comparison(&out, c); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got := map[string]string{}
	for _, n := range f.GetDefinedName() {
		sheet, cell, _ := strings.Cut(strings.ReplaceAll(n.RefersTo, "$", ""), "!")
		got[n.Name], _ = f.GetCellValue(strings.Trim(sheet, "'"), cell, excelize.Options{RawCellValue: true})
	}
	for name, want := range map[string]string{"earned_now": "60", "earned_other": "60.01", "earned_difference": "0.01",
		"points_now": "5", "points_other": "3", "points_difference": "-2"} {
		if got[name] != want {
			t.Errorf("%s is %q, it should be %q", name, got[name], want)
		}
	}
}

func TestARegisterThatListsNotEveryRejectedRowSaysSo(t *testing.T) {
	for more, want := range map[int64]string{
		0: "f.csv",
		1234567: "1234567 more rows were rejected than are listed here; " +
			"tranche rejects export FILE writes those of a file.",
	} {
		var out bytes.Buffer
		err := Register(&out, &reports.Register{
			Month:        example().Month.Time,
			Rejected:     []reports.RejectedRow{{File: "f.csv", FileLine: 2}},
			MoreRejected: more,
		})
		if err != nil {
			t.Fatal(err)
		}
		f, err := excelize.OpenReader(&out)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.GetCellValue("Rejected", "A3"); got != want || err != nil {
			t.Errorf("%d more: the first row says %q (%v)", more, got, err)
		}
		_ = f.Close()
	}
}

func TestTheVerdictNamesStatementsThatDoNotAddUp(t *testing.T) {
	for sentence, c := range map[string]reports.RegisterControl{
		"All controls hold.": {LinesEarned: 5, Earned: 5, CarriedIn: 1,
			EntriesSum: 2, Entries: 2, Payable: 3, CarriedOut: 5, PointsBefore: 1, Posted: 2, Spendable: 3},
		"Of 1 statement the parts do NOT add up: see Control.": {Spendable: 1},
	} {
		if got := (register{Register: &reports.Register{Controls: []reports.RegisterControl{c}}}).verdict(); got != sentence {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestWhatACapTakesAwayStandsOnTheMarginSheet(t *testing.T) {
	st := example()
	st.Pay.Earned, st.Pay.Payable, st.Lines[0].Earned = 6000, 6000, 6000
	st.Modules[0].Earned, st.Modules[0].YearEarned = 6000, 6000
	st.Lines[0].BeforeCap = 6550
	st.Margin = []reports.Tranche{
		{Incentive: "resell", Method: "marginal", Level: "ready", Number: 1, To: 2_500_000, Rate: 50_000, MonthBase: 131000,
			MonthEarned: 6550, YearBase: 131000, YearEarned: 6550},
		{Incentive: "resell", Method: "marginal", Level: "ready", Number: -1, Whole: true, Cut: true, MonthEarned: -550,
			YearEarned: -550},
	}
	f := open(t, st)
	for cell, want := range map[string]string{"F4": "Limits and caps",
		"K4": "-5.5", "M4": "-5.5", "K5": "60", "M5": "60"} {
		if got, err := f.GetCellValue("Margin", cell, excelize.Options{RawCellValue: true}); got != want || err != nil {
			t.Errorf("%s holds %q, it should be %q (%v)", cell, got, want, err)
		}
	}
}

func TestEqualFiguresGiveEqualBytes(t *testing.T) {
	st := example()
	st.Margin = []reports.Tranche{{Incentive: "resell", Method: "marginal", Level: "ready", Number: 1, To: 2_500_000,
		Rate: 50_000, MonthBase: 2100, MonthEarned: st.Pay.Earned, YearBase: 2100, YearEarned: 105}}
	var first bytes.Buffer
	if err := Statement(&first, st); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		var again bytes.Buffer
		if err := Statement(&again, st); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), again.Bytes()) {
			t.Fatal("the same figures gave other bytes")
		}
	}
}

func TestEveryLanguageSaysEverything(t *testing.T) {
	first, err := wordsOf(Languages()[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range Languages() {
		other, err := wordsOf(language)
		if err != nil {
			t.Fatal(err)
		}
		source, err := os.ReadFile("words/" + language + ".json")
		if n := len(regexp.MustCompile(`(?m)^ *"\w+":`).FindAll(source, -1)); err != nil || n != len(other) {
			t.Errorf("%s.json has %d keys, and %d of them differ (%v)", language, n, len(other), err)
		}
		for key, text := range first {
			if other[key] == "" || strings.Count(text, "%") != strings.Count(other[key], "%") {
				t.Errorf("%s says %q for %s", language, other[key], key)
			}
		}
		if len(other) != len(first) {
			t.Errorf("%s has %d texts, %s %d", language, len(other), Languages()[0], len(first))
		}
	}
	used := regexp.MustCompile(`say\("(\w+)"\)|(?:heads|part)\((?:sh, )?([^)]*)\)|` +
		`(?:s|workbook)\.listing\(.*\{.*\},\n([^)]*)\)`)
	for _, name := range []string{"statement.go", "summary.go", "margin.go", "register.go", "adjustments.go", "control.go",
		"edition.go", "sellwith.go", "comparison.go", "balances.go", "letter.go", "lines.go"} {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range used.FindAllStringSubmatch(string(source), -1) {
			said := `"` + m[1] + `" ` + strings.ReplaceAll(m[2]+m[3], ">", "")
			for _, key := range regexp.MustCompile(`"[a-z]\w*`).FindAllString(said, -1) {
				key = strings.TrimPrefix(key, `"`)
				if _, ok := first[key]; !ok {
					t.Errorf("%s says %s, which no catalogue has", name, key)
				}
			}
		}
	}
}

// TestEveryLanguageIsTranslated looks for what was copied and left. Words can be alike in
// two languages; sentences and most words are not.
func TestEveryLanguageIsTranslated(t *testing.T) {
	files, err := catalogues.ReadDir("words")
	if err != nil || len(files) != len(Languages()) {
		t.Fatalf("there are %d catalogues, and Languages names %v (%v)", len(files), Languages(), err)
	}
	first, err := wordsOf(Languages()[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range Languages()[1:] {
		other, err := readWords(language)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range untranslated(first, other) {
			t.Errorf("%s says %q for %s, as %s does", language, other[key], key, Languages()[0])
		}
	}
	if left := untranslated(first, first); len(left) != len(first) {
		t.Errorf("a copy would pass but for %d of %d texts", len(left), len(first))
	}
	half := maps.Clone(first)
	half["draft_note"] = "Der Monat ist offen."
	if left := untranslated(first, half); slices.Contains(left, "draft_note") || !slices.Contains(left, "statement") {
		t.Errorf("of a catalogue that is begun %v is left", left)
	}
}

// untranslated are the texts that are the first language's: those of several words, and
// where they are more than a few, the single words too.
func untranslated(first, other words) []string {
	const sellWith = "Sell With" // a module's name, the same in every language
	var alike, sentences []string
	for _, key := range slices.Sorted(maps.Keys(first)) {
		if other[key] != first[key] {
			continue
		}
		alike = append(alike, key)
		said := strings.NewReplacer("%d", "", "%s", "").Replace(first[key])
		if len(strings.Fields(said)) > 1 && first[key] != sellWith {
			sentences = append(sentences, key)
		}
	}
	if len(alike) > len(first)/5 {
		return alike
	}
	return sentences
}

// TestSheetNamesAreNamesInEveryLanguage holds them against what Excel allows, and against
// each other: a second sheet of a name in other letters would be the first one again.
func TestSheetNamesAreNamesInEveryLanguage(t *testing.T) {
	for _, language := range Languages() {
		w, err := wordsOf(language)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]string{}
		for key, name := range w {
			if !strings.HasPrefix(key, "sheet_") {
				continue
			}
			if n := len([]rune(name)); n == 0 || n > 31 || strings.ContainsAny(name, `[]:*?/\'`) {
				t.Errorf("%s calls %s %q, which no sheet can be called", language, key, name)
			}
			if other, ok := seen[strings.ToLower(name)]; ok {
				t.Errorf("%s calls %s and %s the same", language, key, other)
			}
			seen[strings.ToLower(name)] = key
		}
	}
}

// TestManyWorkbooksAtOnceAreTheBytesOfOneAfterTheOther makes them at any parallelism.
func TestManyWorkbooksAtOnceAreTheBytesOfOneAfterTheOther(t *testing.T) {
	make := func(language string) []byte {
		st := example()
		st.Partner.Language = language
		st.Pay.NextLevel, st.Pay.PointsMissing = "advanced", 5
		var out bytes.Buffer
		if err := Statement(&out, st); err != nil {
			t.Error(err)
		}
		return out.Bytes()
	}
	want := map[string][]byte{"en": make("en"), "fr": make("fr"), "de": make("de")}
	var wait sync.WaitGroup
	for n := range 40 {
		language := Languages()[n%len(Languages())]
		wait.Go(func() {
			if !bytes.Equal(make(language), want[language]) {
				t.Errorf("a workbook in %s differs", language)
			}
		})
	}
	wait.Wait()
}

// TestEveryDifferenceBetweenVersionsHasItsWords reads what the model can say differs and
// looks for the words of each in every catalogue.
func TestEveryDifferenceBetweenVersionsHasItsWords(t *testing.T) {
	model, err := os.ReadFile("../../transforms/mart/version_changes.sql")
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for prefix, said := range map[string]string{
		"column_":  `, '(\w+)', null\)`,
		"changed_": `(?:what: |select [\w.]+, (?:\w+\.)?month, )'(\w+)'`,
	} {
		found := regexp.MustCompile(said).FindAllStringSubmatch(string(model), -1)
		for _, m := range found {
			keys = append(keys, prefix+m[1])
		}
	}
	if len(keys) < 20 {
		t.Fatalf("only %v were found in the model", keys)
	}
	for _, language := range Languages() {
		w, err := wordsOf(language)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			if _, ok := w[key]; !ok {
				t.Errorf("%s has no words for %s", language, key)
			}
		}
	}
}
