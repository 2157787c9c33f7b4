package feed

import (
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a machine without zones reads the same days
)

// moment is a time of day and the seconds of its zone east of UTC.
type moment struct {
	hour, minute, second int
	isZoned              bool
	east                 int
}

// parseClock reads 8:26, 08:26:30.5, 8.26, 082630, each with AM or PM, Z, UTC, GMT, +02:00, +0200 or +02 behind it.
func parseClock(text []byte) (at moment, rest []byte, ok bool) {
	digits := 0
	for digits < len(text) && text[digits] >= '0' && text[digits] <= '9' {
		digits++
	}
	two := func(i int) int { return int(text[i]-'0')*10 + int(text[i+1]-'0') }
	switch {
	case digits == 4 || digits == 6:
		at.hour, at.minute = two(0), two(2)
		if digits == 6 {
			at.second = two(4)
		}
		text = text[digits:]
	case digits == 1 || digits == 2:
		at.hour = int(text[digits-1] - '0')
		if digits == 2 {
			at.hour = two(0)
		}
		if at.minute, text, ok = afterColon(text[digits:]); !ok {
			return moment{}, nil, false
		}
		if second, more, has := afterColon(text); has {
			at.second, text = second, more
		}
	default:
		return moment{}, nil, false
	}
	text = afterFraction(text)
	upper := strings.ToUpper(strings.TrimSpace(string(text)))
	for _, half := range []struct {
		name string
		from int
	}{{"AM", 0}, {"A.M.", 0}, {"PM", 12}, {"P.M.", 12}} {
		if after, has := strings.CutPrefix(upper, half.name); has {
			if at.hour < 1 || at.hour > 12 {
				return moment{}, nil, false
			}
			at.hour, upper = at.hour%12+half.from, strings.TrimSpace(after)
			break
		}
	}
	if upper != "" {
		if at.east, ok = parseZone(upper); !ok {
			return moment{}, nil, false
		}
		at.isZoned = true
	}
	return at, nil, at.hour <= 23 && at.minute <= 59 && at.second <= 60
}

// afterColon reads two digits behind a colon or a point.
func afterColon(text []byte) (value int, rest []byte, ok bool) {
	if len(text) < 3 || text[0] != ':' && text[0] != '.' || !allDigits(text[1:3]) {
		return 0, text, false
	}
	return int(text[1]-'0')*10 + int(text[2]-'0'), text[3:], true
}

// afterFraction skips the decimals of a second.
func afterFraction(text []byte) []byte {
	if len(text) < 2 || text[0] != '.' && text[0] != ',' || text[1] < '0' || text[1] > '9' {
		return text
	}
	n := 1
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return text[n:]
}

// parseZone is the seconds of a zone east of UTC. Letters such as EST name several zones, and none of them is known.
func parseZone(text string) (east int, ok bool) {
	switch text {
	case "Z", "UTC", "GMT":
		return 0, true
	}
	sign := 1
	switch text[0] {
	case '-':
		sign = -1
	case '+':
	default:
		return 0, false
	}
	digits := []byte(strings.Replace(text[1:], ":", "", 1))
	if len(digits) != 2 && len(digits) != 4 || !allDigits(digits) {
		return 0, false
	}
	n, _ := strconv.Atoi(string(digits))
	if len(digits) == 2 {
		n *= 100
	}
	return sign * (n/100*3600 + n%100*60), n/100 <= 14 && n%100 <= 59
}

// inZone is the day of a moment in the feed's own zone; without a zone it is the day as written.
func (ds *dates) inZone(d day, at moment) (day, string) {
	if !at.isZoned {
		return d, ""
	}
	if ds.zone == nil {
		return day{}, ZonedTime
	}
	there := time.Date(int(d.year), time.Month(d.month), int(d.day), at.hour, at.minute, at.second, 0,
		time.FixedZone("", at.east)).In(ds.zone)
	return day{year: int16(there.Year()), month: uint8(there.Month()), day: uint8(there.Day())}, ""
}
