package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tranche/pipeline/config"
	"tranche/pipeline/files"
	"tranche/pipeline/ledger"
	"tranche/pipeline/publish"
	"tranche/pipeline/store"
)

// ErrNoOffice says that there is nothing that could make a PDF.
var ErrNoOffice = errors.New("a PDF is made by LibreOffice, and neither soffice nor libreoffice is on this machine: " +
	"install it (Debian: apt-get install libreoffice-calc-nogui fonts-liberation)")

// PDFs is what became of a request for PDFs.
type PDFs struct {
	Folder    string
	Made      []string // names, beside their workbooks
	Unchanged int      // that stand already, of the same workbooks
	Locked    []string // workbooks that have a password, of which no PDF is made
}

// pdfList names the PDFs of a month's folder, with the hash of the workbook that each was made from.
const pdfList = "pdf.json"

// MakePDFs makes PDFs of a month's published workbooks, beside them: of all, or of some partners. Figures have the
// marks of the partner's language. Those of the same workbooks stand.
func MakePDFs(ctx context.Context, c *config.Config, month time.Time, partners []string) (*PDFs, error) {
	folder := filepath.Join(c.Folders.Statements, ledger.Folder(month))
	published, err := publish.Files(folder)
	if err != nil {
		return nil, err
	}
	languages, err := languagesOf(ctx, c)
	if err != nil {
		return nil, err
	}
	var asked []string
	for _, id := range partners {
		if asked = append(asked, fileName(id)); published[fileName(id)] == "" {
			return nil, fmt.Errorf("%s has no statement for %s", id, MonthName(month))
		}
	}
	locked := map[string]bool{}
	for id := range c.Statement.Passwords {
		locked[fileName(id)] = true
	}
	office, err := officeOf()
	if err != nil {
		return nil, err
	}
	if err := dropStalePDFs(folder, published); err != nil {
		return nil, err
	}
	done := &PDFs{Folder: folder}
	stand, wanted := madePDFs(folder), map[string][]string{} // by locale
	for name, hash := range published {
		switch {
		case filepath.Ext(name) != ".xlsx", len(asked) > 0 && !slices.Contains(asked, name):
		case locked[name]:
			done.Locked = append(done.Locked, name)
		case stand[pdfName(name)] == hash && files.Exists(filepath.Join(folder, pdfName(name))):
			done.Unchanged++
		default:
			locale := localeOf(languages[name])
			wanted[locale] = append(wanted[locale], name)
		}
	}
	slices.Sort(done.Locked)
	for locale, names := range wanted {
		slices.Sort(names)
		for some := range slices.Chunk(names, 100) {
			if err := office.print(ctx, folder, locale, some); err != nil {
				return done, err
			}
			for _, name := range some {
				stand[pdfName(name)] = published[name]
				done.Made = append(done.Made, pdfName(name))
			}
			if err := files.WriteJSON(filepath.Join(folder, pdfList), stand, files.Private); err != nil {
				return done, err
			}
		}
	}
	slices.Sort(done.Made)
	return done, nil
}

func pdfName(workbook string) string { return strings.TrimSuffix(workbook, ".xlsx") + ".pdf" }

// madePDFs are the PDFs that the list of a folder names.
func madePDFs(folder string) map[string]string {
	made := map[string]string{}
	if data, err := os.ReadFile(filepath.Join(folder, pdfList)); err == nil {
		_ = json.Unmarshal(data, &made) // a damaged list names none: all are made again
	}
	return made
}

// dropStalePDFs removes the PDFs whose workbooks are others now.
func dropStalePDFs(folder string, published map[string]string) error {
	made := madePDFs(folder)
	dropped := false
	for name, hash := range made {
		if published[strings.TrimSuffix(name, ".pdf")+".xlsx"] == hash {
			continue
		}
		if err := files.Remove(filepath.Join(folder, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		delete(made, name)
		dropped = true
	}
	if !dropped {
		return nil
	}
	return files.WriteJSON(filepath.Join(folder, pdfList), made, files.Private)
}

// dropAllStalePDFs does so in every month's folder, after what is published has changed.
func dropAllStalePDFs(c *config.Config) error {
	lists, err := files.Glob(c.Folders.Statements, "*/"+pdfList)
	for _, list := range lists {
		folder := filepath.Dir(list)
		published, failed := publish.Files(folder)
		if failed == nil {
			failed = dropStalePDFs(folder, published)
		}
		err = errors.Join(err, failed)
	}
	return err
}

// languagesOf are the languages of the workbooks. The register has none.
func languagesOf(ctx context.Context, c *config.Config) (map[string]string, error) {
	s, err := OpenPublished(ctx, c)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	type spoken struct{ partner, language string }
	list, err := store.List(ctx, s, "select partner_id, lower(left(coalesce(language, 'en'), 2)) from mart.partners",
		func(x *spoken) []any { return []any{&x.partner, &x.language} })
	all := map[string]string{}
	for _, x := range list {
		all[fileName(x.partner)] = x.language
	}
	return all, err
}

// localeOf is the locale by which LibreOffice writes the figures of a language.
func localeOf(language string) string {
	switch language {
	case "fr":
		return "fr_FR.UTF-8"
	case "de":
		return "de_DE.UTF-8"
	}
	return "en_US.UTF-8"
}

// office is LibreOffice.
type office struct{ path string }

func officeOf() (office, error) {
	for _, name := range []string{"soffice", "libreoffice"} {
		if path, err := exec.LookPath(name); err == nil {
			return office{path}, nil
		}
	}
	return office{}, ErrNoOffice
}

// print makes PDFs aside and puts them beside their workbooks. Each call has a profile of its own, because LibreOffice
// does nothing at all for a second one that uses the same.
func (o office) print(ctx context.Context, folder, locale string, names []string) error {
	aside, err := os.MkdirTemp(folder, ".pdf-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(aside)
	args := []string{"-env:UserInstallation=file://" + filepath.ToSlash(filepath.Join(aside, "profile")), "--headless",
		"--convert-to", "pdf", "--outdir", aside}
	for _, name := range names {
		args = append(args, filepath.Join(folder, name))
	}
	cmd := exec.CommandContext(ctx, o.path, args...)
	cmd.Env = append(os.Environ(), "LC_ALL="+locale, "LANG="+locale)
	said, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", o.path, err, strings.TrimSpace(string(said)))
	}
	for _, name := range names {
		from := filepath.Join(aside, pdfName(name))
		if !files.Exists(from) { // it ends well all the same
			return fmt.Errorf("LibreOffice made no PDF of %s: %s", name, strings.TrimSpace(string(said)))
		}
		if err := errors.Join(os.Chmod(from, files.Private),
			files.Place(from, filepath.Join(folder, pdfName(name)))); err != nil {
			return err
		}
	}
	return nil
}
