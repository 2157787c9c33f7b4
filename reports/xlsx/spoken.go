package xlsx

// WordIn is a word of the marts in a language.
func WordIn(language, word string) string { return in(language).value(word) }

// CauseIn is the cause of an adjustment in a language. kind is what it is about.
func CauseIn(language, kind, cause string) string { return in(language).cause(kind, cause) }

// ChangedIn is what becomes of a stated thing, in a language.
func ChangedIn(language, kind, change string) string { return in(language).changed(kind, change) }

func in(language string) words {
	w, err := wordsOf(language)
	if err != nil {
		return english()
	}
	return w
}
