package console

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"tranche/pipeline/console/accounts"
)

// tabs presses the tabulator until an element has the focus, as somebody without a mouse does.
func (b *browser) tabs(selector string) {
	b.t.Helper()
	for range 400 {
		b.does(chromedp.KeyEvent(kb.Tab))
		if asks[bool](b, `document.activeElement?.matches(`+"`"+selector+"`"+`) ?? false`) {
			if !asks[bool](b, `getComputedStyle(document.activeElement).outlineStyle !== "none"`) {
				b.t.Errorf("nobody sees that %s has the focus", selector)
			}
			return
		}
	}
	b.t.Fatalf("the tabulator does not reach %s at %s", selector, asks[string](b, "location.href"))
}

// presses Enter on an element and waits for a text of the next page.
func (b *browser) enters(selector, text string) {
	b.t.Helper()
	b.tabs(selector)
	b.does(chromedp.KeyEvent(kb.Enter))
	b.awaits(text)
}

// awaits waits until the page shows a text.
func (b *browser) awaits(text string) {
	b.t.Helper()
	b.does(chromedp.WaitVisible(chromedp.Search(`//body//*[contains(text(), "` + text + `")]`)))
}

// types goes to a field and types into it.
func (b *browser) types(selector, text string) {
	b.t.Helper()
	b.tabs(selector)
	b.does(chromedp.KeyEvent(text))
}

func TestTheWaysAreGoneByKeyboardAloneAndWithoutScripts(t *testing.T) {
	s := newSite(t)
	s.edit("approval: none", "approval: required")
	s.people()
	s.account("abel", accounts.Scope{}, accounts.Approver)
	b := s.browser(t)
	_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled,
		emulation.SetScriptExecutionDisabledParams{Value: true})
	if err != nil {
		t.Fatal(err)
	}
	signIn := func(name string) {
		t.Helper()
		b.does(b.goes("/signin"))
		b.types(`[name=account]`, name)
		b.types(`[name=password]`, password+kb.Enter)
		b.awaits("Sign out")
	}
	signIn("fred") // finance and approver
	b.enters(`nav a[href="/inbox"]`, "Rejected rows")
	b.enters(`a[href="/inbox/rejects/12"]`, "Rejected rows of NW_2024-07.csv")
	b.types(`[action="/inbox/waive"] [name=reason]`, "corrected in August"+kb.Enter)
	b.awaits("Waived. The tables")
	b.enters(`nav a[href="/inbox"]`, "Unknown partner codes")
	b.enters(`a[href="/inbox/codes/NORDWIND/K-1099"]`, "Say whose code it is")
	b.types(`[action="/inbox/match"] [name=reason]`, "by mail"+kb.Enter)
	b.awaits("Accepted. The lines")
	b.enters(`nav a[href="/months"]`, "A closed month never changes")
	b.enters(`a[href="/months/2024-01"]`, "Close this month")
	b.tabs(`[name=accept_held]`)
	b.does(chromedp.KeyEvent(" "))
	b.types(`[action="/months/close"] [name=reason]`, "one return is looked at"+kb.Enter)
	b.awaits("2024-01 is closed.")
	b.enters(`[action="/months/approve"] button`, "same name")
	b.enters(`.brand a`, "Last run")
	b.enters(`.me button`, "Password")
	signIn("abel")
	b.does(b.goes("/months/2024-01"))
	b.enters(`[action="/months/approve"] button`, "2024-01 is approved")
	b.enters(`nav a[href="/partners"]`, "Amounts are in USD")
	b.enters(`a[href="/partners/P1011/2024-08"]`, "What was earned")
	b.enters(`#lines tbody a`, "The part in each tranche")
	b.enters(`a[href^="/files/"]`, "As its sender wrote it")
	if len(b.problems) > 0 {
		t.Errorf("the browser tells of %q", b.problems)
	}
}

func TestTheScriptShowsThePreviewOfAFeedAtOnce(t *testing.T) {
	s := newSite(t)
	s.people()
	v := s.signedIn("olga")
	v.get("/senders")
	if status := v.drop("/senders/new", "rivera_2024-08.xlsx", export(t)); status != http.StatusOK {
		t.Fatal(status)
	}
	b := s.browser(t)
	b.signs("olga")
	b.does(b.goes(v.at), chromedp.WaitVisible(chromedp.CSS("#preview table")))
	if text := asks[string](b, `document.querySelector("#preview").innerText`); !strings.Contains(text, "R-100") {
		t.Fatalf("the preview is %s", text)
	}
	b.does(chromedp.SendKeys(chromedp.CSS(`[name="c-document_no"]`), "none"),
		chromedp.WaitVisible(chromedp.CSS("#preview .problem")))
	if len(b.problems) > 0 {
		t.Errorf("the browser tells of %q", b.problems)
	}
}
