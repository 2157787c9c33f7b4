package config

import (
	"fmt"
	"strings"

	"tranche/pipeline/ledger/audit"
)

// Person is somebody who may decide.
type Person struct {
	Name    string
	Account string // of the operating system; empty: any
}

func (r *reader) people(list []personFile) (people []Person) {
	for i, f := range list {
		at := fmt.Sprintf("$.people[%d]", i)
		name, err := audit.Person(f.Name)
		if err != nil {
			r.fault(at+".name", "%v", err)
		}
		for _, p := range people {
			if audit.SamePerson(p.Name, name) {
				r.fault(at+".name", "%q stands there twice, or looks like %q", name, p.Name)
			}
			if p.Account == f.Account && p.Account != "" {
				r.fault(at+".account", "%s is the account of %s already", p.Account, p.Name)
			}
		}
		people = append(people, Person{name, f.Account})
	}
	return people
}

// Decider is the listed name of whoever decides. A name that is the account itself stands for the person with that
// account. Where no people are listed, everybody may decide.
func (c *Config) Decider(name, account string) (string, error) {
	if len(c.People) == 0 {
		return name, nil
	}
	var named, owner *Person
	var names []string
	for i, p := range c.People {
		names = append(names, p.Name)
		if audit.SamePerson(p.Name, name) {
			named = &c.People[i]
		}
		if p.Account == account {
			owner = &c.People[i]
		}
	}
	if named == nil && name == account {
		named = owner
	}
	switch {
	case named == nil:
		return "", fmt.Errorf("%q is not among the people who may decide; --by is one of %s (people in %s)",
			name, strings.Join(names, ", "), c.Path)
	case !c.Closing.TwoAccounts:
	case owner != nil && owner != named:
		return "", fmt.Errorf("the account %s is that of %s, so %s cannot decide from it (people in %s)",
			account, owner.Name, named.Name, c.Path)
	case named.Account != "" && owner == nil:
		return "", fmt.Errorf("%s decides from the account %s, and this is %s (people in %s)",
			named.Name, named.Account, account, c.Path)
	}
	return named.Name, nil
}
