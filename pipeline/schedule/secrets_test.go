package schedule

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tranche/pipeline"
)

const secretWays = `deliver:
  statements: mail
  partners: {PQ2: portal, PQ4: bucket}
  places:
    - name: portal
      timeout: 2s
      sftp: {host: 127.0.0.1, port: PORT, user: us, password_file: sftp.secret, known_hosts: known_hosts}
    - name: bucket
      timeout: 2s
      s3: {endpoint: "http://127.0.0.1:PORT", bucket: b, key_id: k, secret_file: s3.secret}
signing: {key_file: key.pem}
`

// TestNoSecretIsInAnyFileLogOrFault gives every way a secret, lets every way fail, and then looks for the secrets in
// all that was written and said.
func TestNoSecretIsInAnyFileLogOrFault(t *testing.T) {
	long(t)
	w := newOutward(t, "")
	port := fmt.Sprint(w.office.port) // it speaks neither SSH nor HTTP
	_, key := keyFile(t)
	secrets := map[string]string{"sftp.secret": "SECRET-OF-SFTP", "s3.secret": "SECRET-OF-S3",
		"passwords.csv": "partner_id,password\nPQ1,SECRET-OF-PQ1\n", "key.pem": key,
		"known_hosts": "[127.0.0.1]:" + port + " ssh-ed25519 " +
			"AAAAC3NzaC1lZDI1NTE5AAAAIGXqPzYyGkAKeGbsbXx3JzT/nw8qzPp2NRpBNCIVtX/S\n"}
	for name, text := range secrets {
		w.write(name, text)
	}
	t.Setenv("TRANCHE_TEST_SECRET", "SECRET-OF-ENVIRONMENT")
	mail := "notify:\n  mail: {host: 127.0.0.1, port: " + port + ", security: starttls, user: us, password_env: " +
		"TRANCHE_TEST_SECRET, from: desk@v.example, finance: [pay@v.example]}\nstatement: {passwords: passwords.csv}\n"
	w.write("config.yaml", shop+mail+strings.ReplaceAll(secretWays, "PORT", port))
	var err error
	if w.config, err = w.server.Read(); err != nil {
		t.Fatal(err)
	}
	w.close()
	said := fmt.Sprintf("%+v", TryWays(t.Context(), w.config))
	list, err := Deliveries(w.config)
	if err != nil || len(list) != 3 {
		t.Fatalf("%d deliveries (%v)", len(list), err)
	}
	for _, s := range list {
		if said += s.Error; s.State != "waiting" || s.Error == "" {
			t.Errorf("%s is %s: %s", s.Delivery.Way, s.State, s.Error)
		}
	}
	if _, err := pipeline.Run(t.Context(), w.options(w.config, 1)); err != nil {
		t.Fatal(err)
	}
	hash := w.config.SourceHash
	w.write("s3.secret", "SECRET-OF-S3-TOO")
	if w.config, err = w.server.Read(); err != nil || w.config.SourceHash != hash {
		t.Errorf("the configuration's hash changes with a secret (%v)", err)
	}
	looked := 0
	look := func(name string, data []byte) {
		looked++
		for _, secret := range []string{"SECRET-OF", key[40:80]} {
			if bytes.Contains(data, []byte(secret)) {
				t.Errorf("%s holds %s", name, secret)
			}
		}
	}
	look("what is said", []byte(said))
	err = filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if name, _ := filepath.Rel(w.dir, path); err != nil || d.IsDir() || secrets[name] != "" {
			return err
		}
		data, err := os.ReadFile(path)
		look(path, data)
		return err
	})
	if err != nil || looked < 30 {
		t.Errorf("%d files were looked at (%v)", looked, err)
	}
}
