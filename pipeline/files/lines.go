package files

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
)

// AddLine adds a value at the end of a file of lines, of which each holds a value of JSON.
// A stop leaves all lines, or all but the last.
func AddLine(path string, value any) error {
	line, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return Append(path, line)
}

// Lines reads the values; a missing file holds none. It skips a line that a crash cut
// short: what it would have said had not happened yet.
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

// WriteLines replaces the file by those values.
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
