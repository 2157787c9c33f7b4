package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// place is a folder, or the configuration file, with the key that puts it there.
type place struct{ key, path string }

// apart refuses folders that are one folder or lie in each other: a run empties, replaces, closes off or shares whole
// folders, and takes whatever lies in the inbox. Only published.duckdb may lie in the state folder itself.
func (r *reader) apart(config string, f Folders, given foldersFile) {
	places := []place{
		{"inbox", f.Inbox}, {"landing", f.Landing}, {"statements", f.Statements}, {"closed", f.Closed}, {"state", f.State},
		{"published", f.Analysts},
	}
	for i := range places {
		places[i].path = real(places[i].path)
	}
	faults := len(r.faults)
	r.eachApart(places, given)
	if len(r.faults) > faults {
		return
	}
	r.eachApart(append(places, place{"", real(f.Outbox())}, place{"", real(f.Audit())}, place{"", real(config)}), given)
}

func (r *reader) eachApart(places []place, given foldersFile) {
	for i, a := range places {
		for _, b := range places[i+1:] {
			switch in := inside(a.path, b.path); {
			case !in && !inside(b.path, a.path), a.key == "":
			case a.key == "state" && b.key == "published" && a.path == b.path:
			case a.path == b.path:
				r.fault("$.folders."+written(given, b.key, a.key), "%s and %s are one folder, %s; each needs one of its own",
					a.name(), b.name(), a.path)
			case in:
				r.fault("$.folders."+written(given, b.key, a.key), "%s lies in %s, %s; put them beside each other",
					b.name(), a.name(), a.path)
			default:
				r.fault("$.folders."+written(given, a.key, b.key), "%s lies in %s, %s; put them beside each other",
					a.name(), b.name(), b.path)
			}
		}
	}
}

func (p place) name() string {
	if p.key != "" {
		return p.key
	}
	return filepath.Base(p.path)
}

// written is the first key that stands in the file, so that its line is shown.
func written(f foldersFile, keys ...string) string {
	values := map[string]string{"inbox": f.Inbox, "landing": f.Landing, "statements": f.Statements, "closed": f.Closed,
		"state": f.State, "published": f.Published}
	i := slices.IndexFunc(keys, func(key string) bool { return values[key] != "" })
	return keys[max(0, i)]
}

// inside says whether path is folder or lies in it.
func inside(folder, path string) bool {
	rest, err := filepath.Rel(folder, path)
	return err == nil && rest != ".." && !strings.HasPrefix(rest, "../")
}

// real is a path without links, as far as it exists.
func real(path string) string {
	for rest, above := "", path; ; above = filepath.Dir(above) {
		if found, err := filepath.EvalSymlinks(above); err == nil {
			return filepath.Join(found, rest)
		} else if !os.IsNotExist(err) || above == filepath.Dir(above) {
			return path
		}
		rest = filepath.Join(filepath.Base(above), rest)
	}
}
