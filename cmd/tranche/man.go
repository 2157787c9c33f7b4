package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// pageWidth is what a page's indent leaves of a terminal.
const pageWidth = 72

// manCommand writes the manual out of the commands, for `make install` and the package.
// It is no command of a user's, so help does not show it.
func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man FOLDER",
		Short:  "Write a manual page for each command",
		Hidden: true,
		Args:   arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o700); err != nil {
				return err
			}
			for _, c := range documented(cmd.Root()) {
				path := filepath.Join(args[0], pageName(c)+".1")
				if err := os.WriteFile(path, []byte(page(c)), 0o600); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// documented is a command and all below it that have a page.
func documented(c *cobra.Command) []*cobra.Command {
	if c.Hidden || c.IsAdditionalHelpTopicCommand() || c.Name() == "help" {
		return nil
	}
	list := []*cobra.Command{c}
	for _, below := range c.Commands() {
		list = append(list, documented(below)...)
	}
	return list
}

func pageName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// page is one command's manual page. It has no date, so that the same program always
// has the same manual.
func page(c *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %q 1 \"\" %q \"Tranche\"\n.nh\n.ad l\n", strings.ToUpper(pageName(c)), roff("tranche "+version))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(pageName(c)), roff(c.Short))
	b.WriteString(".SH SYNOPSIS\n")
	if c.Runnable() {
		fmt.Fprintf(&b, ".B %s\n", roff(c.UseLine()))
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, ".br\n.B %s COMMAND\n", roff(c.CommandPath()))
	}
	fmt.Fprintf(&b, ".SH DESCRIPTION\n%s", paragraphs(description(c)))
	commandList(&b, c)
	options(&b, "OPTIONS", c.NonInheritedFlags().FlagUsagesWrapped(pageWidth))
	options(&b, "OPTIONS OF EVERY COMMAND", c.InheritedFlags().FlagUsagesWrapped(pageWidth))
	if c.HasExample() {
		fmt.Fprintf(&b, ".SH EXAMPLES\n.nf\n%s\n.fi\n", roff(c.Example))
	}
	seeAlso(&b, c)
	return b.String()
}

// description is the long text, or the short one as a sentence.
func description(c *cobra.Command) string {
	if c.Long != "" {
		return c.Long
	}
	return c.Short + "."
}

func commandList(b *strings.Builder, c *cobra.Command) {
	heading := ".SH COMMANDS\n"
	for _, below := range c.Commands() {
		if len(documented(below)) == 0 {
			continue
		}
		fmt.Fprintf(b, "%s.TP\n.B %s\n%s\n", heading, roff(below.Name()), roff(below.Short))
		heading = ""
	}
}

// options are shown as --help shows them.
func options(b *strings.Builder, heading, usages string) {
	if usages != "" {
		fmt.Fprintf(b, ".SH %s\n.nf\n%s.fi\n", heading, roff(usages))
	}
}

func seeAlso(b *strings.Builder, c *cobra.Command) {
	var pages []string
	if c.HasParent() {
		pages = append(pages, pageName(c.Parent()))
	}
	for _, below := range c.Commands() {
		if len(documented(below)) > 0 {
			pages = append(pages, pageName(below))
		}
	}
	if len(pages) == 0 {
		return
	}
	b.WriteString(".SH SEE ALSO\n")
	for i, name := range pages {
		mark := ","
		if i == len(pages)-1 {
			mark = ""
		}
		fmt.Fprintf(b, ".BR %s (1)%s\n", roff(name), mark)
	}
}

// paragraphs keeps the lines of a text as they are written: some are lists.
func paragraphs(text string) string {
	var b strings.Builder
	for i, paragraph := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if i > 0 {
			b.WriteString(".PP\n")
		}
		fmt.Fprintf(&b, ".nf\n%s\n.fi\n", roff(strings.Trim(paragraph, "\n")))
	}
	return b.String()
}

// roff writes a text so that nothing in it is taken for a request or an escape.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, `"`, `\(dq`, "`", "\\(ga", "^", `\(ha`, "~", `\(ti`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
