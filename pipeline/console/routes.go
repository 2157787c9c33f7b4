package console

import "tranche/pipeline/console/accounts"

// pages are the addresses for those who are signed in. One more page is one more line.
func (c *Console) pages() []page {
	const see, partners = accounts.See, accounts.SeePartners
	return []page{
		{path: "/{$}", act: partners, show: todayPage},
		{path: "/inbox", act: see, show: inboxPage},
		{path: "/inbox/rejects/{file}", act: see, show: rejectsPage},
		{path: "/inbox/codes/{distributor}/{code}", act: see, show: codePage},
		{path: "/inbox/changes/{change}", act: see, show: changePage},
		{path: "/senders", act: see, show: sendersPage},
		{path: "/senders/{feed}", act: see, show: senderPage},
		{path: "/senders/drafts/{draft}", act: accounts.Deliver, show: draftPage},
		{path: "/partners", act: partners, show: partnersPage},
		{path: "/partners/{partner}", act: partners, show: partnerPage},
		{path: "/partners/{partner}/{month}", act: partners, show: partnerMonthPage},
		{path: "/partners/{partner}/{month}/statement.xlsx", act: partners, show: statementFile},
		{path: "/partners/{partner}/{month}/lines/{credit}", act: partners, show: linePage},
		{path: "/files/{file}/{line}", act: partners, show: filePage},
		{path: "/deals", act: partners, show: dealsPage},
		{path: "/deals/{deal}", act: partners, show: dealPage},
		{path: "/deals/{deal}/sales/{sale}", act: see, show: suggestionPage},
		{path: "/months", act: see, show: monthsPage},
		{path: "/months/{month}", act: see, show: monthPage},
		{path: "/whatif", act: accounts.Compare, show: whatIfPage},
		{path: "/work/{work}", act: see, show: workPage},
		{path: "/log", act: see, show: logPage},
	}
}

// actions are what forms ask for. Each calls the function that the command calls.
func (c *Console) actions() []action {
	return []action{
		{"/run", accounts.Run, run},
		{"/inbox/waive", accounts.Waive, waive},
		{"/inbox/match", accounts.Match, match},
		{"/inbox/judge", accounts.Judge, judge},
		{"/deals/accept", accounts.Match, acceptDeal},
		{"/senders/file", accounts.Deliver, dropFile},
		{"/senders/new", accounts.Deliver, newSender},
		{"/senders/drafts/{draft}/answers", accounts.Deliver, answerDraft},
		{"/senders/drafts/{draft}/text", accounts.Deliver, writeDraft},
		{"/senders/drafts/{draft}/save", accounts.Deliver, saveDraft},
		{"/months/close", accounts.Close, closeMonth},
		{"/months/approve", accounts.Approve, approveMonth},
		{"/months/reopen", accounts.Close, reopenMonth},
		{"/whatif", accounts.Compare, compare},
	}
}
