package xlsx

import (
	"bytes"
	"strings"
	"testing"

	"tranche/reports"
)

func TestAWorkbookThatSaysAnotherFigureIsNotDelivered(t *testing.T) {
	for figure, want := range map[int64]string{155000: "", 155001: "says payable 1550 in S!B1, the figure is 1550.01"} {
		b, err := newWorkbook("en", reports.Letterhead{})
		if err != nil {
			t.Fatal(err)
		}
		sh := b.sheet(setup{title: "S"})
		sh.put(b.text("payable"), b.money(155000))
		sh.mark("payable", 2, figure, 2)
		var out bytes.Buffer
		err = b.write(&out)
		switch {
		case want == "" && err != nil:
			t.Error(err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || out.Len() > 0):
			t.Errorf("%d bytes came out, %v", out.Len(), err)
		}
	}
}

func TestADecimalIsWrittenAsAPersonWould(t *testing.T) {
	for units, want := range map[int64]string{0: "0", 5: "0.05", -5: "-0.05", -1550: "-15.5", 100000: "1000"} {
		if got := plain(units, 2); got != want {
			t.Errorf("%d cents are written %q, not %q", units, got, want)
		}
	}
}

func TestAmountsAreNotAddedToUnits(t *testing.T) {
	st := example()
	st.Names.Incentives = []reports.Incentive{{Name: "resell", Base: "net"}, {Name: "seats", Base: "quantity"}}
	st.Modules = append(st.Modules, reports.IncentiveTotal{Incentive: "seats", Base: 300})
	f := open(t, st)
	rows, err := f.GetRows("Summary")
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for _, row := range rows {
		if len(row) > 0 && row[0] == "Total" {
			said = strings.Join(row, "|")
		}
	}
	if said != "Total|1||1.05|0||0.00|0" {
		t.Errorf("the totals are %q", said)
	}
}
