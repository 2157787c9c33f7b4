package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ManifestName is the manifest's file.
const ManifestName = "manifest.json"

type manifest struct {
	Parts map[string]part `json:"parts"` // by its name in the folder, with slashes
}

// part is a file of an export; without hashes it is being written.
type part struct {
	Content string `json:"content,omitempty"` // of its columns and rows
	SHA256  string `json:"sha256,omitempty"`  // of its bytes
}

// readManifest reads the manifest of a folder; a new folder has none.
func readManifest(dir string) (manifest, error) {
	name := filepath.Join(dir, ManifestName)
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return manifest{}, nil
	}
	if err != nil {
		return manifest{}, err
	}
	var m manifest
	if err := json.Unmarshal(data, &m); err != nil || m.Parts == nil {
		return m, fmt.Errorf("%s is not the manifest of an export; name another folder", name)
	}
	for part := range m.Parts {
		if !filepath.IsLocal(filepath.FromSlash(part)) || !strings.HasSuffix(part, "/data.parquet") {
			return m, fmt.Errorf("%s names %q, which is not a part of an export; name another folder", name, part)
		}
	}
	return m, nil
}
