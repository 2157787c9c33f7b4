package publish

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"tranche/pipeline/files"
)

// Withheld is a workbook that cannot be made. The others of its month are published without it.
type Withheld struct {
	Month, Workbook string
	Why             string // it names partner, document, file and line
}

// String says all of it.
func (w Withheld) String() string {
	return fmt.Sprintf("%s/%s cannot be made, and is kept back: %s", w.Month, w.Workbook, w.Why)
}

// Withhold notes workbooks that cannot be made, and why. An earlier one of that name is removed, because its figures
// are not the published ones.
func (m *Month) Withhold(why map[string]string) {
	m.now.Withheld = why
	for name := range why {
		delete(m.now.Made, name)
	}
}

// Withheld lists the workbooks of the month that cannot be made.
func (m *Month) Withheld() []Withheld { return m.now.withheld() }

func (m manifest) withheld() (list []Withheld) {
	for _, name := range slices.Sorted(maps.Keys(m.Withheld)) {
		list = append(list, Withheld{m.Month, name, m.Withheld[name]})
	}
	return list
}

// WithheldOf lists the workbooks that are withheld from a folder of published months.
func WithheldOf(statements string) (list []Withheld, err error) {
	paths, err := files.Glob(statements, "*/"+manifestName)
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var m manifest
		if err := json.Unmarshal(data, &m); err != nil {
			return nil, fmt.Errorf("read %s: %w", filepath.Clean(path), err)
		}
		list = append(list, m.withheld()...)
	}
	return list, nil
}
