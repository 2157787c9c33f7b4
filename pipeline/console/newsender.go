package console

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tranche/pipeline"
	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/proposal"
)

// newSender proposes a feed for a sample that somebody drops.
func newSender(v *visit) (said, next string, err error) {
	file, head, err := v.r.FormFile("file")
	if err != nil {
		return "", "", wrongf("%s", v.t("Choose a file."))
	}
	defer file.Close()
	name := strings.Map(plain, filepath.Base(head.Filename))
	if strings.HasPrefix(name, ".") || len(name) > 200 {
		return "", "", wrongf("%s", v.t("The file needs another name."))
	}
	d, err := v.drafts.keep(v.person.Account, name, file, v.Now())
	if err != nil {
		return "", "", err
	}
	sample, err := pipeline.ReadSample(d.file, v.r.FormValue("sheet"), "utf-8", false)
	if err == nil {
		d.proposal, err = proposal.Of(sample)
	}
	if err != nil {
		_ = v.drafts.forget(d.id)
		return "", "", wrong{err}
	}
	answered, err := d.proposal.Answer(proposal.First)
	if err != nil {
		return "", "", err
	}
	d.text = strings.Join(answered.Lines(), "\n")
	v.drafts.change(*d)
	return "", "/senders/drafts/" + d.id, nil
}

func (v *visit) draft() (draft, error) {
	d, ok := v.drafts.find(v.r.PathValue("draft"), v.person.Account)
	if !ok {
		return d, errNotThere
	}
	return d, nil
}

// draftPage shows a feed that is being written: the questions, the columns, its text, and how the sample reads by it.
func draftPage(v *visit) (*sheet, error) {
	d, err := v.draft()
	if err != nil {
		return nil, err
	}
	at := "/senders/drafts/" + d.id
	s := &sheet{Title: v.t("A feed for %s", filepath.Base(d.file)), Crumbs: links{{v.t("Senders"), "/senders"}},
		Lead: v.t("Nothing is guessed: what the file does not tell for sure is a question. No run reads the feed before " +
			"you save it.")}
	s.add(form{Title: v.t("Questions and columns"), Action: at + "/answers", Preview: at + "/preview",
		Submit: v.t("Show how it reads"), Fields: v.draftFields(d)})
	made, err := v.preview(d, d.text)
	if err != nil {
		return nil, err
	}
	s.add(made)
	s.add(form{Title: v.t("The feed"), Action: at + "/text", Submit: v.t("Show how it reads"),
		Note:   v.t("What you choose above is written here. You can write what no question asks about."),
		Fields: []field{{Name: "text", Kind: "textarea", Label: v.t("Text of the feed"), Value: d.text, IsNeeded: true}}},
		form{Title: v.t("Save the feed"), Action: at + "/save", Submit: v.t("Save the feed"),
			Note: v.t("It is saved beside the configuration, in feeds.d. The configuration itself stays as it is."),
			Fields: []field{{Name: "deliver", Kind: "checkbox", Value: "yes",
				Label: v.t("and drop the sample into the inbox")}}})
	return s, nil
}

// draftFields are the questions of a proposal, and a list of the sender's columns for each of ours.
func (v *visit) draftFields(d draft) (fields []field) {
	var ours []string
	chosen := map[string]string{}
	for i, item := range d.proposal.Items {
		if q := item.Question; q != nil {
			fields = append(fields, v.question(i, q, d.text)...)
			if item.Section == "columns" {
				ours = append(ours, q.Key)
			}
			continue
		}
		if column, theirs := paired(item); column != "" {
			chosen[column] = theirs
		}
	}
	kind, ok := feed.KindNamed(d.proposal.Kind)
	if !ok {
		return fields
	}
	for _, c := range kind.Columns {
		if slices.Contains(ours, c.Name) {
			continue
		}
		f := field{Name: "c-" + c.Name, Label: c.Name, Kind: "select",
			Options: []option{{"", v.t("none of its columns"), false}}}
		for _, header := range d.proposal.Header {
			f.Options = append(f.Options, option{header, header, header == chosen[c.Name]})
		}
		fields = append(fields, f)
	}
	return fields
}

// question is a list of the choices, and a place for another answer where one is possible.
func (v *visit) question(i int, q *proposal.Question, text string) []field {
	name := "q-" + strconv.Itoa(i)
	f := field{Name: name, Label: q.Key, Note: q.Text, Kind: "select"}
	for n, c := range q.Choices {
		f.Options = append(f.Options, option{strconv.Itoa(n), c.Show(),
			len(c.Lines) > 0 && strings.Contains(text, c.Lines[0]) && n > 0})
	}
	fields := []field{f}
	if q.Free != "" {
		fields = append(fields, field{Name: name + "-free", Kind: "text", Label: v.t("or, for %s", q.Key)})
	}
	return fields
}

// answered is the text of a feed by what the form of a draft says.
func (v *visit) answered(d draft) (string, error) {
	p := d.proposal
	p.Items = slices.Clone(p.Items)
	had := map[string]bool{}
	for i, item := range p.Items {
		if q := item.Question; q != nil {
			lines, err := v.chosen("q-"+strconv.Itoa(i), q)
			if err != nil {
				return "", err
			}
			p.Items[i].Lines, p.Items[i].Question = lines, nil
			had[q.Key] = item.Section == "columns"
			continue
		}
		column, _ := paired(item)
		if column == "" {
			continue
		}
		had[column] = true
		p.Items[i].Lines = pairing(column, v.r.PostFormValue("c-"+column))
	}
	kind, _ := feed.KindNamed(p.Kind)
	for _, c := range kind.Columns {
		if theirs := v.r.PostFormValue("c-" + c.Name); theirs != "" && !had[c.Name] {
			p.Items = append(p.Items, proposal.Item{Section: "columns", Lines: pairing(c.Name, theirs)})
		}
	}
	return strings.Join(p.Lines(), "\n"), nil
}

func pairing(ours, theirs string) []string {
	if theirs == "" {
		return nil
	}
	return []string{fmt.Sprintf("%s: %q", ours, theirs)}
}

// chosen is the answer to a question.
func (v *visit) chosen(name string, q *proposal.Question) ([]string, error) {
	if free := strings.TrimSpace(v.r.PostFormValue(name + "-free")); free != "" && q.Free != "" {
		return []string{fmt.Sprintf(q.Free, free)}, nil
	}
	n, err := strconv.Atoi(v.r.PostFormValue(name))
	if err != nil || n < 0 || n >= len(q.Choices) {
		return nil, wrongf("%s", v.t("Answer the question about %s.", q.Key))
	}
	return q.Choices[n].Lines, nil
}

func answerDraft(v *visit) (said, next string, err error) {
	d, err := v.draft()
	if err == nil {
		d.text, err = v.answered(d)
	}
	if err != nil {
		return "", "", err
	}
	v.drafts.change(d)
	return "", "/senders/drafts/" + d.id + "#preview", nil
}

func writeDraft(v *visit) (said, next string, err error) {
	d, err := v.draft()
	if err != nil {
		return "", "", err
	}
	text := strings.ReplaceAll(v.r.PostFormValue("text"), "\r\n", "\n")
	d.text = strings.ToValidUTF8(text[:min(len(text), 64<<10)], "")
	v.drafts.change(d)
	return "", "/senders/drafts/" + d.id + "#preview", nil
}

// previewDraft shows how the sample would read by answers that are not kept.
func previewDraft(v *visit) (*sheet, error) {
	d, err := v.draft()
	if err != nil {
		return nil, err
	}
	text, err := v.answered(d)
	if err != nil {
		return nil, err
	}
	made, err := v.preview(d, text)
	if err != nil {
		return nil, err
	}
	s := &sheet{Title: v.t("Preview")}
	s.add(made)
	return s, nil
}

// preview is how a sample reads by a feed.
type preview struct {
	Faults   []string
	Says     string
	Problems []string
	Columns  []string
	Rows     [][]string
}

// previewRows is how many rows a preview shows.
const previewRows = 10

func (v *visit) preview(d draft, text string) (preview, error) {
	u, faults, err := pipeline.TryFeed(v.r.Context(), d.file, text, previewRows)
	switch {
	case err != nil && v.r.Context().Err() != nil:
		return preview{}, err
	case err != nil:
		return preview{Faults: []string{sentence(err)}}, nil
	case len(faults) > 0:
		return preview{Faults: faults}, nil
	}
	p := preview{Columns: u.Columns, Rows: u.Rows, Problems: append(proposal.Grouped(u.Problems), u.Left...),
		Says: v.t("%s rows, %s rejected, %s excluded", v.words.Number(fmt.Sprint(u.Records)),
			v.words.Number(fmt.Sprint(u.Rejected)), v.words.Number(fmt.Sprint(u.Excluded)))}
	if u.Amount != "" {
		p.Says += ", " + v.t("together %s", v.words.Number(u.Amount))
	}
	if u.Refused != nil {
		p.Faults = append(p.Faults, v.t("The file would be refused: %s", u.Refused.Sentence()))
	}
	return p, nil
}

// saveDraft saves the feed, and drops the sample into the inbox where that is asked for.
func saveDraft(v *visit) (said, next string, err error) {
	d, err := v.draft()
	if err != nil {
		return "", "", err
	}
	name, with, err := pipeline.SaveFeed(v.config, d.text)
	if err != nil {
		return "", "", err
	}
	said = v.t("The feed %s is saved.", name)
	if v.r.PostFormValue("deliver") != "" {
		file, err := os.Open(d.file)
		if err != nil {
			return "", "", err
		}
		defer file.Close()
		if err := pipeline.Deliver(with, filepath.Base(d.file), file); err != nil { // the feed is saved all the same
			said += " " + v.t("The sample is not in the inbox: %s", sentence(err))
		} else {
			said += " " + v.t("%s lies in the inbox, and lands in the next run.", filepath.Base(d.file))
		}
	}
	return said, "/senders", v.drafts.forget(d.id)
}
