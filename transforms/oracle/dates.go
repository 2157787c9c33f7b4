package oracle

import "time"

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// dayOf makes equal days equal keys.
func dayOf(day time.Time) time.Time { return date(day.Year(), day.Month(), day.Day()) }

func monthOf(day time.Time) time.Time { return date(day.Year(), day.Month(), 1) }

func lastDay(month time.Time) time.Time { return date(month.Year(), month.Month()+1, 0) }

func addDays(day time.Time, n int) time.Time { return day.AddDate(0, 0, n) }

// addMonths keeps the day of the month where the month has it, and takes the
// month's last day where it has not: 31 January and a month is 28 February.
func addMonths(day time.Time, n int) time.Time {
	month := date(day.Year(), day.Month()+time.Month(n), 1)
	end := lastDay(month)
	if day.Day() > end.Day() {
		return end
	}
	return date(month.Year(), month.Month(), day.Day())
}

// within says whether a day lies from one day to another, both included. A zero
// end is no end.
func within(day, from, to time.Time) bool {
	if day.Before(from) {
		return false
	}
	return to.IsZero() || !day.After(to)
}

// begun says whether something with a first day has begun. A zero first day never
// does.
func begun(from, day time.Time) bool { return !from.IsZero() && !from.After(day) }

// yearStart is the first day of the programme year a day lies in.
func yearStart(day time.Time, starts int) time.Time {
	start := date(day.Year(), time.Month(starts), 1)
	if start.After(day) {
		start = date(day.Year()-1, time.Month(starts), 1)
	}
	return start
}

// periodStart is the first day of the period a day lies in, counted from the
// start of the programme year.
func periodStart(day time.Time, starts int, period string) time.Time {
	length := map[string]int{"year": 12, "half": 6, "quarter": 3, "month": 1}[period]
	if length == 0 {
		panic("oracle: unknown period " + period)
	}
	start := yearStart(day, starts)
	for !addMonths(start, length).After(day) {
		start = addMonths(start, length)
	}
	return start
}

// lastOf is the later of two days.
func lastOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func firstOf(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
