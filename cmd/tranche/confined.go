package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// confined marks the process that answers a query: it limits itself before the query begins.
const confined = "TRANCHE_CONFINED"

// confinedQuery answers a query in a process of its own, which ends after the timeout and cannot take more memory than
// database.memory_limit and a part for the program. DuckDB's own limit does not count the texts that a function makes,
// and one call of a function cannot be interrupted.
func (a *app) confinedQuery(ctx context.Context, query, format string, timeout time.Duration) error {
	limited, stop := context.WithTimeout(ctx, timeout)
	defer stop()
	child := exec.CommandContext(limited, "/proc/self/exe", "query", "-c", a.configPath, "-f", format, "--", query)
	child.Args[0] = "tranche"
	child.Env = append(os.Environ(), confined+"=1")
	var said bytes.Buffer
	child.Stdout, child.Stderr = a.stdout, &said
	child.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // when this thread ends, so it must not
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := child.Run()
	var ended *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case limited.Err() != nil:
		return fmt.Errorf("the query took longer than %s and was stopped; ask for less, or give it a longer --timeout",
			timeout)
	case err == nil || !errors.As(err, &ended):
		return err
	case ended.ExitCode() < 0 || bytes.Contains(said.Bytes(), []byte("fatal error: ")):
		return errors.New("the query needed more memory than database.memory_limit allows and was stopped; " +
			"ask for less at a time, or raise the limit")
	}
	_, _ = a.stderr.Write(said.Bytes())
	err = errors.New("the query failed")
	if ended.ExitCode() == exitUsage {
		err = usageError{err}
	}
	return loggedError{err}
}
