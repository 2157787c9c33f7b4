package transforms_test

import (
	"slices"
	"strings"

	"tranche/transforms/oracle"
)

func holdings(list []oracle.Holding) string {
	var items []string
	for _, h := range list {
		item := h.Module + " " + day(h.From)
		if !h.To.IsZero() {
			item += ".." + day(h.To)
		}
		items = append(items, item)
	}
	return strings.Join(items, "|")
}

// agreements are the versions that a partner keeps, which are called by their first day.
func agreements(list []oracle.Holding) string {
	list = slices.Clone(list)
	for i := range list {
		list[i].Module = "since " + list[i].Module
	}
	return holdings(list)
}

// aliases are a partner's codes, each with its days if it has some.
func aliases(codes []oracle.Code, partner string) string {
	var items []string
	for _, c := range codes {
		item := c.Distributor + "=" + c.Name
		switch {
		case c.Partner != partner:
			continue
		case !c.Since.IsZero() && !c.Until.IsZero():
			item += " " + day(c.Since) + ".." + day(c.Until)
		case !c.Since.IsZero():
			item += " " + day(c.Since)
		case !c.Until.IsZero():
			item += " .." + day(c.Until)
		}
		items = append(items, item)
	}
	return strings.Join(items, "|")
}
