// Command modules writes down what a binary is made of: its *bill*, every module that the
// linker put into it, as CycloneDX, and the licences those modules come with.
//
// Both are read from the binary itself, not from go.mod, which also names what only tests
// use. The same binary gives the same bytes: neither has a time or a number of its own.
package main

import (
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
)

func main() {
	binary := flag.String("binary", "", "the binary")
	version := flag.String("version", "", "its version")
	sbom := flag.String("sbom", "", "the file for the bill")
	licences := flag.String("licences", "", "the file for the licences")
	flag.Parse()
	if err := run(*binary, *version, *sbom, *licences); err != nil {
		fmt.Fprintln(os.Stderr, "modules: "+err.Error())
		os.Exit(1)
	}
}

func run(binary, version, sbom, licences string) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return err
	}
	bill, err := json.MarshalIndent(billOf(info, version), "", "  ")
	if err != nil {
		return err
	}
	texts, err := licencesOf(info)
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(sbom, append(bill, '\n'), 0o644), os.WriteFile(licences, texts, 0o644))
}

type bill struct {
	Format       string      `json:"bomFormat"`
	Spec         string      `json:"specVersion"`
	Version      int         `json:"version"`
	Metadata     metadata    `json:"metadata"`
	Components   []component `json:"components"`
	Dependencies []dependent `json:"dependencies"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	URL        string     `json:"purl,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependent struct {
	Ref string   `json:"ref"`
	On  []string `json:"dependsOn"`
}

func billOf(info *debug.BuildInfo, version string) bill {
	b := bill{Format: "CycloneDX", Spec: "1.5", Version: 1,
		Metadata: metadata{component{Type: "application", Ref: "tranche", Name: "tranche", Version: version}}}
	std := strings.TrimPrefix(info.GoVersion, "go")
	b.Components = append(b.Components, component{Type: "library", Ref: "pkg:golang/std@" + std, Name: "std", Version: std, URL: "pkg:golang/std@" + std})
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		// In an address a + stands for a space.
		at := "pkg:golang/" + m.Path + "@" + strings.ReplaceAll(m.Version, "+", "%2B")
		b.Components = append(b.Components, component{Type: "library", Ref: at, Name: m.Path, Version: m.Version, URL: at,
			Properties: []property{{"go.sum", m.Sum}}})
	}
	on := dependent{Ref: "tranche"}
	for _, c := range b.Components {
		on.On = append(on.On, c.Ref)
	}
	b.Dependencies = []dependent{on}
	return b
}

var isLicence = regexp.MustCompile(`(?i)^((un)?licen[cs]e|copying|notice)([-._].*)?$`)

// licencesOf puts the licences of Go and of every module one after the other. A module
// without one may not be handed out, and so is an error.
func licencesOf(info *debug.BuildInfo) ([]byte, error) {
	var out bytes.Buffer
	add := func(name, folder string) error {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return err
		}
		found := false
		for _, e := range entries {
			if e.IsDir() || !isLicence.MatchString(e.Name()) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(folder, e.Name()))
			if err != nil {
				return err
			}
			fmt.Fprintf(&out, "==== %s: %s\n\n%s\n\n", name, e.Name(), bytes.TrimSpace(text))
			found = true
		}
		if !found {
			return fmt.Errorf("%s has no licence in %s", name, folder)
		}
		return nil
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("where Go is: %w", err)
	}
	if err := add("Go "+runtime.Version(), strings.TrimSpace(string(root))); err != nil {
		return nil, err
	}
	for _, m := range info.Deps {
		folder, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", m.Path).Output()
		if err != nil {
			return nil, fmt.Errorf("where %s is: %w", m.Path, err)
		}
		if err := add(m.Path+" "+m.Version, strings.TrimSpace(string(folder))); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}
