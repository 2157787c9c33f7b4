package main

import (
	"archive/zip"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
)

// workbook makes a workbook of a text: workbook rows.csv book.xlsx [1904]. A day becomes a date and a number a number;
// what begins with ' stays text.
func workbook(ts *testscript.TestScript, _ bool, args []string) {
	records, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[0]))).ReadAll()
	ts.Check(err)
	f := excelize.NewFile()
	defer f.Close()
	if len(args) > 2 {
		yes := true
		ts.Check(f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
	}
	for row, record := range records {
		for column, text := range record {
			cell, err := excelize.CoordinatesToCellName(column+1, row+1)
			ts.Check(errors.Join(err, f.SetCellValue("Sheet1", cell, cellValue(text))))
		}
	}
	out, err := os.Create(ts.MkAbs(args[1])) // of any name
	ts.Check(err)
	ts.Check(errors.Join(f.Write(out), out.Close()))
}

func cellValue(text string) any {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		return n
	}
	if text == "" {
		return nil
	}
	return strings.TrimPrefix(text, "'")
}

// zipped makes an archive: zipped out.zip file...
func zipped(ts *testscript.TestScript, _ bool, args []string) {
	out, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	defer out.Close()
	z := zip.NewWriter(out)
	for _, name := range args[1:] {
		w, err := z.Create(filepath.Base(name))
		ts.Check(err)
		_, err = io.WriteString(w, ts.ReadFile(name))
		ts.Check(err)
	}
	ts.Check(z.Close())
}
