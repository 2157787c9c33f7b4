package console

import (
	"bytes"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"sync"
	"time"

	"tranche/pipeline/console/accounts"
	"tranche/pipeline/console/tables"
	"tranche/pipeline/console/words"
)

// sheet is what a page shows: a title, and parts in their order.
type sheet struct {
	Title    string
	Crumbs   links // the pages that it lies under
	Lead     string
	Points   []string // sentences below the lead
	Problem  string
	Status   int // of the answer; 0: 200
	IsWrong  bool
	IsNarrow bool
	Refresh  int // seconds after which it is loaded again; 0: never
	Parts    []part
}

// part is one of: facts, tiles, links, form, chart, shownTable, note.
type part struct {
	Name string // of its template
	Data any
}

func (s *sheet) add(parts ...any) {
	for _, p := range parts {
		name := strings.TrimPrefix(fmt.Sprintf("%T", p), "console.")
		s.Parts = append(s.Parts, part{name, p})
	}
}

// facts are figures with their names.
type facts struct {
	Title string
	Note  string
	Rows  []fact
}

type fact struct {
	Label, Value, To string
	Note             string
	IsNumber         bool
}

// tiles are the figures that a page begins with.
type tiles []tile

type tile struct {
	Label, Value, Note, To string
	Mark                   string // good, wait or bad; empty: none
}

// links lead to other pages.
type links []link

type link struct{ Text, To string }

// note is a text in its own lines.
type note struct {
	Title, Text string
	IsSource    bool // as a file has it
}

// form is what can be done, by whom.
type form struct {
	Title, Note string
	Act         accounts.Act // empty: anybody may
	Action      string
	Fields      []field
	Submit      string
	IsGrave     bool
	IsInline    bool
	HasFile     bool
	Preview     string // where a script gets a preview from; empty: there is none
	Token       string
	id          int
}

type field struct {
	Name, Label, Kind, Value, Note, Complete string
	Options                                  []option
	IsNeeded                                 bool
}

type option struct {
	Value, Text string
	IsChosen    bool
}

// shownTable is a table in the reader's language.
type shownTable struct {
	ID, Title, Note, Empty string
	Heads                  []head
	Rows                   [][]cell
	Choices                []choice
	Find                   string
	FindName               string
	Path                   string
	Kept                   map[string]string
	Count                  string
	Previous, Next         string
	CSV, XLSX, All         string
	HasSearch              bool
}

type head struct{ Text, To, Sorted, Class string }

type cell struct{ Text, To, Class string }

type choice struct {
	Name, Label string
	Options     []option
}

// frame is everything that the template needs.
type frame struct {
	*sheet
	V        *visit
	Language string
	Vendor   string
	Person   string
	Said     string
	Nav      []navigation
	Run      string
	Token    string
	Others   links // the same page in the other languages
	IsIn     bool
	IsGuest  bool
}

type navigation struct {
	link
	IsHere bool
}

// render writes the page.
func (v *visit) render(out *bytes.Buffer, s *sheet) error {
	t, err := templates(v.words)
	if err != nil {
		return err
	}
	f := frame{sheet: s, V: v, Language: v.words.Language, Vendor: v.config.Vendor, IsIn: v.isIn, Nav: v.navigation()}
	if f.IsIn {
		f.Person, f.IsGuest = v.person.Name, v.person.Account == ""
		f.Said = v.sessions.PopString(v.r.Context(), "said")
	}
	f.Token = v.token()
	if v.pub != nil {
		f.Run = v.pub.run
	}
	q := v.r.URL.Query()
	for _, language := range words.Languages() {
		q.Set("language", language)
		if language != v.words.Language && v.r.Method == "GET" {
			f.Others = append(f.Others, link{language, v.r.URL.Path + "?" + q.Encode()})
		}
	}
	f.Parts = slices.Clone(s.Parts)
	for i, p := range f.Parts {
		if x, ok := p.Data.(form); ok {
			x.Token, x.id = f.Token, i
			f.Parts[i].Data = x
		}
	}
	f.Parts = slices.DeleteFunc(f.Parts, func(p part) bool {
		x, ok := p.Data.(form)
		return ok && x.Act != "" && !v.person.May(x.Act)
	})
	return t.ExecuteTemplate(out, "layout.html", f)
}

var parsed sync.Map // templates, by language

func templates(w *words.Words) (*template.Template, error) {
	if t, ok := parsed.Load(w.Language); ok {
		return t.(*template.Template), nil
	}
	t, err := template.New("").Funcs(template.FuncMap{
		"t": w.Say,
		"part": func(p part) (template.HTML, error) {
			found, _ := parsed.Load(w.Language)
			var out bytes.Buffer
			err := found.(*template.Template).ExecuteTemplate(&out, p.Name+".html", p.Data)
			return template.HTML(out.String()), err //nolint:gosec // it comes out of a template
		},
	}).ParseFS(embedded, "templates/*.html")
	if err != nil {
		return nil, err
	}
	parsed.Store(w.Language, t)
	return t, nil
}

// ID names the fields of a form on its page.
func (f form) ID(name string) string { return fmt.Sprintf("f%d-%s", f.id, name) }

// navigation lists the pages that the person may see.
func (v *visit) navigation() (list []navigation) {
	if !v.isIn {
		return nil
	}
	for _, n := range []struct {
		text, to string
		act      accounts.Act
	}{
		{"Today", "/", accounts.See}, {"Inbox", "/inbox", accounts.See}, {"Senders", "/senders", accounts.See},
		{"Partners", "/partners", accounts.SeePartners}, {"Deals", "/deals", accounts.SeePartners},
		{"Months", "/months", accounts.See}, {"What if", "/whatif", accounts.Compare}, {"Log", "/log", accounts.See},
	} {
		if v.person.May(n.act) {
			at := v.r.URL.Path
			isHere := at == n.to || n.to != "/" && strings.HasPrefix(at, n.to+"/")
			list = append(list, navigation{link{v.t(n.text), n.to}, isHere})
		}
	}
	return list
}

// day is a date as the reader writes it.
func (v *visit) day(text string) string {
	t, err := time.Parse("2006-01-02", text[:min(len(text), 10)])
	if err != nil {
		return text
	}
	switch v.words.Language {
	case "fr":
		return t.Format("02/01/2006")
	case "de":
		return t.Format("02.01.2006")
	}
	return t.Format("2006-01-02")
}

// moment is a time on the clock of the configuration.
func (v *visit) moment(t time.Time) string {
	t = t.In(v.config.Serve.Zone)
	return v.day(t.Format("2006-01-02")) + " " + t.Format("15:04")
}

// value writes a value as the kind of its column says.
func (v *visit) value(kind tables.Kind, text string) string {
	switch kind {
	case tables.Word:
		return v.words.Word(text)
	case tables.Name:
		return v.name(text)
	case tables.Money:
		return v.words.Number(trimmed(text, 2))
	case tables.Count:
		return v.words.Number(trimmed(text, 0))
	case tables.Rate:
		return v.percent(text)
	case tables.Day:
		return v.day(text)
	case tables.Month:
		return text[:min(len(text), 7)]
	case tables.Moment:
		if t, err := time.Parse("2006-01-02 15:04:05", text[:min(len(text), 19)]); err == nil {
			return v.moment(t)
		}
	case tables.Yes:
		if text == "true" {
			return v.t("yes")
		}
		return v.t("no")
	}
	return text
}

// trimmed leaves out the zeros at the end of a number, but for so many places.
func trimmed(number string, places int) string {
	whole, rest, ok := strings.Cut(number, ".")
	if !ok {
		return number
	}
	for len(rest) > places && rest[len(rest)-1] == '0' {
		rest = rest[:len(rest)-1]
	}
	if rest == "" {
		return whole
	}
	return whole + "." + rest
}

// name is a level, a module or an incentive as statements write it.
func (v *visit) name(name string) string {
	if v.pub != nil {
		if said := v.pub.names.In(v.words.Language, name); said != "" {
			return said
		}
	}
	return v.words.Word(name)
}

// namesOf are names with commas between them.
func (v *visit) namesOf(list string) string {
	var said []string
	for _, name := range strings.Split(list, ", ") {
		said = append(said, v.name(name))
	}
	return strings.Join(said, ", ")
}

// percent is a fraction as percent, exactly.
func (v *visit) percent(fraction string) string {
	whole, places, _ := strings.Cut(fraction, ".")
	places += "00"
	digits := strings.TrimLeft(whole+places[:2], "0")
	if digits == "" {
		digits = "0"
	}
	number := strings.TrimRight(digits+"."+places[2:], "0")
	return v.words.Number(strings.TrimSuffix(number, ".")) + "\u00a0%"
}
