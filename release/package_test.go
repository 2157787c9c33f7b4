// Package release_test makes the release twice, in two folders, and uses it as somebody
// does who has nothing else.
package release_test

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tranche/fixtures/machine"
)

const (
	version = "1.2.3~rc1+4.g0123456789ab"
	epoch   = "1790000000"
)

// does runs a program in a folder and returns its exit code and all it said.
func does(t *testing.T, folder, program string, args ...string) (int, string) {
	t.Helper()
	c := exec.Command(program, args...)
	c.Dir = folder
	c.Env = append(os.Environ(), "SOURCE_DATE_EPOCH="+epoch, "LC_ALL=C.UTF-8", "MAKEFLAGS=", "MANPAGER=cat")
	said, err := c.CombinedOutput()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), string(said)
}

func must(t *testing.T, folder, program string, args ...string) string {
	t.Helper()
	code, said := does(t, folder, program, args...)
	if code != 0 {
		t.Fatalf("%s %s ended with %d:\n%s", program, strings.Join(args, " "), code, said)
	}
	return said
}

// release makes one of the source in a folder.
func release(t *testing.T, source, dist string) map[string][sha256.Size]byte {
	t.Helper()
	must(t, source, "make", "release", "VERSION="+version, "DIST="+dist)
	entries, err := os.ReadDir(dist)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string][sha256.Size]byte{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dist, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		sums[e.Name()] = sha256.Sum256(data)
	}
	return sums
}

// copied is the source in another folder, as somebody has it who unpacked it there.
func copied(t *testing.T) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "another place")
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel("..", path)
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", "bin", "bench", "demo", "dist"}, name):
			return fs.SkipDir
		}
		if !d.Type().IsRegular() || name == ".git" {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		path = filepath.Join(to, name)
		return errors.Join(
			os.MkdirAll(filepath.Dir(path), 0o700),
			os.WriteFile(path, data, info.Mode().Perm()),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func TestTheReleaseIsWhatItSaysAndWorksByItself(t *testing.T) {
	if testing.Short() {
		t.Skip("make test-all runs it")
	}
	for _, program := range []string{"dpkg-deb", "objdump", "man", "sha256sum"} {
		machine.Program(t, program)
	}
	const maintainer = "Anna Builder <anna@vendor.example>"
	t.Setenv("MAINTAINER", maintainer)
	dist, root := filepath.Join(t.TempDir(), "dist"), t.TempDir()
	sums := release(t, "..", dist)

	t.Run("its checksums are true", func(t *testing.T) {
		if said := must(t, dist, "sha256sum", "--strict", "-c", "SHA256SUMS"); strings.Count(said, ": OK") != 3 {
			t.Error(said)
		}
	})
	t.Run("another folder gives the same bytes", func(t *testing.T) {
		for name, sum := range release(t, copied(t), filepath.Join(t.TempDir(), "elsewhere")) {
			if sums[name] != sum {
				t.Errorf("%s differs", name)
			}
		}
	})
	deb := filepath.Join(dist, "tranche_"+version+"_amd64.deb")
	if said := must(t, dist, "dpkg-deb", "--field", deb, "Version"); strings.TrimSpace(said) != version {
		t.Errorf("the package says %s", said)
	}
	if said := must(t, dist, "dpkg-deb", "--field", deb, "Maintainer"); strings.TrimSpace(said) != maintainer {
		t.Errorf("the package is kept by %s", said)
	}
	must(t, dist, "dpkg-deb", "-x", deb, root)
	binary := filepath.Join(root, "usr/bin/tranche")
	t.Run("it runs the demo", func(t *testing.T) { runsTheDemo(t, binary) })
	t.Run("it needs nothing but glibc", func(t *testing.T) {
		needsOnlyGlibc(t, binary, must(t, dist, "dpkg-deb", "--field", deb, "Depends"))
	})
	t.Run("its bill names what is in it", func(t *testing.T) { billIsWhole(t, root) })
	t.Run("its manual can be read", func(t *testing.T) {
		pages, _ := filepath.Glob(filepath.Join(root, "usr/share/man/man1/*.1.gz"))
		if len(pages) < 25 {
			t.Errorf("there are %d pages", len(pages))
		}
		said := must(t, root, "man", "--warnings=w", "-l", filepath.Join(root, "usr/share/man/man1/tranche-run.1.gz"))
		if !strings.Contains(said, "--notify") || strings.Contains(said, "warning") {
			t.Error(said)
		}
	})
	t.Run("its units are understood", func(t *testing.T) { unitsAreUnderstood(t, root) })
	for _, name := range []string{
		"bash-completion/completions/tranche",
		"zsh/vendor-completions/_tranche",
		"fish/vendor_completions.d/tranche.fish",
		"doc/tranche/copyright",
		"doc/tranche/LICENSES-OF-MODULES",
		"doc/tranche/examples/tranche.logrotate",
		"doc/tranche/docs/operations.md",
		"doc/tranche/docs/units/tranche.service",
	} {
		info, err := os.Stat(filepath.Join(root, "usr/share", name))
		if err != nil || info.Size() == 0 || info.Mode().Perm() != 0o644 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func runsTheDemo(t *testing.T, binary string) {
	folder := t.TempDir()
	if said := must(t, folder, binary, "--version"); !strings.Contains(said, version) {
		t.Errorf("it says %s", said)
	}
	must(t, folder, binary, "init", "demo")
	code, said := does(t, folder, binary, "run", "-c", "demo/config.yaml")
	if code != 3 || !strings.Contains(said, "107 written") {
		t.Errorf("it ended with %d:\n%s", code, said)
	}
	if _, err := os.Stat(filepath.Join(folder, "demo/statements/2024-08/statement_P1001.xlsx")); err != nil {
		t.Error(err)
	}
}

// needsOnlyGlibc also compares what the linker bound with what the package asks for.
func needsOnlyGlibc(t *testing.T, binary, depends string) {
	f, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	libraries, _ := f.ImportedLibraries()
	for _, l := range libraries {
		if !slices.Contains([]string{"libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2"}, l) {
			t.Errorf("it needs %s", l)
		}
	}
	symbols, _ := f.ImportedSymbols()
	_, asked, _ := strings.Cut(depends, "libc6 (>= ")
	asked, _, _ = strings.Cut(asked, ")")
	for _, s := range symbols {
		wanted, ok := strings.CutPrefix(s.Version, "GLIBC_")
		if code, _ := does(t, ".", "dpkg", "--compare-versions", wanted, "le", asked); ok && code != 0 {
			t.Errorf("%s is of glibc %s, and the package asks for %q", s.Name, wanted, asked)
		}
	}
}

func billIsWhole(t *testing.T, root string) {
	data, err := os.ReadFile(filepath.Join(root, "usr/share/doc/tranche/sbom.cdx.json"))
	if err != nil {
		t.Fatal(err)
	}
	type component struct{ Name, Version string }
	var bill struct {
		BomFormat, SpecVersion string
		Components             []component
	}
	if err := json.Unmarshal(data, &bill); err != nil || bill.BomFormat != "CycloneDX" || bill.SpecVersion != "1.5" {
		t.Errorf("%v %+v", err, bill)
	}
	licences, _ := os.ReadFile(filepath.Join(root, "usr/share/doc/tranche/LICENSES-OF-MODULES"))
	// The binary's own list, as Go reads it.
	listed := must(t, root, "go", "version", "-m", "usr/bin/tranche")
	n := 1 // Go itself
	if !bytes.Contains(licences, []byte("==== Go/LICENSE\n")) {
		t.Error("the licence of Go is left out")
	}
	for line := range strings.SplitSeq(listed, "\n") {
		fields := strings.Fields(line)
		if len(fields) < 3 || fields[0] != "dep" {
			continue
		}
		n++
		if !slices.Contains(bill.Components, component{fields[1], fields[2]}) {
			t.Errorf("the bill leaves out %s", fields[1])
		}
		if !bytes.Contains(licences, []byte("==== "+fields[1]+"/")) {
			t.Errorf("the licence of %s is left out", fields[1])
		}
	}
	if n != len(bill.Components) || n < 30 {
		t.Errorf("the bill has %d components, the binary %d", len(bill.Components), n)
	}
}

// unitsAreUnderstood asks systemd, with the binary where it was unpacked.
func unitsAreUnderstood(t *testing.T, root string) {
	machine.Program(t, "systemd-analyze")
	units, _ := filepath.Glob(filepath.Join(root, "usr/lib/systemd/system/tranche*"))
	if len(units) != 5 {
		t.Errorf("there are %d units", len(units))
	}
	folder, args := t.TempDir(), []string{"verify"}
	for _, path := range units {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		there := filepath.Join(folder, filepath.Base(path))
		binary := filepath.Join(root, "usr/bin/tranche")
		text = bytes.ReplaceAll(text, []byte("/usr/bin/tranche"), []byte(binary))
		if err := os.WriteFile(there, text, 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, there)
	}
	if said := must(t, folder, "systemd-analyze", args...); strings.Contains(said, "tranche") {
		t.Error(said)
	}
}
