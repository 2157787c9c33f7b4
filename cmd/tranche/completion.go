package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tranche/pipeline"
	"tranche/pipeline/config"
	"tranche/pipeline/schedule"
)

// offer lists completions. It leaves out what it cannot read: a shell shows no errors.
type offer func(context.Context, *config.Config) []string

// complete registers the completions of flags and arguments.
func (a *app) complete(root *cobra.Command) {
	const month = "strftime(month, '%Y-%m')"
	partners := published("select partner_id || chr(9) || name from mart.partners order by partner_id")
	stated := published("select distinct " + month + " from mart.statement_index order by all desc")
	months := published("select " + month + " || chr(9) || status from mart.months order by month desc")
	open := published("select " + month + " from mart.months where status = 'open' order by month")
	waiting := published("select " + month + " from mart.months where status = 'closed'")
	last := published("select " + month + " || chr(9) || status from mart.months where status <> 'open' order by month " +
		"desc limit 1")
	rejected := published("select distinct file_name from mart.rejected_rows where waived is null order by all")
	for _, p := range []struct {
		command, flag string // empty: the arguments
		offer         offer
	}{
		{"explain", "partner", partners}, {"explain", "month", stated},
		{"explain", "distributor", published("select distinct distributor from mart.statement_lines order by all")},
		{"run", "month", months}, {"compare", "month", months}, {"close", "through", open}, {"close", "", open},
		{"approve", "", waiting}, {"reopen", "", last},
		{"rejects export", "", rejected}, {"rejects waive", "", rejected}, {"outbox send", "", unsent},
		{"outbox drop", "", unsent}, {"validate", "feed", feeds},
		{"landing drop", "", landed}, {"landing restore", "", landed},
		{"query", "format", words("table", "csv", "json", "arrow")}, {"match", "format", words("table", "csv")},
	} {
		c, _, err := root.Find(strings.Fields(p.command))
		if err != nil {
			panic(err) // a command or flag of ours is misspelt
		}
		if p.flag == "" {
			c.ValidArgsFunction = a.offers(p.offer)
			continue
		}
		if err := c.RegisterFlagCompletionFunc(p.flag, a.offers(p.offer)); err != nil {
			panic(err)
		}
	}
}

func (a *app) offers(from offer) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		const asOrdered = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		c, err := a.config()
		if err != nil {
			return nil, asOrdered
		}
		list := slices.DeleteFunc(from(cmd.Context(), c), func(s string) bool {
			word, _, _ := strings.Cut(s, "\t")
			return !strings.HasPrefix(word, typed) || slices.Contains(args, word)
		})
		return list, asOrdered
	}
}

// published offers the answers of a query to the published file.
func published(query string) offer {
	return func(ctx context.Context, c *config.Config) (list []string) {
		s, err := pipeline.OpenPublished(ctx, c)
		if err != nil {
			return nil
		}
		defer s.Close()
		rows, err := s.Query(ctx, query)
		if err != nil {
			return nil
		}
		defer rows.Close()
		for rows.Next() {
			var text string
			if rows.Scan(&text) == nil {
				list = append(list, text)
			}
		}
		return list
	}
}

func unsent(_ context.Context, c *config.Config) (list []string) {
	left, _ := schedule.Outbox(c).Unsent()
	for _, u := range left {
		if text := u.ID + "\t" + u.State; !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return list
}

func feeds(_ context.Context, c *config.Config) (list []string) {
	for _, f := range c.Feeds {
		list = append(list, f.Name)
	}
	return list
}

func words(list ...string) offer {
	return func(context.Context, *config.Config) []string { return slices.Clone(list) }
}

// landed offers the names of landed files.
func landed(_ context.Context, c *config.Config) (names []string) {
	list, err := pipeline.Landed(c)
	if err != nil {
		return nil
	}
	for _, f := range list {
		names = append(names, f.Name)
	}
	return names
}
