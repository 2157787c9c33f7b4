package loading

import (
	"strings"
	"testing"

	"tranche/pipeline/ingest/feed"
)

const oneRow = "A,1,2024-08-01,C,S,2.00\n"

func excluding(f *feed.Feed) { f.Exclude = []feed.Exclusion{{StartsWith: []string{"Sum"}}} }

// Each file is one that loads with another meaning where nobody looks. It must be refused, or cost a row.
func TestNothingOfAFileVanishes(t *testing.T) {
	const header = "doc,line,date,code,sku,net"
	plain := func(f *feed.Feed) {}
	trailer := func(f *feed.Feed) { f.Trailer = &feed.Trailer{StartsWith: []string{"Total", "*"}} }
	comment := func(f *feed.Feed) { f.Comment = []string{"#", "Page", `"Page`} }
	for _, c := range []struct {
		sentence, text string
		change         func(*feed.Feed)
		want           string // of the refusal or the first problem; empty: all is loaded
		records        int64
	}{
		{"a file that ends inside its header", header[:20], plain, "it seems cut short", 0},
		{"also inside a quoted name", `"doc","line","da`, plain, "it seems cut short", 0},
		{"a header without a line end", header, plain, "it seems cut short", 0},
		{"unless the sender writes none", header, func(f *feed.Feed) { f.FinalNewline = false }, "", 0},
		{"but not with fewer columns", header[:20], func(f *feed.Feed) { f.FinalNewline = false }, "it seems cut short", 0},
		{"a file that ends above its header", "Report", func(f *feed.Feed) { f.HeaderLine = 3 }, "it seems cut short", 0},
		{"a header alone is no rows", rowsHeader, plain, "", 0},
		{"a header with fewer columns", "doc,line\n" + oneRow, plain, "a column the feed needs is not in the header", 1},

		{"a last sale that begins as the trailer does", rowsHeader + oneRow + "Total,1,2024-08-01,C,S,5.00\n", trailer,
			"begins as comments or the trailer do", 2},
		{"in quotes", rowsHeader + oneRow + `"TotalEnergies","1","2024-08-01","C","S","5.00"` + "\n", trailer,
			"begins as comments or the trailer do", 2},
		{"with a mark that is no letter", rowsHeader + oneRow + "*9,1,2024-08-01,C,S,5.00\n", trailer,
			"begins as comments or the trailer do", 2},
		{"that leaves out an empty field", "doc,line,date,code,sku,net,deal\n" + oneRow + "Total,1,2024-08-01,C,S,5.00\n",
			func(f *feed.Feed) { trailer(f); f.Short = true; f.Columns["deal_id"] = []string{"deal"} },
			"begins as comments or the trailer do", 2},
		{"a trailer is none", rowsHeader + oneRow + "Total,1,,,,2.00\n", trailer, "", 1},
		{"a quoted sale that begins as comments do", rowsHeader + `"Page9","1","2024-08-01","C","S","5.00"` + "\n", comment,
			"begins as comments or the trailer do", 1},
		{"a sale made a comment is one", rowsHeader + oneRow + "#B,1,2024-08-01,C,S,5.00\n", comment, "", 1},

		{"line ends of mainframes", strings.ReplaceAll(rowsHeader+oneRow, "\n", "\u0085"), plain,
			"a line end of another sort", 0},
		{"with a usual one at the end", header + ",clerk\u0085" + oneRow, plain,
			"a line end of another sort", 0},
		{"separators", strings.ReplaceAll(rowsHeader+oneRow, "\n", "\u2028"), plain,
			"a line end of another sort", 0},
		{"without a header", strings.ReplaceAll(oneRow+oneRow, "\n", "\u2028"), func(f *feed.Feed) {
			f.NoHeader, f.Width, f.FinalNewline = true, 6, false
			for i, name := range strings.Split("document_no line_no document_date partner_code sku net_amount", " ") {
				f.Columns[name] = []string{string(rune('1' + i))}
			}
		}, "a line end of another sort", 1},
		{"behind an excluded row", rowsHeader + oneRow + "Sum,,,,,\u0085" + oneRow, excluding,
			"a line end of another sort", 2},
		{"in a field of one", rowsHeader + "Sum\u2028" + oneRow, excluding, "a line end of another sort", 1},
		{"behind a comment", rowsHeader + "# by Jo\u0085" + oneRow, comment, "a line end of another sort", 1},
		{"a line behind the trailer", rowsHeader + oneRow + "Total,1\u2029" + oneRow, trailer,
			"a line end of another sort", 2},
		{"a line behind a short one", "doc,line,date,code,sku,net,x,y,z\nA,1,2024-08-01,C,S,2.00,\u0085B,1\n",
			func(f *feed.Feed) { f.Short = true }, "a line end of another sort", 1},
		{"behind the last field it does no harm", rowsHeader + strings.Replace(oneRow, "\n", "\u0085\n", 1), plain, "", 1},
		{"in quotes of a comment it is a character", rowsHeader + "# \"a\u2028b\"\n" + oneRow, comment, "", 1},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			f := rowsFeed(feed.Limit{None: true})
			f.FinalNewline = true
			c.change(&f)
			u := previewed(t, f, c.text)
			said := strings.Join(append([]string{refusal(u)}, u.Problems...), "\n")
			isBad := c.want == "" && (u.Refused != nil || u.Rejected > 0)
			if u.Records != c.records || isBad || !strings.Contains(said, c.want) {
				t.Errorf("%d rows, %d rejected: %s", u.Records, u.Rejected, said)
			}
		})
	}
}
