package loading

import (
	"errors"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
)

// recordStream reads a file in the background and gives its record batches to DuckDB.
type recordStream struct {
	schema  *arrow.Schema
	batches chan arrow.RecordBatch
	current arrow.RecordBatch
	ended   bool
	stopped chan struct{}
	once    sync.Once
	err     error // set before batches is closed
}

var errStopped = errors.New("the reading was stopped")

// stream begins to read.
func stream(r *reading, see func(*reading, arrow.RecordBatch)) *recordStream {
	s := &recordStream{
		schema:  r.typer.Schema(),
		batches: make(chan arrow.RecordBatch, 1),
		stopped: make(chan struct{}),
	}
	go func() {
		defer close(s.batches)
		s.err = r.all(func(batch arrow.RecordBatch) error {
			if see != nil {
				see(r, batch)
			}
			select {
			case s.batches <- batch:
				return nil
			case <-s.stopped:
				batch.Release()
				return errStopped
			}
		}, r.rejects.add)
	}()
	return s
}

// stop ends the reading and returns its error, if it failed by itself. It may be called again.
func (s *recordStream) stop() error {
	s.once.Do(func() { close(s.stopped) })
	for batch := range s.batches {
		batch.Release()
	}
	if errors.Is(s.err, errStopped) {
		return nil
	}
	return s.err
}

// Schema is the schema of the records.
func (s *recordStream) Schema() *arrow.Schema { return s.schema }

// Next waits for the next batch.
func (s *recordStream) Next() bool {
	s.Release()
	batch, ok := <-s.batches
	if ok {
		s.current = batch
	}
	s.ended = !ok
	return ok
}

// RecordBatch is the current batch.
func (s *recordStream) RecordBatch() arrow.RecordBatch { return s.current }

// Record is the former name of RecordBatch.
func (s *recordStream) Record() arrow.RecordBatch { return s.current }

// Err is the error of the reading, after the last batch.
func (s *recordStream) Err() error {
	if s.ended {
		return s.err
	}
	return nil
}

// Retain does nothing: the maker stops the stream.
func (s *recordStream) Retain() {}

// Release releases the current batch.
func (s *recordStream) Release() {
	if s.current != nil {
		s.current.Release()
		s.current = nil
	}
}
