package main

import (
	"os"
	"runtime/pprof"
)

// startProfile begins the CPU profile, if one is wanted. DuckDB appears in it as calls into C;
// run --explain-sql shows its plans.
func (a *app) startProfile() error {
	if a.profile == "" {
		return nil
	}
	f, err := os.OpenFile(a.profile, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return usageError{err}
	}
	return pprof.StartCPUProfile(f) // the process closes the file
}
