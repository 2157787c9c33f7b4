package content

import (
	"archive/zip"
	"errors"
	"io"
	"io/fs"
	"math"
	"strings"
)

var (
	// ErrDamaged says that an archive cannot be read.
	ErrDamaged = errors.New("the archive is damaged or cut short")
	// ErrMany says that an archive lists more than anybody would send.
	ErrMany = errors.New("the archive lists too many files")
)

// mostDirectory is how many bytes of an archive its list of files may take: some ten thousand files. It is kept in
// memory.
const mostDirectory = 2 << 20

// OpenZip opens a zip archive. An error that is neither ErrDamaged nor ErrMany is one of the disk.
func OpenZip(file io.ReaderAt, size int64) (*zip.Reader, error) {
	counted := &countedReader{file: file, left: mostDirectory}
	archive, err := zip.NewReader(counted, size)
	var disk *fs.PathError
	switch {
	case counted.left < 0:
		return nil, ErrMany
	case errors.As(err, &disk):
		return nil, err
	case err != nil && !errors.Is(err, zip.ErrInsecurePath):
		return nil, ErrDamaged
	}
	counted.left = math.MaxInt64
	return archive, nil
}

// countedReader fails after so many bytes.
type countedReader struct {
	file io.ReaderAt
	left int64
}

func (c *countedReader) ReadAt(p []byte, at int64) (int, error) {
	if c.left < math.MaxInt64 {
		if c.left -= int64(len(p)); c.left < 0 {
			return 0, ErrMany
		}
	}
	return c.file.ReadAt(p, at)
}

// Unpacked is how many bytes an archive says that it unpacks to. Reading more of a member fails.
func Unpacked(archive *zip.Reader) (total int64) {
	for _, f := range archive.File {
		if f.UncompressedSize64 > math.MaxInt64-uint64(total) {
			return math.MaxInt64
		}
		total += int64(f.UncompressedSize64)
	}
	return total
}

// Members are the files of an archive, without folders and without what a Mac adds.
func Members(archive *zip.Reader) (members []*zip.File) {
	for _, f := range archive.File {
		name := strings.ReplaceAll(f.Name, `\`, "/")
		if !strings.HasSuffix(name, "/") && !strings.HasPrefix(name, "__MACOSX/") &&
			name[strings.LastIndexByte(name, '/')+1:] != ".DS_Store" {
			members = append(members, f)
		}
	}
	return members
}

// Locked says whether a member needs a password.
func Locked(f *zip.File) bool { return f.Flags&1 != 0 }

// inside says what an archive is by the names in it.
func inside(archive *zip.Reader) Content {
	has := func(prefix string) bool {
		for _, f := range archive.File {
			if strings.HasPrefix(strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/")), prefix) {
				return true
			}
		}
		return false
	}
	switch {
	case has("[content_types].xml"):
		switch {
		case has("xl/workbook.bin"):
			return BinaryExcel
		case has("xl/"):
			return Workbook
		case has("word/"):
			return "a Word document (.docx)"
		case has("ppt/"):
			return "a PowerPoint presentation (.pptx)"
		}
	case has("mimetype"):
		return openDocument(archive)
	case has("index/document.iwa"), has("index.zip"):
		return "a document of Apple Numbers, Pages or Keynote"
	case has("meta-inf/manifest.mf"):
		return "a Java archive"
	}
	return Zip
}

// openDocument reads the part that says what an OpenDocument file is.
func openDocument(archive *zip.Reader) Content {
	part, err := archive.Open("mimetype")
	if err != nil {
		return Zip
	}
	defer part.Close()
	text, err := io.ReadAll(io.LimitReader(part, 200))
	switch {
	case err != nil, !strings.Contains(string(text), "opendocument"):
		return Zip
	case strings.Contains(string(text), "opendocument.spreadsheet"):
		return OpenSheet
	}
	return "an OpenDocument document"
}
