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
)

// reader turns the file's shapes into values and gathers faults. The file is parsed once; lines
// are printed from the tree, and only for a fault.
type reader struct {
	tree    *ast.File
	unshown []bool // by line number
	faults  []string
}

// decode parses a file and fills its shapes. A *Error says what is wrong in it.
func decode(path string, source []byte, options ...yaml.DecodeOption) (f file, r *reader, err error) {
	r = &reader{unshown: secretLines(source)}
	tokens := lexer.Tokenize(string(source))
	if err = checkDepth(tokens); err == nil {
		r.tree, err = parser.Parse(tokens, 0)
	}
	if err == nil && len(r.tree.Docs) > 0 && r.tree.Docs[0].Body != nil {
		err = yaml.NodeToValue(r.tree.Docs[0].Body, &f, options...)
	}
	if err != nil {
		shown := r.discreet(strings.TrimSpace(yaml.FormatError(err, false, true)))
		return f, r, &Error{Path: path, Faults: []string{shown}}
	}
	return f, r, nil
}

// The deepest nesting, and the furthest column a block begins in: the parser's memory grows with the
// square of the depth, and the example is 7 deep.
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
			depth--
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

// fault shows what is wrong at a path such as $.feeds[0].dates.
func (r *reader) fault(path, format string, args ...any) {
	message := strings.TrimPrefix(path, "$.") + ": " + fmt.Sprintf(format, args...)
	if shown := r.show(path); shown != "" {
		message += "\n" + shown
	}
	r.faults = append(r.faults, message)
}

// show prints the line a path stands on, with a caret. Where the path itself is
// not in the file, because something is missing, its parent is shown; behind an
// anchor nothing can be.
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

// shownLine is a line of the file as an excerpt shows it.
var shownLine = regexp.MustCompile(`^>? *(\d+) \|`)

// hidden are the parts of the file that no excerpt shows.
var hidden = regexp.MustCompile(`^(notify|serve)\s*:`)

// secretLines says which lines stand below notify and serve, where somebody can have written
// a password: excerpts go into logs.
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
