package feed

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// documentYear is what the key of a yearly feed has besides columns: the year of the document's date.
const documentYear = "document_year"

// LineKey is the source of each key column of a sales line: the sender's names, a constant, or the line's
// occurrence. line_key lists the further columns of the feed's key, in order.
func (f Feed) LineKey() map[string]string {
	own := slices.DeleteFunc(slices.Clone(f.key()), func(name string) bool {
		return name == "distributor" || name == "document_no" || name == "line_no"
	})
	key := map[string]string{}
	for _, name := range append([]string{"distributor", "document_no", "line_no"}, own...) {
		constant, same := f.Constants[name]
		switch {
		case name == documentYear:
			key[name] = "the year of the document's date"
		case same:
			key[name] = fmt.Sprintf("always %q", constant)
		case f.Columns[name] == nil && f.writes(name):
			key[name] = "headings of groups"
		case f.Columns[name] == nil:
			key[name] = "counted"
		default:
			key[name] = strings.Join(f.Columns[name], " or ")
		}
		if words := f.Values[name]; len(words) > 0 {
			key[name] += fmt.Sprintf(" with the values %v", words) // fmt prints maps in the order of their keys
		}
	}
	if len(own) > 0 {
		key["line_key"] = strings.Join(own, " / ")
	}
	return key
}

// CountsLines says that the sender does not number its lines. A line is then named by its document, SKU and occurrence.
func (f Feed) CountsLines() bool {
	_, constant := f.Constants["line_no"]
	return f.Kind == Sales && f.Columns["line_no"] == nil && !constant
}

// key is the declared key, with what names a line that has no number, or whose number comes again each year.
func (f Feed) key() []string {
	key := slices.Clone(f.Key)
	if f.CountsLines() && !slices.Contains(key, "sku") {
		key = append(key, "sku")
	}
	if f.Yearly {
		key = append(key, documentYear)
	}
	return key
}

// withoutYear is a key as it was before the sender's document numbers were yearly.
func withoutYear(key map[string]string) map[string]string {
	key = maps.Clone(key)
	delete(key, documentYear)
	own, isLast := strings.CutSuffix(key["line_key"], documentYear)
	if key["line_key"] = strings.TrimSuffix(own, " / "); isLast && own == "" {
		delete(key, "line_key")
	}
	return key
}

// SameKey says that lines keep their keys: both are the same, or now only adds names behind the earlier ones, or the
// year of the document, which stated keys take, too.
func SameKey(then, now map[string]string) bool {
	if then[documentYear] == "" && now[documentYear] != "" {
		now = withoutYear(now)
	}
	return maps.EqualFunc(then, now, func(a, b string) bool { return a == b || strings.HasPrefix(b, a+" or ") })
}

// ShowKey is a key for people.
func ShowKey(key map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(key)) {
		parts = append(parts, name+": "+key[name])
	}
	return strings.Join(parts, ", ")
}
