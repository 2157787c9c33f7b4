package loading

import (
	"errors"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
)

// recordStream reads a file in the background and hands its typed records to
// DuckDB as Arrow record batches, as fast as DuckDB takes them.
type recordStream struct {
	schema  *arrow.Schema
	batches chan arrow.RecordBatch
	current arrow.RecordBatch
	ended   bool
	stopped chan struct{}
	once    sync.Once
	err     error // of the reading; set before batches is closed
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

// stop waits until the reading has ended and returns what stopped it, if that was not
// this call. It may be called again.
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

// Schema says which columns the records have.
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

// RecordBatch is the batch Next came to.
func (s *recordStream) RecordBatch() arrow.RecordBatch { return s.current }

// Record is the former name of RecordBatch.
func (s *recordStream) Record() arrow.RecordBatch { return s.current }

// Err is what stopped the reading, once Next has come to its end.
func (s *recordStream) Err() error {
	if s.ended {
		return s.err
	}
	return nil
}

// Retain does nothing: whoever made the stream stops it.
func (s *recordStream) Retain() {}

// Release gives up the current batch.
func (s *recordStream) Release() {
	if s.current != nil {
		s.current.Release()
		s.current = nil
	}
}
