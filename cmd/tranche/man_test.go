package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"tranche/fixtures/machine"
)

// manual writes the pages into a folder of its own.
func manual(t *testing.T) string {
	t.Helper()
	t.Setenv("SOURCE_DATE_EPOCH", "1790000000")
	folder := t.TempDir()
	ended(t, exitDone, "man", folder)
	return folder
}

// visible is a command and all below it that help shows.
func visible(c *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{c}
	for _, below := range c.Commands() {
		if below.IsAvailableCommand() {
			list = append(list, visible(below)...)
		}
	}
	return list
}

var flagName = regexp.MustCompile(`--[a-z-]+`)

func TestEveryCommandHasAPageWithAllThatHelpSays(t *testing.T) {
	folder := manual(t)
	all := visible(commands(&bytes.Buffer{}, &bytes.Buffer{}, &bytes.Buffer{}))
	if len(all) < 25 {
		t.Fatalf("only %d commands were found", len(all))
	}
	for _, c := range all {
		page, err := os.ReadFile(filepath.Join(folder, strings.ReplaceAll(c.CommandPath(), " ", "-")+".1"))
		if err != nil {
			t.Error(err)
			continue
		}
		texts := append(flagName.FindAllString(c.LocalFlags().FlagUsages(), -1), c.Short, c.Long, c.Example)
		for line := range strings.SplitSeq(strings.Join(texts, "\n"), "\n") {
			if !strings.Contains(strings.ReplaceAll(string(page), `\`, ""), strings.Trim(line, "# \t")) {
				t.Errorf("the page of %q leaves out: %s", c.CommandPath(), line)
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
		if !strings.Contains(string(a), `"1" "Sep 2026" "tranche `+version+`" "Tranche"`) {
			t.Errorf("%s does not have the month of SOURCE_DATE_EPOCH", p.Name())
		}
		if strings.Contains(string(a), `"`+account()+`"`) {
			t.Errorf("%s names whoever made it", p.Name())
		}
	}
}

func TestThePagesReadWithoutAWarning(t *testing.T) {
	machine.Program(t, "man")
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

func TestEveryShellIsToldTheCommands(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		var script bytes.Buffer
		code := run(t.Context(), []string{"completion", shell}, nil, &script, &script)
		if code != exitDone || !strings.Contains(script.String(), "tranche") {
			t.Errorf("%s: %d %s", shell, code, script.String())
		}
	}
	var words bytes.Buffer
	run(t.Context(), []string{"__complete", "out"}, nil, &words, &bytes.Buffer{})
	if !strings.HasPrefix(words.String(), "outbox\t") {
		t.Errorf("out should become outbox: %s", words.String())
	}
}
