// Package accounts knows who may use the console, and what each may do there.
//
// An *account* is a name with a password, or a person that an OpenID Connect provider vouches for. It has *roles*,
// and each role may do certain *acts*. A *scope* limits an account to the partners of some countries, or to some
// partners. Passwords are kept as argon2id.
//
// The package refuses short passwords and accounts whose names look like another's.
package accounts

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"

	"tranche/pipeline/files"
	"tranche/pipeline/ledger/audit"
)

// Account is a local account, as the file of accounts has it.
type Account struct {
	Account  string `json:"account"` // in small letters
	Name     string `json:"name"`    // as the audit log has it
	Roles    []Role `json:"roles"`
	Password string `json:"password"` // argon2id
	Disabled bool   `json:"disabled,omitempty"`
	Scope
}

// Person is whoever has signed in with the account.
func (a Account) Person() Person {
	return Person{Name: a.Name, Account: a.Account, Roles: a.Roles, Scope: a.Scope}
}

// File is the file of accounts.
type File struct {
	path string
	lock sync.Mutex
	seen os.FileInfo // what list was read from; nil: nothing
	list []Account
}

// Open is the file of accounts at path. It may be missing.
func Open(path string) *File { return &File{path: path} }

// List reads the accounts, in the order in which they were added. It reads the file again when it has changed.
func (f *File) List() ([]Account, error) {
	f.lock.Lock()
	defer f.lock.Unlock()
	return f.read()
}

func (f *File) read() ([]Account, error) {
	info, err := os.Stat(f.path)
	if errors.Is(err, os.ErrNotExist) {
		f.seen, f.list = nil, nil
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the accounts: %w", err)
	}
	if f.seen != nil && os.SameFile(info, f.seen) && info.ModTime().Equal(f.seen.ModTime()) {
		return slices.Clone(f.list), nil
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others: chmod 600", f.path)
	}
	data, err := os.ReadFile(f.path)
	if err != nil {
		return nil, fmt.Errorf("read the accounts: %w", err)
	}
	var list []Account
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w; restore it from a copy", f.path, err)
	}
	f.seen, f.list = info, list
	return slices.Clone(list), nil
}

// Find is the account of that name which is not disabled.
func (f *File) Find(name string) (Account, bool, error) {
	list, err := f.List()
	for _, a := range list {
		if a.Account == strings.ToLower(name) && !a.Disabled {
			return a, true, nil
		}
	}
	return Account{}, false, err
}

var accountName = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{0,63}$`)

// Add adds an account, or gives an account new roles, a new scope and a new password, and enables it.
func (f *File) Add(a Account, password string) error {
	name, err := audit.Person(a.Name)
	if err != nil {
		return err
	}
	a.Name, a.Account = name, strings.ToLower(a.Account)
	if !accountName.MatchString(a.Account) {
		return fmt.Errorf("%q is no name of an account: small letters, digits and . _ @ - only", a.Account)
	}
	if len(a.Roles) == 0 {
		return errors.New("an account needs a role")
	}
	for _, role := range a.Roles {
		if !slices.Contains(Roles(), role) {
			return fmt.Errorf("%q is no role; there are %v", role, Roles())
		}
	}
	if a.IsLimited() && !slices.Equal(a.Roles, []Role{PartnerManager}) {
		return errors.New("only a partner_manager can be limited to countries or partners, without any other role")
	}
	if a.Password, err = Hash(password); err != nil {
		return err
	}
	return f.change(func(list []Account) ([]Account, error) {
		for _, other := range list {
			if other.Account != a.Account && audit.SamePerson(other.Name, a.Name) {
				return nil, fmt.Errorf("the account %s is of %s already, or of somebody whose name looks like it",
					other.Account, other.Name)
			}
		}
		if at := slices.IndexFunc(list, func(o Account) bool { return o.Account == a.Account }); at >= 0 {
			list[at] = a
			return list, nil
		}
		return append(list, a), nil
	})
}

// Disable ends an account, and whatever it is signed in to. Its name stays taken.
func (f *File) Disable(name string) error {
	return f.change(func(list []Account) ([]Account, error) {
		at := slices.IndexFunc(list, func(o Account) bool { return o.Account == strings.ToLower(name) })
		if at < 0 {
			return nil, fmt.Errorf("there is no account %q; tranche users list names them", name)
		}
		list[at].Disabled = true
		return list, nil
	})
}

func (f *File) change(edit func([]Account) ([]Account, error)) error {
	f.lock.Lock()
	defer f.lock.Unlock()
	list, err := f.read()
	if err != nil {
		return err
	}
	if list, err = edit(list); err != nil {
		return err
	}
	data, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	f.seen = nil
	return files.Write(f.path, append(data, '\n'), files.Private)
}
