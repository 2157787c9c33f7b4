package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/printer"
	"github.com/goccy/go-yaml/token"

	"tranche/pipeline/programme"
)

// reader turns the decoded structs into values and gathers faults. The file is parsed once, and lines are printed
// only for a fault.
type reader struct {
	tree    *ast.File
	unshown []bool // by line number
	faults  []string
	others  programme.Names // of the programme beside which another one is read
}

// decode parses a file into its structs. Faults come as an *Error.
func decode(path string, source []byte, options ...yaml.DecodeOption) (f file, r *reader, err error) {
	r = &reader{unshown: secretLines(source)}
	if len(source) > largest {
		err = fmt.Errorf("the file has %d bytes; a configuration has at most %d", len(source), largest)
		return f, r, &Error{Path: path, Faults: []string{err.Error()}}
	}
	tokens := lexer.Tokenize(string(source))
	if err = checkDepth(tokens); err == nil {
		r.tree, err = parser.Parse(tokens, 0)
	}
	if err == nil && len(r.tree.Docs) > 0 && r.tree.Docs[0].Body != nil {
		if r.version1(); len(r.faults) > 0 {
			return f, r, &Error{Path: path, Faults: r.faults}
		}
		err = yaml.NodeToValue(r.tree.Docs[0].Body, &f, options...)
	}
	if err != nil {
		shown := r.discreet(strings.TrimSpace(yaml.FormatError(err, false, true)))
		return f, r, &Error{Path: path, Faults: []string{shown}}
	}
	return f, r, nil
}

// largest is how many bytes a configuration has at most: the parser takes forty times as much.
const largest = 4 << 20

// The limits of nesting and of a block's column: the parser's memory grows with the square of the depth. The example
// is 7 deep.
const (
	deepest  = 100
	furthest = 1000
)

func checkDepth(tokens token.Tokens) error {
	depth := 0
	for _, t := range tokens {
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth = max(0, depth-1)
		case token.SequenceEntryType, token.MappingKeyType, token.MappingValueType:
			if depth == 0 && t.Position.Column > furthest {
				depth = deepest + 1
			}
		}
		if depth > deepest {
			return fmt.Errorf("line %d is nested too deep; a configuration has at most %d levels", t.Position.Line, deepest)
		}
	}
	return nil
}

// fault adds a fault at a path such as $.feeds[0].dates.
func (r *reader) fault(path, format string, args ...any) {
	message := strings.TrimPrefix(path, "$.") + ": " + fmt.Sprintf(format, args...)
	if shown := r.show(path); shown != "" {
		message += "\n" + shown
	}
	r.faults = append(r.faults, message)
}

// show prints a path's line with a caret. A missing path shows its parent; a path behind an anchor shows nothing.
func (r *reader) show(path string) string {
	for path != "$" && path != "" {
		if p, err := yaml.PathString(path); err == nil {
			if node, err := p.FilterFile(r.tree); err == nil {
				var print printer.Printer
				return r.discreet(strings.TrimRight(print.PrintErrorToken(node.GetToken(), false), " \n"))
			}
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return ""
		}
		path = path[:cut]
	}
	return ""
}

// shownLine is a numbered line of an excerpt.
var shownLine = regexp.MustCompile(`^>? *(\d+) \|`)

// hidden are the sections that no excerpt shows.
var hidden = regexp.MustCompile(`^(notify|publish|serve|sources|deliver|signing)\s*:`)

// secretLines marks the lines of sections with servers and keys. They may hold a password, and excerpts go into logs.
func secretLines(source []byte) []bool {
	lines, secret := []bool{false}, false
	for line := range strings.SplitSeq(string(source), "\n") {
		if line != "" && !strings.ContainsAny(line[:1], " \t#-}]") {
			secret = hidden.MatchString(line)
		}
		lines = append(lines, secret)
	}
	return lines
}

// discreet leaves secret lines out of an excerpt.
func (r *reader) discreet(excerpt string) string {
	out := strings.Split(excerpt, "\n")
	for i, line := range out {
		m := shownLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if n, err := strconv.Atoi(m[1]); err == nil && n < len(r.unshown) && r.unshown[n] {
			out[i] = m[0] + " (what stands here is not shown)"
		}
	}
	return strings.Join(out, "\n")
}
