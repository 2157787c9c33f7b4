package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNoFaultShowsWhatCanBeAPassword(t *testing.T) {
	for name, text := range map[string]string{
		"a key that is none":        "notify:\n  webhook: {url: \"https://h.example/TOPSECRET\", secret: TOPSECRET}\n",
		"a password in clear":       "notify:\n  mail: {host: h.example, password: TOPSECRET, from: a@b.example}\n",
		"a value of the wrong sort": "notify:\n  mail:\n    port: TOPSECRET\n",
		"a fault beside it":         "notify:\n  webhook: {url: \"https://h.example/TOPSECRET\"}\nno_such_key: 1\n",
		"a secret of a source":      "sources:\n  - s3: {endpoint: \"https://a:TOPSECRET@h.example\", secret: TOPSECRET}\n",
		"a wrong endpoint":          "sources:\n  - s3: {endpoint: \"https://h.example?sig=TOPSECRET\", bucket: b}\n",
		"a secret of a place":       "deliver: {places: [{name: a, s3: {endpoint: \"https://a:TOPSECRET@h.example\"}}]}\n",
		"a password of a place":     "deliver:\n  places:\n    - name: a\n      sftp: {host: h, password: TOPSECRET}\n",
		"a key in clear":            "signing: {key: TOPSECRET}\n",
		"a time stamp's password":   "signing:\n  key_file: k\n  timestamp: {url: \"https://a:TOPSECRET@h.example\"}\n",
		"a token":                   "serve: {token: TOPSECRET}\n",
		"an address that is none":   "notify:\n  webhook: {url: \"ftp://h.example/TOPSECRET\"}\n",
	} {
		path := filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(path, []byte("vendor: V\n"+text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Read(path)
		var wrong *Error
		if !errors.As(err, &wrong) {
			t.Errorf("%s passes: %v", name, err)
		} else if strings.Contains(err.Error(), "TOPSECRET") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
