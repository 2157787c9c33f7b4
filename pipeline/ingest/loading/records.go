package loading

import (
	"errors"
	"sync"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/arrow/memory/mallocator"

	"tranche/pipeline/ingest/feed"
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
func stream(r *reading, see func(*reading, *feed.Batch)) *recordStream {
	s := &recordStream{schema: schemaOf(r.typer.NewBatch()), batches: make(chan arrow.RecordBatch, 1), stopped: make(chan struct{})}
	// DuckDB keeps what it reads in memory of its own kind, which Go's may not be.
	memory := mallocator.NewMallocator()
	go func() {
		defer close(s.batches)
		s.err = r.all(func(b *feed.Batch) error {
			if see != nil {
				see(r, b)
			}
			record := recordOf(memory, s.schema, b)
			select {
			case s.batches <- record:
				return nil
			case <-s.stopped:
				record.Release()
				return errStopped
			}
		}, r.rejects.add)
	}()
	return s
}

// stop waits until the reading has ended and returns what stopped it, if that
// was not this call. It may be called again.
func (s *recordStream) stop() error {
	s.once.Do(func() { close(s.stopped) })
	for record := range s.batches {
		record.Release()
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
	record, ok := <-s.batches
	if ok {
		s.current = record
	}
	s.ended = !ok
	return ok
}

// RecordBatch is the batch Next came to.
func (s *recordStream) RecordBatch() arrow.RecordBatch { return s.current }

// Record is what RecordBatch was called before.
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

func schemaOf(b *feed.Batch) *arrow.Schema {
	fields := []arrow.Field{{Name: "line", Type: arrow.PrimitiveTypes.Int64}}
	for _, c := range b.Columns {
		field := arrow.Field{Name: c.Name, Type: arrow.BinaryTypes.String, Nullable: true}
		switch c.Type {
		case feed.Date:
			field.Type = arrow.PrimitiveTypes.Date32
		case feed.Flag:
			field.Type = arrow.FixedWidthTypes.Boolean
		case feed.Whole:
			field.Type = arrow.PrimitiveTypes.Int32
		case feed.Decimal:
			field.Type = &arrow.Decimal64Type{Precision: 18, Scale: int32(c.Scale)}
		}
		fields = append(fields, field)
	}
	return arrow.NewSchema(fields, nil)
}

// recordOf copies a batch into memory that may be handed to DuckDB.
func recordOf(m memory.Allocator, schema *arrow.Schema, b *feed.Batch) arrow.RecordBatch {
	rows := len(b.Lines)
	columns := []arrow.Array{arrayOf(schema.Field(0).Type, rows, 0, nil, bufferOf(m, b.Lines))}
	for i := range b.Columns {
		c := &b.Columns[i]
		var values []*memory.Buffer
		switch c.Type {
		case feed.Date, feed.Whole:
			values = append(values, narrowed(m, c.Units))
		case feed.Flag:
			values = append(values, bitsOf(m, c.Units))
		case feed.Decimal:
			values = append(values, bufferOf(m, c.Units))
		default:
			values = append(values, bufferOf(m, c.Ends), bufferOf(m, c.Text))
		}
		var valid *memory.Buffer
		if c.Nulls > 0 {
			valid = bufferOf(m, c.Valid)
		}
		columns = append(columns, arrayOf(schema.Field(i+1).Type, rows, c.Nulls, valid, values...))
	}
	record := array.NewRecordBatch(schema, columns, int64(rows))
	for _, c := range columns {
		c.Release()
	}
	return record
}

func arrayOf(t arrow.DataType, rows, nulls int, valid *memory.Buffer, values ...*memory.Buffer) arrow.Array {
	buffers := append([]*memory.Buffer{valid}, values...)
	data := array.NewData(t, rows, buffers, nil, nulls, 0)
	defer data.Release()
	for _, b := range buffers {
		if b != nil {
			b.Release()
		}
	}
	return array.MakeFromData(data)
}

// bitsOf puts ones and zeros into bits, lowest first.
func bitsOf(m memory.Allocator, units []int64) *memory.Buffer {
	b := room[byte](m, (len(units)+7)/8)
	clear(b.Bytes())
	for i, u := range units {
		b.Bytes()[i>>3] |= byte(u) << (i & 7)
	}
	return b
}

// bufferOf copies values as they lie.
func bufferOf[T int32 | int64 | byte](m memory.Allocator, values []T) *memory.Buffer {
	b := room[T](m, len(values))
	copy(within[T](b), values)
	return b
}

// narrowed makes whole numbers half as wide; reading has proved that they fit.
func narrowed(m memory.Allocator, values []int64) *memory.Buffer {
	b := room[int32](m, len(values))
	into := within[int32](b)
	for i, v := range values {
		into[i] = int32(v)
	}
	return b
}

// room is a buffer for n values.
func room[T any](m memory.Allocator, n int) *memory.Buffer {
	var one T
	b := memory.NewResizableBuffer(m)
	b.Resize(n * int(unsafe.Sizeof(one)))
	return b
}

// within are the values a buffer has room for.
func within[T any](b *memory.Buffer) []T {
	if b.Len() == 0 {
		return nil
	}
	var one T
	return unsafe.Slice((*T)(unsafe.Pointer(&b.Bytes()[0])), b.Len()/int(unsafe.Sizeof(one)))
}
