package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

func TestAnArrowStreamKeepsDecimalsAndDays(t *testing.T) {
	conf := demoConfig(t)
	var out, told bytes.Buffer
	if code := run(context.Background(), []string{"query", "-c", conf, "-f", "arrow",
		"select month, partner_id, earned from mart.statement_lines"}, nil, &out, &told); code != exitDone {
		t.Fatal(told.String())
	}
	reader, err := ipc.NewReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Release()
	if got := reader.Schema().Field(2).Type; !arrow.TypeEqual(got, &arrow.Decimal128Type{Precision: 18, Scale: 2}) {
		t.Errorf("earned is %v", got)
	}
	if got := reader.Schema().Field(0).Type.ID(); got != arrow.DATE32 {
		t.Errorf("month is %v", got)
	}
	var rows, cents int64
	for reader.Next() {
		batch := reader.RecordBatch()
		rows += batch.NumRows()
		for i := range int(batch.NumRows()) {
			cents += batch.Column(2).(*array.Decimal128).Value(i).BigInt().Int64()
		}
	}
	if reader.Err() != nil || rows != 2426 {
		t.Errorf("%d rows (%v)", rows, reader.Err())
	}
	stream := "cents\n" + strconv.FormatInt(cents, 10) + "\n"
	if database := asked(t, conf,
		"select (sum(earned) * 100)::bigint as cents from mart.statement_lines"); database != stream {
		t.Errorf("the stream has %s, the database %s", stream, database)
	}
}

func TestAQueryTakesNoMoreMemoryThanTheDatabaseMay(t *testing.T) {
	conf := demoConfig(t)
	for _, query := range []string{
		"select length(repeat(repeat('x', 1000000), 2900))",
		"select length(string_agg(repeat('x', 1000000), '')) from range(2900)",
	} {
		asks := exec.Command("/proc/self/exe", "query", "-c", conf, query)
		asks.Args[0] = "tranche"
		out, err := asks.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "emory") {
			t.Errorf("%s: %v %s", query, err, out)
		}
		used, ok := asks.ProcessState.SysUsage().(*syscall.Rusage)
		if most := int64(2_700_000); !ok || used.Maxrss > most { // 2 GB and the room for the program
			t.Errorf("%s took %d KB, it should be at most %d", query, used.Maxrss, most)
		}
	}
}

func TestWhatASpreadsheetSavesIsWhatTheSenderWrote(t *testing.T) {
	texts := []string{"=1+1", "-614,2O", "+1\"2", "@SUM(A1)", "\tx", "\rx", "＝1", "plain", "1", "", "=\"\"", "=\"A\"&B1"}
	var out bytes.Buffer
	sheet := newSheetCSV(&out).(textRows)
	if err := sheet.line(append([]string{}, texts...)); err != nil {
		t.Fatal(err)
	}
	if err := sheet.end(); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, cell := range rows[0] {
		if inner, guarded := strings.CutPrefix(cell, `="`); guarded { // what the formula shows
			inner = strings.TrimSuffix(inner, `"`)
			if strings.Contains(strings.ReplaceAll(inner, `""`, ""), `"`) {
				t.Errorf("%q is more than one text", cell)
			}
			cell = strings.ReplaceAll(inner, `""`, `"`)
		} else if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
			t.Errorf("%q is a formula", cell)
		}
		if cell != texts[i] {
			t.Errorf("%q comes back as %q", texts[i], cell)
		}
	}
}
