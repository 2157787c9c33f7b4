package files

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
)

// AddLine adds a value to a file with one JSON value a line. After a crash, at most this line is missing.
func AddLine(path string, value any) error {
	line, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return Append(path, line)
}

// Lines reads the values; a missing file has none. It skips a line that a crash cut short: its event had not
// happened yet.
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

// WriteJSON places a value as indented JSON.
func WriteJSON(path string, value any, mode os.FileMode) error {
	return WriteJSONBy(filepath.Dir(path), path, value, mode)
}

// WriteJSONBy is WriteJSON by way of a folder, as WriteBy.
func WriteJSONBy(aside, path string, value any, mode os.FileMode) error {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return WriteBy(aside, path, append(data, '\n'), mode)
}

// WriteLines replaces the values of a file.
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
