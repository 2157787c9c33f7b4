package fetch

import (
	"encoding/json"
	"os"
	"slices"
	"time"

	"tranche/pipeline/files"
)

// Seen is what the last look at a source saw. It is only a help: without it a file that grows is looked at once more.
type Seen struct {
	LookedAt  time.Time          `json:"looked_at"`
	DownSince time.Time          `json:"down_since,omitzero"`
	Error     string             `json:"error,omitempty"`
	Growing   map[string]Glimpse `json:"growing,omitempty"` // by path
}

// Glimpse is a file that was not whole.
type Glimpse struct {
	Size    int64     `json:"size"`
	Version string    `json:"version"`
	At      time.Time `json:"at"` // when it was first seen so, by our clock
}

// Memory is what was seen, by source.
type Memory map[string]Seen

// Recall reads the memory. One that is missing or damaged is empty.
func Recall(path string) Memory {
	m := Memory{}
	if data, err := os.ReadFile(path); err != nil || json.Unmarshal(data, &m) != nil {
		return Memory{}
	}
	return m
}

// keep writes the memory of the configured sources.
func (m Memory) keep(path string, sources []Source) error {
	for name := range m {
		if !slices.ContainsFunc(sources, func(s Source) bool { return s.Name == name }) {
			delete(m, name)
		}
	}
	return files.WriteJSON(path, m, files.Private)
}
