package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"tranche": func() { os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// Each script under testdata is one sentence about the program. make test has a third of them, make test-all every one.
func TestScripts(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("there are no scripts (%v)", err)
	}
	if testing.Short() {
		every := scripts
		scripts = nil
		for i := 0; i < len(every); i += 3 {
			scripts = append(scripts, every[i])
		}
	}
	testscript.Run(t, testscript.Params{
		Files: scripts,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    exits,
			"append":   appendTo,
			"workbook": workbook,
			"zipped":   zipped,
		},
	})
}

// exits CODE COMMAND...: the command ends with exactly that code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = err.Error()
	}
	if got != "0" && got != "exit status "+args[0] || got == "0" && args[0] != "0" {
		ts.Fatalf("it ended with %s, not with %s", got, args[0])
	}
}

// append TEXT FILE: a line more.
func appendTo(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o700))
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	ts.Check(err)
	_, err = f.WriteString(args[0] + "\n")
	ts.Check(err)
	ts.Check(f.Close())
}
