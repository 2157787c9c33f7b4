package console

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/console/accounts"
	"tranche/pipeline/console/words"
	"tranche/pipeline/ledger/audit"
	"tranche/pipeline/store"
)

// visit is one request of one person.
type visit struct {
	*Console
	out    http.ResponseWriter
	r      *http.Request
	person accounts.Person // without a name: whoever came by the one-time link
	isIn   bool            // signed in
	words  *words.Words
	config *config.Config
	pub    *publication   // nil until it is needed
	db     *store.Session // nil until it is needed
}

// t says a text in the reader's language.
func (v *visit) t(text string, values ...any) string { return v.words.Say(text, values...) }

// visited makes a handler of a page: it finds out who asks, whether they may, and shows the page or what is wrong.
func (c *Console) visited(p page) http.HandlerFunc {
	return func(out http.ResponseWriter, r *http.Request) {
		v := &visit{Console: c, out: out, r: r, config: c.Config()}
		defer v.end()
		err := v.begin()
		if err == nil && p.act != "" && !v.isIn {
			http.Redirect(out, r, "/signin?to="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
			return
		}
		if err == nil && p.act != "" && !v.person.May(p.act) {
			err = errRefused
		}
		if err == nil && p.isAction {
			err = v.proven(p.act == accounts.Deliver || p.act == accounts.Compare)
		}
		var made *sheet
		if err == nil {
			made, err = p.show(v)
		}
		v.answer(made, err)
	}
}

// begin finds out who asks, and in which language.
func (v *visit) begin() error {
	ctx := v.r.Context()
	language := v.sessions.GetString(ctx, "language")
	if asked := v.r.URL.Query().Get("language"); asked != "" {
		language = words.Choose(asked)
		v.sessions.Put(ctx, "language", language)
	}
	if language == "" {
		language = words.Choose(v.r.Header.Get("Accept-Language"))
	}
	w, err := words.In(language)
	if err != nil {
		return err
	}
	v.words = w
	v.person, v.isIn, err = v.whoAsks(ctx)
	return err
}

// token is the secret of the session that a form has to name.
func (v *visit) token() string {
	ctx := v.r.Context()
	token := v.sessions.GetString(ctx, "token")
	if token == "" {
		token = rand.Text()
		v.sessions.Put(ctx, "token", token)
	}
	return token
}

var errForged = errors.New("this form is too old, or it does not come from here: load the page again")

// smallForm is the most that a form without a file may hold.
const smallForm = 256 << 10

// proven reads a form, and refuses one that does not name the secret of the session.
func (v *visit) proven(withFile bool) error {
	var err error
	if withFile {
		err = errors.Join(slowly(v.out), v.r.ParseMultipartForm(1<<20)) // the rest of it lies on the disk meanwhile
		if errors.Is(err, http.ErrNotMultipart) {
			err = nil
		}
	} else {
		v.r.Body = http.MaxBytesReader(v.out, v.r.Body, smallForm)
		err = v.r.ParseForm()
	}
	if errors.As(err, new(*http.MaxBytesError)) {
		return wrongf("%s", v.t("The file is too large."))
	}
	if err != nil {
		return wrong{err}
	}
	token := v.sessions.GetString(v.r.Context(), "token")
	if token == "" || subtle.ConstantTimeCompare([]byte(v.r.FormValue("token")), []byte(token)) != 1 {
		return errForged
	}
	return nil
}

// end gives everything back.
func (v *visit) end() {
	if v.r.MultipartForm != nil {
		_ = v.r.MultipartForm.RemoveAll()
	}
	var err error
	if v.db != nil {
		err = v.db.Close()
	}
	if v.pub != nil {
		err = errors.Join(err, v.publications.give(v.pub))
	}
	if err != nil {
		v.Log(err, "a publication could not be given back")
	}
}

// published is the publication that the visit reads.
func (v *visit) published() (*publication, error) {
	if v.pub != nil {
		return v.pub, nil
	}
	pub, err := v.publications.take(v.r.Context(), v.config, v.person.Scope)
	if err == nil {
		v.pub = pub
	}
	return pub, err
}

// marts is a session on the publication, which shows what the person may see.
func (v *visit) marts() (*store.Session, error) {
	if v.db != nil {
		return v.db, nil
	}
	pub, err := v.published()
	if err != nil {
		return nil, err
	}
	v.db, err = pub.readers.Take(v.r.Context(), viewOf(v.person.Scope))
	return v.db, err
}

// options are those of a command that the person gives.
func (v *visit) options() pipeline.Options {
	return pipeline.Options{Config: v.config, Now: v.Now(), Program: v.Program, Account: v.account()}
}

// account is what the audit log has beside the name of the person.
func (v *visit) account() string { return "console/" + v.person.Account }

// decider is the name that a decision of the person is kept under.
func (v *visit) decider() (string, error) {
	name, err := audit.Person(v.person.Name)
	if err != nil {
		return "", wrong{err}
	}
	name, err = v.config.Decider(name, v.person.Account)
	if err != nil {
		return "", wrong{err}
	}
	return name, nil
}

// reason is why, as a form says it. It must not be blank.
func (v *visit) reason() (string, error) {
	reason := strings.TrimSpace(v.r.PostFormValue("reason"))
	if reason == "" {
		return "", wrongf("%s", v.t("Say why."))
	}
	return strings.ToValidUTF8(reason[:min(len(reason), 2000)], ""), nil
}

// answer sends the page, or what is wrong.
func (v *visit) answer(made *sheet, err error) {
	var to redirect
	var file download
	switch {
	case errors.As(err, &to):
		http.Redirect(v.out, v.r, to.to, http.StatusSeeOther)
		return
	case errors.As(err, &file):
		v.send(file)
		return
	}
	status := http.StatusOK
	if err != nil {
		status, made = v.sorry(err)
	} else if made.Status != 0 {
		status = made.Status
	}
	var text bytes.Buffer
	if err := v.render(&text, made); err != nil {
		v.Log(err, "a page could not be made", "path", v.r.URL.Path)
		http.Error(v.out, "the page could not be made", http.StatusInternalServerError)
		return
	}
	v.out.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.out.WriteHeader(status)
	_, _ = v.out.Write(text.Bytes())
}

// sorry is the page that says what is wrong, and what to do.
func (v *visit) sorry(err error) (int, *sheet) {
	if v.words == nil {
		v.words, _ = words.In("")
	}
	say := func(status int, title, text string) (int, *sheet) {
		return status, &sheet{Title: title, Lead: text, IsWrong: true}
	}
	var mistaken wrong
	var asked pipeline.Mistake
	var obstacles *pipeline.Obstacles
	switch {
	case errors.Is(err, errNotThere):
		return say(http.StatusNotFound, v.t("Not found"), v.t("There is no such page. Perhaps the link is old."))
	case errors.Is(err, errRefused):
		return say(http.StatusForbidden, v.t("Not allowed"),
			v.t("Your account may not see or do this. Ask whoever gives out the accounts."))
	case errors.Is(err, errForged):
		return say(http.StatusForbidden, v.t("Nothing was done"),
			v.t("The form was too old, or did not come from here. Go back, load the page again, and send it once more."))
	case errors.Is(err, pipeline.ErrNothingPublished):
		return say(http.StatusOK, v.t("Nothing is published yet"),
			v.t("No run has ended well so far. When one has, its figures are here."))
	case errors.Is(err, pipeline.ErrOtherVersion):
		return say(http.StatusServiceUnavailable, v.t("Wait for the next run"),
			v.t("What is published was made by another version of Tranche. The next run publishes it again."))
	case errors.Is(err, pipeline.ErrLocked):
		return say(http.StatusConflict, v.t("A run is at work"), v.t("Nothing was done. Try again when it has ended."))
	case errors.As(err, &obstacles):
		_, made := say(http.StatusConflict, v.t("Nothing was done"), obstacles.Month)
		made.Points = obstacles.Reasons
		return http.StatusConflict, made
	case errors.As(err, &mistaken), errors.As(err, &asked), errors.Is(err, pipeline.ErrDecision):
		return say(http.StatusUnprocessableEntity, v.t("Nothing was done"), sentence(err))
	case errors.Is(err, context.Canceled):
		return say(http.StatusServiceUnavailable, v.t("Nothing was done"), "")
	}
	v.Log(err, "a page failed", "path", v.r.URL.Path)
	return say(http.StatusInternalServerError, v.t("Something went wrong"),
		v.t("The log of the program says what. Nothing that is published has changed."))
}

// sentence is an error with a full stop. It may begin with a name, which stays as it is.
func sentence(err error) string { return strings.TrimSuffix(err.Error(), ".") + "." }

// download is a file in place of a page.
type download struct {
	name, kind string
	write      func(*bytes.Buffer) error
}

func (d download) Error() string { return "download " + d.name }

func (v *visit) send(d download) {
	var data bytes.Buffer
	if err := d.write(&data); err != nil {
		v.answer(nil, fmt.Errorf("make %s: %w", d.name, err))
		return
	}
	h := v.out.Header()
	h.Set("Content-Type", d.kind)
	h.Set("Content-Disposition", "attachment; filename=\""+strings.Map(plain, d.name)+"\"")
	http.ServeContent(v.out, v.r, "", time.Time{}, bytes.NewReader(data.Bytes()))
}

// plain keeps what is harmless in the name of a file.
func plain(c rune) rune {
	if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("._-", c) {
		return c
	}
	return '_'
}
