package console

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"tranche/fixtures/machine"
	"tranche/pipeline/console/accounts"
)

var pictures = flag.String("pictures", "", "a folder for pictures of every page")

// browser is a real Chromium.
type browser struct {
	*site
	ctx      context.Context
	problems []string // that the browser tells of
}

func (s *site) browser(t *testing.T) *browser {
	t.Helper()
	path := machine.Program(t, "chromium", "chromium-browser", "google-chrome")
	ctx, stop := chromedp.NewContext(context.Background(), chromedp.WithAllocatorOptions(chromedp.ExecPath(path),
		chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()), chromedp.Headless, chromedp.Flag("lang", "en"),
		chromedp.Flag("disable-dev-shm-usage", true)))
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 10*time.Minute)
	t.Cleanup(stop)
	b := &browser{site: s, ctx: ctx}
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil { // the browser lives as long as this context
		t.Fatal(err)
	}
	err := chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *log.EventEntryAdded:
			if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.Text, "status of 4") {
				b.problems = append(b.problems, e.Entry.Text+" "+e.Entry.URL)
			}
		case *runtime.EventExceptionThrown:
			b.problems = append(b.problems, e.ExceptionDetails.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// step is something that a person does, or waits for.
type step = chromedp.Action[chromedp.Void]

// does carries out some steps, or fails and says where.
func (b *browser) does(steps ...step) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, 2*time.Minute)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		ctx, stop := context.WithTimeout(b.ctx, 5*time.Second)
		defer stop()
		text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](
			`location.href + "\n" + document.body.innerText.slice(0, 3000)`))
		b.t.Fatalf("%v, at %s", err, text)
	}
}

// asks is the value of an expression on the page.
func asks[T any](b *browser, expression string, options ...chromedp.EvaluateOption) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, options...))
	if err != nil {
		b.t.Fatalf("%.80s: %v", expression, err)
	}
	return value
}

func (b *browser) goes(path string) step { return chromedp.Navigate(b.server.URL + path) }

// signs in with an account.
func (b *browser) signs(account string) {
	b.t.Helper()
	b.does(b.goes("/signin"), chromedp.SendKeys(chromedp.CSS(`[name=account]`), account),
		chromedp.SendKeys(chromedp.CSS(`[name=password]`), password+"\r"), chromedp.WaitVisible(chromedp.CSS(`.who`)))
}

// axe is the source of axe-core, which npm keeps.
func axe(t *testing.T) string {
	t.Helper()
	npm := machine.Program(t, "npm")
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	const version = "4.14.1"
	folder := filepath.Join(cache, "tranche-tests", "axe-core-"+version)
	path := filepath.Join(folder, "node_modules", "axe-core", "axe.min.js")
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		out, err := exec.Command(npm, "install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts",
			"axe-core@"+version).CombinedOutput()
		if err != nil {
			t.Fatalf("npm cannot install axe-core: %v\n%s", err, out)
		}
	}
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// fault is what axe finds.
type fault struct {
	ID, Impact, Help string
	Nodes            []struct{ HTML, FailureSummary string }
}

// faults are the serious ones of the page that is open.
func (b *browser) faults(axe string) (list []fault) {
	b.t.Helper()
	asks[int](b, axe+";0")
	found := asks[string](b, `axe.run().then(r => JSON.stringify(r.violations))`, chromedp.EvalAwaitPromise)
	var all []fault
	if err := json.Unmarshal([]byte(found), &all); err != nil {
		b.t.Fatal(err)
	}
	for _, f := range all {
		if f.Impact == "serious" || f.Impact == "critical" {
			list = append(list, f)
		}
	}
	return list
}

// seen are the pages that are looked at.
var seen = []struct{ name, path string }{
	{"today", "/"}, {"inbox", "/inbox"}, {"rejects", "/inbox/rejects/12"}, {"code", "/inbox/codes/NORDWIND/K-1099"},
	{"senders", "/senders"}, {"sender", "/senders/nordwind-sales"}, {"partners", "/partners"},
	{"partner", "/partners/P1001"}, {"partnermonth", "/partners/P1001/2024-08"}, {"file", "/files/12/2"},
	{"deals", "/deals"}, {"deal", "/deals/D-2404"}, {"months", "/months"}, {"month", "/months/2024-08"},
	{"whatif", "/whatif"}, {"log", "/log"}, {"missing", "/nothing"}, {"empty", "/partners?partners.find=nobody"},
}

func TestEveryPageAtEveryWidthLightAndDarkHasNoSeriousFault(t *testing.T) {
	s := newSite(t)
	source := axe(t)
	s.account("anna", accounts.Scope{}, accounts.Operator, accounts.Finance)
	b := s.browser(t)
	b.does(b.goes("/signin"))
	b.looks(source, "signin", "")
	b.signs("anna")
	for _, page := range seen {
		b.looks(source, page.name, page.path)
	}
	for _, language := range []string{"fr", "de"} {
		b.does(b.goes("/?language=" + language))
		for _, page := range seen[:9] {
			b.looks(source, page.name+"-"+language, page.path)
		}
	}
	if len(b.problems) > 0 {
		t.Errorf("the browser tells of %q", b.problems)
	}
}

// looks shows a page at two widths, light and dark, and judges it.
func (b *browser) looks(axe, name, path string) {
	b.t.Helper()
	if path != "" {
		b.does(b.goes(path))
	}
	for _, colours := range []string{"light", "dark"} {
		for _, width := range []int64{360, 1440} {
			_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: colours}}})
			if err != nil {
				b.t.Fatal(err)
			}
			b.does(chromedp.EmulateViewport(width, 900))
			overflow := asks[int](b, `document.documentElement.scrollWidth - window.innerWidth`)
			if overflow > 0 {
				b.t.Errorf("%s is %d pixels too wide at %d", name, overflow, width)
			}
			if *pictures != "" {
				picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
				if err != nil {
					b.t.Fatal(err)
				}
				file := filepath.Join(*pictures, name+"-"+colours+"-"+map[int64]string{360: "360", 1440: "1440"}[width]+".png")
				if err := os.WriteFile(file, picture, 0o600); err != nil {
					b.t.Fatal(err)
				}
			}
		}
		for _, f := range b.faults(axe) {
			b.t.Errorf("%s, %s: %s: %s\n%v", name, colours, f.ID, f.Help, f.Nodes[:min(2, len(f.Nodes))])
		}
	}
}
