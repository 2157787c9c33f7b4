package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"tranche/pipeline/console/accounts"
)

func (a *app) usersCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "users",
		Short: "Who may sign in to the console, and as what",
		Long: `Local accounts of the console that tranche serve shows. The roles:
viewer (reads everything), partner_manager (reads everything, or only the partners of some
countries or some partners), operator (files, feeds, codes, waivers, runs), finance (waivers,
changes, closes months), approver (approves what somebody else has closed). Accounts lie in
accounts.json beside audit.jsonl, with passwords as argon2id.`,
	}
	c.AddCommand(a.addUserCommand(), &cobra.Command{
		Use:   "disable ACCOUNT",
		Short: "End an account, and whatever it is signed in to",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			file, err := a.accounts()
			if err != nil {
				return err
			}
			if err := file.Disable(args[0]); err != nil {
				return usageError{err}
			}
			a.say("%s is disabled.", args[0])
			return nil
		},
	}, &cobra.Command{
		Use:   "list",
		Short: "List the accounts, with their roles and limits",
		Args:  arguments(cobra.NoArgs),
		RunE:  func(*cobra.Command, []string) error { return a.listUsers() },
	})
	return c
}

func (a *app) accounts() (*accounts.File, error) {
	c, err := a.config()
	if err != nil {
		return nil, err
	}
	return accounts.Open(c.Folders.Accounts()), nil
}

func (a *app) addUserCommand() *cobra.Command {
	var x accounts.Account
	var roles []string
	c := &cobra.Command{
		Use:   "add ACCOUNT --name NAME --role ROLE",
		Short: "Add an account, or give it other roles and another password",
		Long: `Add an account, or give an account other roles, limits and another password. The password
is asked for on the terminal, or read as one line from the standard input. NAME is what the
audit log keeps; where people are listed in the configuration, it is one of them.`,
		Example: `  tranche users add anna --name "Anna Lind" --role finance
  tranche users add paul --name "Paul Roux" --role partner_manager --country FR --country BE`,
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			file, err := a.accounts()
			if err != nil {
				return err
			}
			x.Account, x.Name = args[0], strings.TrimSpace(x.Name)
			if x.Name == "" {
				x.Name = args[0]
			}
			for _, role := range roles {
				x.Roles = append(x.Roles, accounts.Role(role))
			}
			password, err := a.password()
			if err != nil {
				return err
			}
			if err := file.Add(x, password); err != nil {
				return usageError{err}
			}
			a.say("%s can sign in to the console.", x.Account)
			return nil
		},
	}
	c.Flags().StringVar(&x.Name, "name", "", "the person's name, as the audit log keeps it (usually: the account)")
	c.Flags().StringSliceVar(&roles, "role", nil, "viewer, partner_manager, operator, finance or approver; or several")
	c.Flags().StringSliceVar(&x.Countries, "country", nil, "of a partner_manager: sees the partners of this country only")
	c.Flags().StringSliceVar(&x.Partners, "partner", nil, "of a partner_manager: sees this partner only")
	return c
}

// password reads a password twice from a terminal, or once as a line.
func (a *app) password() (string, error) {
	if f, ok := a.stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		var typed [2]string
		for i, ask := range []string{"Password: ", "Once more: "} {
			fmt.Fprint(a.stderr, ask)
			data, err := term.ReadPassword(int(f.Fd()))
			fmt.Fprintln(a.stderr)
			if err != nil {
				return "", err
			}
			typed[i] = string(data)
		}
		if typed[0] != typed[1] {
			return "", usageError{errors.New("the two passwords differ")}
		}
		return typed[0], nil
	}
	if a.stdin == nil {
		return "", usagef("a password is needed, as a line of the standard input")
	}
	line, err := bufio.NewReader(a.stdin).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}

func (a *app) listUsers() error {
	file, err := a.accounts()
	if err != nil {
		return err
	}
	list, err := file.List()
	if err != nil {
		return err
	}
	if len(list) == 0 {
		a.say("There are no accounts: the console can only be read, behind the link that tranche serve prints.")
		return nil
	}
	t := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "account\tname\troles\tlimited to\t")
	for _, x := range list {
		var roles []string
		for _, role := range x.Roles {
			roles = append(roles, string(role))
		}
		limit := strings.Join(append(append([]string{}, x.Countries...), x.Partners...), ", ")
		if x.Disabled {
			limit = "disabled"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t\n", x.Account, x.Name, strings.Join(roles, ", "), limit)
	}
	return t.Flush()
}
