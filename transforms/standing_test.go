package transforms_test

import (
	"time"

	"tranche/transforms/oracle"
)

// lineName names a sell-out line.
type lineName struct {
	distributor, document string
	line                  int64
	rest                  string
}

func nameOf(s oracle.Sale) lineName { return lineName{s.Distributor, s.Document, s.Line, lineKey(s)} }

// refusals are the changes of lines that a person has refused, by kind and subject. They are of files from a number
// on; what older ones changed has been accepted.
type refusals struct {
	since   int
	refused map[string]bool
	stated  map[lineName]bool // the lines that closed months have stated
}

// refuses says that a line of a file does not replace what there was.
func (r refusals) refuses(number int, file sent, s oracle.Sale) bool {
	return number >= r.since && (r.refused["number_used_again "+s.Distributor+" "+s.Document+"/1"] ||
		r.stated[nameOf(s)] && r.refused["corrections_over_the_limit "+file.source()])
}

// standing are the lines that stand: the newest version of each that nobody has refused, without what a newer
// complete file no longer holds.
func (b *inbox) standing(r refusals) []oracle.Sale {
	type version struct {
		oracle.Sale
		feed       string
		isComplete bool
	}
	type month struct {
		feed  string
		first time.Time
	}
	monthOf := func(feed string, s oracle.Sale) month { return month{feed, s.Date.AddDate(0, 0, 1-s.Date.Day())} }
	newest, last, covers := map[lineName]version{}, map[lineName]int{}, map[month]int{}
	var order []lineName
	for i, file := range b.files {
		for _, s := range file.lines {
			name := nameOf(s)
			covers[monthOf(file.source(), s)] = i
			last[name] = i
			if r.refuses(i, file, s) {
				continue
			}
			if _, known := newest[name]; !known {
				order = append(order, name)
			}
			newest[name] = version{s, file.source(), file.isComplete}
		}
	}
	var list []oracle.Sale
	for _, name := range order {
		v := newest[name]
		m := monthOf(v.feed, v.Sale)
		isWithdrawn := v.isComplete && covers[m] > last[name]
		if isWithdrawn && covers[m] >= r.since {
			isWithdrawn = !r.refused["withdrawn "+v.feed+" "+m.first.Format("2006-01")]
		}
		if !isWithdrawn {
			list = append(list, v.Sale)
		}
	}
	return list
}
