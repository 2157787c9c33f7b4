package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// manual writes the pages into a folder of its own.
func manual(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	ended(t, exitDone, "man", folder)
	return folder
}

func TestEveryCommandHasAPageWithAllThatHelpSays(t *testing.T) {
	folder := manual(t)
	root := commands(&bytes.Buffer{}, &bytes.Buffer{})
	all := documented(root)
	if len(all) < 25 {
		t.Fatalf("only %d commands were found", len(all))
	}
	for _, c := range all {
		page, err := os.ReadFile(filepath.Join(folder, pageName(c)+".1"))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, text := range []string{c.Short, c.Long, c.Example, c.LocalFlags().FlagUsagesWrapped(pageWidth)} {
			for line := range strings.SplitSeq(text, "\n") {
				if !strings.Contains(string(page), roff(strings.TrimSpace(line))) {
					t.Errorf("the page of %q leaves out: %s", c.CommandPath(), line)
				}
			}
		}
	}
	if pages, _ := os.ReadDir(folder); len(pages) != len(all) {
		t.Errorf("there are %d pages and %d commands", len(pages), len(all))
	}
}

func TestThePagesAreTheSameBytesEachTime(t *testing.T) {
	first, second := manual(t), manual(t)
	pages, err := os.ReadDir(first)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		a, _ := os.ReadFile(filepath.Join(first, p.Name()))
		b, _ := os.ReadFile(filepath.Join(second, p.Name()))
		if !bytes.Equal(a, b) {
			t.Errorf("%s differs", p.Name())
		}
		if title, _, _ := strings.Cut(string(a), "\n"); !strings.Contains(title, ` 1 "" "tranche `+version+`" `) {
			t.Errorf("%s has a date: %s", p.Name(), title)
		}
		if strings.Contains(string(a), `"`+userName()+`"`) {
			t.Errorf("%s names whoever made it", p.Name())
		}
	}
}

func TestThePagesReadWithoutAWarning(t *testing.T) {
	if _, err := exec.LookPath("man"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("man is missing (apt-get install man-db)")
	}
	pages, _ := filepath.Glob(filepath.Join(manual(t), "*.1"))
	for _, path := range pages {
		var warnings bytes.Buffer
		c := exec.Command("man", "--warnings=w", "-l", path)
		c.Env, c.Stderr = append(os.Environ(), "LC_ALL=C.UTF-8", "MANPAGER=cat", "MANWIDTH=100"), &warnings
		text, err := c.Output()
		if err != nil || warnings.Len() > 0 || !strings.Contains(string(text), "DESCRIPTION") {
			t.Errorf("%s: %v %s", filepath.Base(path), err, warnings.String())
		}
	}
}

func TestWhatALineOfAPageBeginsWithIsNoRequest(t *testing.T) {
	if got, want := roff(".ready\n'x' \"a-b\" \\"), "\\&.ready\n\\(aqx\\(aq \\(dqa\\-b\\(dq \\e"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
}

func TestEveryShellIsToldTheCommands(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		var script bytes.Buffer
		if code := run(t.Context(), []string{"completion", shell}, nil, &script, &script); code != exitDone || !strings.Contains(script.String(), "tranche") {
			t.Errorf("%s: %d %s", shell, code, script.String())
		}
	}
	var words bytes.Buffer
	if run(t.Context(), []string{"__complete", "out"}, nil, &words, &bytes.Buffer{}); !strings.HasPrefix(words.String(), "outbox\t") {
		t.Errorf("out should become outbox: %s", words.String())
	}
}
