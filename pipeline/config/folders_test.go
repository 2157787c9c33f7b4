package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// faultsOf are the faults of the example with a section of its own.
func faultsOf(t *testing.T, path, section, text string) string {
	t.Helper()
	var kept []string
	skip := false
	for line := range strings.SplitSeq(example(t), "\n") {
		if line != "" && !strings.ContainsAny(line[:1], " #") {
			skip = strings.HasPrefix(line, section+":")
		}
		if !skip {
			kept = append(kept, line)
		}
	}
	_, err := parse(path, []byte(text+"\n"+strings.Join(kept, "\n")))
	return fmt.Sprint(err)
}

func TestFoldersThatLieInEachOtherAreRefused(t *testing.T) {
	keys := []string{"inbox", "landing", "statements", "closed", "state", "published"}
	for i, outer := range keys {
		for j, inner := range keys {
			if i == j {
				continue
			}
			folders := map[string]string{inner: "data/a", outer: "data/a"}
			if outer != "state" && outer != "published" || inner != "state" && inner != "published" {
				want := "are one folder, /x/data/a; each needs one of its own"
				if got := faultsOf(t, "/x/config.yaml", "folders", inYAML(folders)); !strings.Contains(got, want) {
					t.Errorf("%s is %s: %s", inner, outer, got)
				}
			}
			folders[inner] = "data/a/b/c"
			want := fmt.Sprintf(": %s lies in %s, /x/data/a; put them beside each other", inner, outer)
			got := faultsOf(t, "/x/config.yaml", "folders", inYAML(folders))
			if !strings.Contains(got, want) || !strings.Contains(got, " 1 | folders") {
				t.Errorf("%s in %s: %s", inner, outer, got)
			}
		}
	}
}

func inYAML(folders map[string]string) string {
	var parts []string
	for key, folder := range folders {
		parts = append(parts, key+": "+folder)
	}
	return "folders: {" + strings.Join(parts, ", ") + "}"
}

func TestFoldersBesideEachOtherAndTheUsualOnesAreAllowed(t *testing.T) {
	for _, folders := range []string{"folders: {}", "folders: {inbox: /in, landing: /in2, published: shared}",
		"folders: {state: data/state, published: data/state}", "folders: {inbox: ../inbox}"} {
		if got := faultsOf(t, "/x/y/config.yaml", "folders", folders); got != "<nil>" {
			t.Errorf("%s: %s", folders, got)
		}
	}
}

func TestTheConfigurationTheAuditLogAndTheOutboxLieInNoFolder(t *testing.T) {
	for folders, want := range map[string]string{
		"{inbox: /x, landing: /l, statements: /s, closed: /c, state: /t/state}": "config.yaml lies in inbox, /x;",
		"{landing: outbox}":                      "landing and outbox are one folder, /x/outbox;",
		"{statements: audit.jsonl}":              "statements and audit.jsonl are one folder",
		"{inbox: data/outbox/in, state: data/s}": "inbox lies in outbox, /x/data/outbox;",
	} {
		if got := faultsOf(t, "/x/config.yaml", "folders", "folders: "+folders); !strings.Contains(got, want) {
			t.Errorf("%s: %s", folders, got)
		}
	}
}

func TestALinkDoesNotHideThatTwoFoldersAreOne(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(dir, filepath.Join(dir, "inbox")); err != nil {
		t.Fatal(err)
	}
	got := faultsOf(t, filepath.Join(dir, "config.yaml"), "folders", "folders: {landing: inbox/landing}")
	if !strings.Contains(got, "landing lies in inbox") {
		t.Error(got)
	}
}

func TestAddressesWithPasswordsAreRefusedAndNotRepeated(t *testing.T) {
	const mail = "from: a@b.example, operators: [o@b.example]}}"
	for notify, want := range map[string]string{
		"{webhook: {url: \"https://me:TOPSECRET@h.example/x\"}}":        "the address holds a password or a token",
		"{webhook: {url: \"https://TOPSECRET@h.example/x\"}}":           "the address holds a password or a token",
		"{webhook: {url: \"https://h.example/x?api_key=TOPSECRET\"}}":   "the address holds a password or a token",
		"{webhook: {url: \"https://h.example/x?Signature=TOPSECRET\"}}": "the address holds a password or a token",
		"{mail: {host: \"me:TOPSECRET@smtp.example\", " + mail:          "host is the name of the mail server alone",
		"{mail: {host: \"smtp://me:TOPSECRET@smtp.example\", " + mail:   "host is the name of the mail server alone",
	} {
		got := faultsOf(t, "/x/config.yaml", "notify", "notify: "+notify)
		if !strings.Contains(got, want) || strings.Contains(got, "TOPSECRET") {
			t.Errorf("%s: %s", notify, got)
		}
	}
	got := faultsOf(t, "/x/config.yaml", "notify", "notify: {webhook: {url: \"https://h.example/x?room=1\"}}")
	if strings.Contains(got, "password") {
		t.Error(got)
	}
}
