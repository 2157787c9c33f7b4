package main

import (
	"os"
	"runtime/pprof"
)

// startProfile begins to note where the processor's time goes, if somebody wants to know.
// DuckDB's own time stands in it as calls into C; run --plans says what it did.
func (a *app) startProfile() error {
	if a.profile == "" {
		return nil
	}
	f, err := os.OpenFile(a.profile, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return usageError{err}
	}
	return pprof.StartCPUProfile(f) // the file is closed with the process
}
