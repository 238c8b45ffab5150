package rules

import (
	"fmt"
	"regexp"
	"time"
)

var (
	instantForm = regexp.MustCompile(
		`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`)
	dateForm = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
)

const dateLayout = "2006-01-02"

// instant reads an RFC 3339 time with its offset, to the microsecond.
func instant(text string) (time.Time, error) {
	if !instantForm.MatchString(text) {
		return time.Time{}, fmt.Errorf("not an instant: %q", text)
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || at.Year() < 1 {
		return time.Time{}, fmt.Errorf("no such instant: %q", text)
	}
	return at.Truncate(time.Microsecond), nil
}

// writeInstant shows microseconds only where there are any, and Z for no offset.
func writeInstant(at time.Time) (string, error) {
	layout := "2006-01-02T15:04:05Z07:00"
	if at.Nanosecond() != 0 {
		layout = "2006-01-02T15:04:05.000000Z07:00"
	}
	return at.Format(layout), inCalendar(at)
}

// dateOf is the date of a date, or of an instant in its own offset.
func dateOf(text string) (time.Time, error) {
	if dateForm.MatchString(text) {
		on, err := time.Parse(dateLayout, text)
		if err == nil {
			err = inCalendar(on)
		}
		return on, err
	}
	at, err := instant(text)
	if err != nil {
		return time.Time{}, err
	}
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC), nil
}

func inCalendar(on time.Time) error {
	if on.Year() < 1 || on.Year() > 9999 {
		return fmt.Errorf("beyond the calendar: %v", on)
	}
	return nil
}

func daysBetween(start, end time.Time) int64 {
	return int64(end.Sub(start).Hours() / 24)
}

// inMonth is the day of that number, or the last, in the month that many months later.
func inMonth(on time.Time, months int64, number int) time.Time {
	first := time.Date(on.Year(), on.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(number, last)-1)
}
