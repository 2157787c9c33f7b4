package feed

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// LineKey is the source of each key column of a sales line: the sender's names, a constant, or the line's
// occurrence. line_key lists the further columns of the feed's key, in order.
func (f Feed) LineKey() map[string]string {
	own := slices.DeleteFunc(slices.Clone(f.Key), func(name string) bool {
		return name == "distributor" || name == "document_no" || name == "line_no"
	})
	key := map[string]string{}
	for _, name := range append([]string{"distributor", "document_no", "line_no"}, own...) {
		constant, same := f.Constants[name]
		switch {
		case same:
			key[name] = fmt.Sprintf("always %q", constant)
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

// SameKey says that lines keep their keys: both are the same, or now only adds names behind the earlier ones.
func SameKey(then, now map[string]string) bool {
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
