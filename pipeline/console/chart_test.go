package console

import (
	"testing"

	"tranche/pipeline/console/words"
)

func TestBarsBeginAtZeroAndKeepTheirProportions(t *testing.T) {
	w, err := words.In("de")
	if err != nil {
		t.Fatal(err)
	}
	v := &visit{words: w}
	c := v.draw("x", []string{"a", "b", "c", "d"}, []string{"1002.00", "501.00", "-501.00", "0.00"})
	heights := []int{c.Bars[0].Height, c.Bars[1].Height, c.Bars[2].Height, c.Bars[3].Height}
	if heights[0] < 2*heights[1]-1 || heights[0] > 2*heights[1]+1 || heights[1] != heights[2] || heights[3] != 0 {
		t.Error("the heights are", heights)
	}
	for _, b := range c.Bars[:2] {
		if b.Y+b.Height != c.Zero {
			t.Error("a bar does not stand on zero:", b, c.Zero)
		}
	}
	if c.Bars[2].Y != c.Zero || c.Bars[0].Value != "1.002,00" || c.Bars[2].Value != "−501,00" {
		t.Error(c.Bars)
	}
}

func TestFractionsAreExactPercents(t *testing.T) {
	w, err := words.In("en")
	if err != nil {
		t.Fatal(err)
	}
	v := &visit{words: w}
	for fraction, want := range map[string]string{"0.050000": "5", "0.075000": "7.5", "1.000000": "100",
		"0.000100": "0.01", "0.000000": "0", "0.123456": "12.3456", "12": "1,200"} {
		if got := v.percent(fraction); got != want+"\u00a0%" {
			t.Errorf("%s is %s", fraction, got)
		}
	}
	for number, want := range map[string]string{"20.000000": "20.00", "1.234500": "1.2345", "5": "5", "-0.10": "-0.10"} {
		if got := trimmed(number, 2); got != want {
			t.Errorf("%s is %s", number, got)
		}
	}
}
