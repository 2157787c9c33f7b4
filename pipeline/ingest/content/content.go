// Package content says what the bytes of a file are, whatever its name.
//
// *Content* is plain text (zero), or something with a name: an archive, a workbook, a page, a picture. Only marks that
// begin a file, and the names in a zip archive, decide; nothing is read as what it might be. The package also opens zip
// archives within limits, since every workbook is one.
package content

import (
	"bytes"
	"errors"
	"io"
)

// Content is what a file is, in words that follow "it is"; empty: it may be plain text.
type Content string

// Contents that can be read where the feed or the name declares them.
const (
	Text     Content = ""
	Gzip     Content = "a gzip archive"
	Zip      Content = "a zip archive"
	Workbook Content = "an Excel workbook (.xlsx)"
)

// Contents that nothing here reads, and that need advice of their own.
const (
	OldExcel     Content = "an old Excel workbook (.xls)"
	LockedOffice Content = "an Office file that is locked with a password"
	OldOffice    Content = "an old Office file, such as .xls or .doc"
	BinaryExcel  Content = "a binary Excel workbook (.xlsb)"
	XMLExcel     Content = "an Excel workbook of 2003 (XML)"
	OpenSheet    Content = "an OpenDocument spreadsheet (.ods)"
	HTML         Content = "an HTML page, perhaps under the name of a spreadsheet or an error of a web server"
	XML          Content = "an XML file"
	JSON         Content = "a JSON file"
	UTF16        Content = "text in UTF-16"
	UTF32        Content = "text in UTF-32"
	PGP          Content = "a message that is encrypted or signed with PGP"
	Damaged      Content = "a zip archive that is damaged or cut short"
)

// headBytes is how much of a file is looked at.
const headBytes = 64 << 10

// Look says what a file is. An error is one of reading.
func Look(file io.ReaderAt, size int64) (Content, error) {
	head := make([]byte, min(size, headBytes))
	n, err := file.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return Text, err
	}
	c := Of(head[:n])
	if c != Zip {
		return c, nil
	}
	archive, err := OpenZip(file, size)
	switch {
	case errors.Is(err, ErrMany):
		return Zip, nil
	case errors.Is(err, ErrDamaged):
		return Damaged, nil
	case err != nil:
		return Text, err
	}
	return inside(archive), nil
}

// Of says what begins with these bytes. Only Look tells a workbook from another zip archive.
func Of(head []byte) Content {
	for _, m := range magic {
		if len(head) >= m.at+len(m.mark) && string(head[m.at:m.at+len(m.mark)]) == m.mark {
			return oleSort(m.is, head)
		}
	}
	if bytes.HasPrefix(head, []byte("MZ")) && bytes.IndexByte(head[:min(len(head), 64)], 0) >= 0 {
		return "a program for Windows"
	}
	if c := wide(head); c != Text {
		return c
	}
	return OfText(head)
}

// magic are the marks at the beginning of a file.
var magic = []struct {
	at   int
	mark string
	is   Content
}{
	{0, "\x1f\x8b", Gzip},
	{0, "PK\x03\x04", Zip},
	{0, "PK\x05\x06", Zip},
	{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OldOffice},
	{0, "%PDF-", "a PDF file"},
	{0, "PAR1", "a Parquet file"},
	{0, "7z\xbc\xaf\x27\x1c", "a 7-Zip archive"},
	{0, "Rar!\x1a\x07", "a RAR archive"},
	{0, "\xfd7zXZ\x00", "an xz archive"},
	{0, "\x28\xb5\x2f\xfd", "a Zstandard archive"},
	{4, "1AY&SY", "a bzip2 archive"},
	{257, "ustar", "a tar archive"},
	{0, "\x89PNG\r\n\x1a\n", "a picture (PNG)"},
	{0, "\xff\xd8\xff", "a picture (JPEG)"},
	{0, "GIF8", "a picture (GIF)"},
	{0, "II*\x00", "a picture (TIFF)"},
	{0, "MM\x00*", "a picture (TIFF)"},
	{0, "\x7fELF", "a program for Linux"},
	{0, "SQLite format 3\x00", "an SQLite database"},
	{8, "DUCK\x40\x00\x00\x00", "a DuckDB database"},
	{4, "Standard Jet DB", "an Access database"},
	{4, "Standard ACE DB", "an Access database"},
	{0, "{\\rtf", "an RTF document"},
	{0, "-----BEGIN PGP", PGP},
	{0, "MIME-Version:", "a mail or a page saved as a mail"},
	{0, "Return-Path:", "a mail"},
	{0, "Received: ", "a mail"},
}

// oleSort looks into the container of old Office files, where the names of parts stand in UTF-16.
func oleSort(c Content, head []byte) Content {
	switch {
	case c != OldOffice:
	case bytes.Contains(head, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00")):
		return LockedOffice
	case bytes.Contains(head, []byte("W\x00o\x00r\x00k\x00b\x00o\x00o\x00k\x00")):
		return OldExcel
	}
	return c
}

// wide finds text of two or four bytes a character, with a byte order mark or by its zeros.
func wide(head []byte) Content {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(head, []byte("\x00\x00\xfe\xff")):
		return UTF32
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return UTF16
	}
	var zeros [2]int
	some := head[:min(len(head), 256)]
	for i, c := range some {
		if c == 0 {
			zeros[i%2]++
		}
	}
	if most := max(zeros[0], zeros[1]); len(some) >= 8 && most*4 > len(some) && min(zeros[0], zeros[1]) == 0 {
		return UTF16
	}
	return Text
}

// OfText says what begins with this text, which is UTF-8.
func OfText(head []byte) Content {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(head) == 0 {
		return Text
	}
	switch head[0] {
	case '<':
		return markup(bytes.ToLower(head[:min(len(head), 4096)]))
	case '{', '[':
		if jsonBegins(head[0], bytes.TrimLeft(head[1:], " \t\r\n")) {
			return JSON
		}
	}
	return Text
}

// markup says what begins with a tag, in small letters.
func markup(head []byte) Content {
	page := false
	for _, tag := range []string{"!doctype html", "html", "head", "body", "table", "meta", "style", "script", "title",
		"div", "center", "font", "pre", "tr", "td", "p>", "br", "h1", "h2"} {
		page = page || bytes.HasPrefix(head[1:], []byte(tag))
	}
	switch {
	case page:
		return HTML
	case bytes.Contains(head, []byte("office:spreadsheet")), bytes.Contains(head, []byte("excel.sheet")):
		return XMLExcel
	case bytes.HasPrefix(head, []byte("<!--")), bytes.HasPrefix(head, []byte("<?xml")):
		if bytes.Contains(head, []byte("<html")) || bytes.Contains(head, []byte("<table")) {
			return HTML
		}
		return XML
	case bytes.HasPrefix(head, []byte("<!doctype")):
		return XML
	}
	// <orders><order> begins XML; a header may stand in such marks, too.
	end := bytes.IndexByte(head, '>')
	if end > 1 && head[1] >= 'a' && head[1] <= 'z' &&
		bytes.HasPrefix(bytes.TrimLeft(head[end+1:], " \t\r\n"), []byte("<")) {
		return XML
	}
	return Text
}

// jsonBegins says whether a bracket and what follows it begin JSON. A header may begin with [Document No].
func jsonBegins(bracket byte, rest []byte) bool {
	if len(rest) == 0 {
		return false
	}
	if bracket == '{' {
		return rest[0] == '"' || rest[0] == '}'
	}
	return rest[0] == '{' || rest[0] == '[' || rest[0] == '"'
}
