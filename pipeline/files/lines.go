package files

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
)

// A file of lines holds a value of JSON in each. Lines are added at its end, so that a
// stop leaves all of them or all but the last.

// AddLine adds a value at the end.
func AddLine(path string, value any) error {
	line, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return Append(path, line)
}

// Lines reads the values; a file that is not there holds none. A line that a crash has
// cut short is passed over: what it would have said had not happened yet.
func Lines[T any](path string) ([]T, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []T
	for line := range bytes.Lines(data) {
		var value T
		if json.Unmarshal(line, &value) == nil {
			all = append(all, value)
		}
	}
	return all, nil
}

// WriteLines makes the file anew of those values.
func WriteLines[T any](path string, all []T) error {
	var text bytes.Buffer
	for _, value := range all {
		line, err := json.Marshal(value)
		if err != nil {
			return err
		}
		text.Write(append(line, '\n'))
	}
	return Write(path, text.Bytes(), Private)
}
