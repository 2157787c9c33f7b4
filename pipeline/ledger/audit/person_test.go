package audit

import "testing"

func TestANameThatOnlyLooksLikeAnotherIsRefusedOrTheSamePerson(t *testing.T) {
	for _, name := range []string{"", " ", "\t", "an\u200bna", "anna\u202e", "аnna", "anna\x00", "anna\u00ad", "…", "12"} {
		if got, err := Person(name); err == nil {
			t.Errorf("%q was taken for the name %q", name, got)
		}
	}
	for _, name := range []string{"anna", "ANNA", " anna ", "ａｎｎａ", "an\tna", "an na", "a.nna", "Ánna",
		"Anna\u0301", "ɑnnɑ"} {
		got, err := Person(name)
		if err != nil || !SamePerson(got, "Anna") {
			t.Errorf("%q is another person than Anna (%q, %v)", name, got, err)
		}
	}
	for _, pair := range [][2]string{{"EMMA", "ЕММА"}, {"laura", "Iaura"}, {"Bill", "BiII"}, {"anna", "annaꞌ"},
		{"oto", "0t0"}} {
		if !SamePerson(pair[0], pair[1]) {
			t.Errorf("%q and %q look the same", pair[0], pair[1])
		}
	}
	for _, name := range []string{"Jean-Luc d'Été", "o'neill@example.com", "Анна Иванова", "山田 たろう",
		"Müller (finance)", "ann2"} {
		got, err := Person(name)
		if err != nil || SamePerson(got, "Anna") {
			t.Errorf("%q cannot decide: %q, %v", name, got, err)
		}
	}
}
