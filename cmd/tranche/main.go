// Command tranche turns the exports of distributors and certification bodies
// into exact money, points and levels, and says so in one workbook per partner.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/pprof"
	"slices"
	"syscall"

	"tranche/pipeline"
	"tranche/pipeline/config"
)

// The exit codes. Cron and sendmail know 75 as "try again later".
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2
	exitWaiting = 3
	exitLocked  = 75
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the program. It returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	syscall.Umask(0o077) // files are the operator's alone unless opened otherwise
	root := commands(stdin, stdout, stderr)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	pprof.StopCPUProfile()
	if err != nil && !errors.Is(err, errWaiting) && !errors.As(err, new(loggedError)) {
		fmt.Fprintln(stderr, "tranche: "+err.Error())
	}
	return exitCode(err)
}

// errWaiting ends a command that succeeded and found something that waits for a person.
var errWaiting = errors.New("something waits for a person")

// worst joins the ends of parts of a command. Where one of them failed, that something waits is not said.
func worst(parts ...error) error {
	failed := slices.DeleteFunc(slices.Clone(parts), func(err error) bool { return errors.Is(err, errWaiting) })
	return cmp.Or(errors.Join(failed...), errors.Join(parts...))
}

// loggedError is in the log already. run does not print it again.
type loggedError struct{ error }

func (e loggedError) Unwrap() error { return e.error }

// usageError is a mistake in how the program was called.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func exitCode(err error) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errWaiting):
		return exitWaiting
	case errors.Is(err, pipeline.ErrLocked):
		return exitLocked
	case errors.As(err, new(usageError)), errors.As(err, new(*config.Error)), errors.Is(err, pipeline.ErrTooEarly),
		errors.Is(err, pipeline.ErrAnybody), errors.Is(err, pipeline.ErrPlace), errors.Is(err, config.ErrOpen),
		errors.Is(err, pipeline.ErrClosed), errors.Is(err, pipeline.ErrNothingToCompare), errors.Is(err, pipeline.ErrKey),
		errors.As(err, new(pipeline.Mistake)):
		return exitUsage
	default:
		return exitFailed
	}
}
