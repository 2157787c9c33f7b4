package console

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"tranche/pipeline/console/tables"
	"tranche/pipeline/store"
)

// chart is a chart of bars, drawn here. Its axis begins at zero.
type chart struct {
	Title, Said         string
	Width, Height, Zero int
	Bars                []bar
}

type bar struct {
	Class, Label, Value                         string
	X, Y, Width, Height, Middle, ValueY, LabelY int
}

const (
	barWidth  = 84
	barHeight = 130
)

// bars draws the rows of a query, a label and an exact number each, in the contrary order.
func (v *visit) bars(title, query string, args ...any) (chart, error) {
	db, err := v.marts()
	if err != nil {
		return chart{}, err
	}
	type named struct{ label, value string }
	rows, err := kept(v, []any{query, args}, func() ([]named, error) {
		return store.List(v.r.Context(), db, query, func(n *named) []any { return []any{&n.label, &n.value} }, args...)
	})
	var labels, values []string
	for _, n := range slices.Backward(rows) {
		labels, values = append(labels, n.label), append(values, n.value)
	}
	return v.draw(v.t(title), labels, values), err
}

// draw scales the bars to the largest. Heights are the only thing that is rounded.
func (v *visit) draw(title string, labels, values []string) chart {
	c := chart{Title: title, Width: max(1, len(labels)) * barWidth}
	numbers := make([]*big.Rat, len(values))
	most, least := new(big.Rat), new(big.Rat)
	for i, value := range values {
		n, ok := new(big.Rat).SetString(value)
		if !ok {
			n = new(big.Rat)
		}
		numbers[i] = n
		if n.Cmp(most) > 0 {
			most = n
		}
		if n.Cmp(least) < 0 {
			least = n
		}
	}
	span := new(big.Rat).Sub(most, least)
	if span.Sign() == 0 {
		span.SetInt64(1)
	}
	pixels := func(n *big.Rat) int {
		share, _ := new(big.Rat).Quo(new(big.Rat).Mul(n, big.NewRat(barHeight, 1)), span).Float64()
		return int(share + 0.5)
	}
	c.Zero = 20 + pixels(most)
	c.Height = 20 + barHeight + 40
	var said []string
	for i, n := range numbers {
		b := bar{Class: "bar", Label: labels[i], Value: v.words.Number(values[i]), X: i*barWidth + 12, Width: barWidth - 24}
		b.Middle = b.X + b.Width/2
		size := pixels(new(big.Rat).Abs(n))
		b.Y, b.Height = c.Zero-size, size
		b.ValueY = b.Y - 5
		if n.Sign() < 0 {
			b.Class, b.Y, b.ValueY = "bad", c.Zero, c.Zero+size+14
		}
		b.LabelY = c.Height - 6
		c.Bars = append(c.Bars, b)
		said = append(said, fmt.Sprintf("%s: %s", b.Label, b.Value))
	}
	c.Said = title + ". " + strings.Join(said, "; ")
	return c
}

// one is the first row of a query.
func (v *visit) one(query string, args ...any) (map[string]string, error) {
	db, err := v.marts()
	if err != nil {
		return nil, err
	}
	return kept(v, []any{query, args}, func() (map[string]string, error) {
		return tables.One(v.r.Context(), db, query, args...)
	})
}
