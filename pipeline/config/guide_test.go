package config

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// guide is the page that explains the programme.
func guide(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/programme.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestWhatTheGuideShowsIsInAProgrammeThatIsTested compares each block of the guide with the programme that it names,
// whose figures are a case.
func TestWhatTheGuideShowsIsInAProgrammeThatIsTested(t *testing.T) {
	spaces := regexp.MustCompile(`[ ]+`)
	plain := func(text string) string { return spaces.ReplaceAllString(text, " ") }
	blocks := regexp.MustCompile("(?s)```(?:yaml|figures) ([a-z0-9_]+)\n(.*?)```").FindAllStringSubmatch(guide(t), -1)
	if len(blocks) < 8 {
		t.Fatalf("the guide has %d blocks", len(blocks))
	}
	for _, b := range blocks {
		text, err := os.ReadFile(filepath.Join("../../fixtures/programmes", b[1]+".txtar"))
		if err != nil {
			t.Error(err)
		}
		for line := range strings.Lines(b[2]) {
			if !strings.Contains(plain(string(text)), plain(strings.TrimSpace(line))) {
				t.Errorf("%s does not say %q", b[1], line)
			}
		}
	}
}

// TestTheGuideExplainsEveryKey takes the keys from the structs that the schema is made from.
func TestTheGuideExplainsEveryKey(t *testing.T) {
	text, seen := guide(t), map[reflect.Type]bool{}
	var check func(reflect.Type)
	check = func(of reflect.Type) {
		for of.Kind() == reflect.Slice || of.Kind() == reflect.Pointer || of.Kind() == reflect.Map {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || seen[of] {
			return
		}
		seen[of] = true
		for i := range of.NumField() {
			key := keyOf(of.Field(i))
			if !regexp.MustCompile("[`.{ ]" + key + "[`:]").MatchString(text) {
				t.Errorf("nothing explains %s", key)
			}
			check(of.Field(i).Type)
		}
	}
	check(reflect.TypeFor[namesFile]())
	check(reflect.TypeFor[versionFile]())
}
