package content

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
	"unicode/utf16"
)

// zipped is an archive with members of that name, each with a text.
func zipped(t testing.TB, names ...string) string {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range names {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil && !strings.HasSuffix(name, "/") {
			_, err = w.Write([]byte("application/vnd.oasis.opendocument.spreadsheet"))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func wideBytes(text string) string {
	var out []byte
	for _, c := range utf16.Encode([]rune(text)) {
		out = append(out, byte(c), byte(c>>8))
	}
	return string(out)
}

func look(t *testing.T, data string) Content {
	t.Helper()
	c, err := Look(strings.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAFileIsWhatItsBytesSay(t *testing.T) {
	const ole = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
	for data, want := range map[string]Content{
		"\x1f\x8b\x08\x00": Gzip,
		zipped(t, "a.csv"): Zip,
		zipped(t):          Zip,
		zipped(t, "[Content_Types].xml", "xl/book.xml"):     Workbook,
		zipped(t, "[Content_Types].xml", `xl\book.xml`):     Workbook,
		zipped(t, "[Content_Types].xml", "xl/workbook.bin"): BinaryExcel,
		zipped(t, "[Content_Types].xml", "word/a.xml"):      "a Word document (.docx)",
		zipped(t, "mimetype", "content.xml"):                OpenSheet,
		zipped(t, "xl/book.xml")[:60]:                       Damaged,
		ole + "..." + wideBytes("Workbook"):                 OldExcel,
		ole + "..." + wideBytes("EncryptedPackage"):         LockedOffice,
		ole:              OldOffice,
		"%PDF-1.7\n":     "a PDF file",
		"PAR1....":       "a Parquet file",
		"MZ\x90\x00\x03": "a program for Windows",
		"<html><body>":   HTML,
		"\xef\xbb\xbf \r\n<!DOCTYPE HTML PUBLIC \"-//W3C//DTD\">":        HTML,
		`<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table>`: HTML,
		"<table border='1'><tr><td>doc":                                  HTML,
		`<?xml version="1.0"?><html><body>`:                              HTML,
		`<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>`:  XMLExcel,
		`<?xml version="1.0"?><orders/>`:                                 XML,
		`<orders><order id="1">`:                                         XML,
		`{"rows": []}`:                                                   JSON,
		"[\n {\"a\": 1}]":                                                JSON,
		`{"a": 1}` + "\n" + `{"a": 2}`:                                   JSON,
		"\xff\xfed\x00o\x00c\x00":                                        UTF16,
		wideBytes("doc;line;date"):                                       UTF16,
		"\xff\xfe\x00\x00d\x00\x00\x00":                                  UTF32,
		"-----BEGIN PGP MESSAGE-----":                                    PGP,
	} {
		if got := look(t, data); got != want {
			t.Errorf("%.60q is %q, it should be %q", data, got, want)
		}
	}
}

func TestTextIsNotTakenForAnythingElse(t *testing.T) {
	for _, data := range []string{
		"", "doc;line;date\n", "[Document No],[Line]\nA,1\n", "{doc},{line}\n", "<doc>,<line>\nA,1\n", "< 5,a\n",
		"MZ,NO\n1,2\n",
		"PK,no\n1,2\n", "\"<b>\",x\n", "[1],[2]\n", "<none>\nA\n", "\xef\xbb\xbfdoc,line\n", "Re\xe7u;montant\n", "a\x00b\n",
		"[]\n", "BZh,a\n", "received,sent\n", "GIFT,no\n", "<Kunde>;<Betrag>\n1;<2\n",
	} {
		if got := look(t, data); got != Text {
			t.Errorf("%q is %q", data, got)
		}
	}
}

func TestAnArchiveThatListsTooManyFilesIsNotKeptInMemory(t *testing.T) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for range 60_000 {
		if _, err := z.CreateHeader(&zip.FileHeader{Name: "a", Method: zip.Store}); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenZip(bytes.NewReader(out.Bytes()), int64(out.Len())); err != ErrMany {
		t.Errorf("%d bytes: %v", out.Len(), err)
	}
	if got := look(t, out.String()); got != Zip {
		t.Errorf("it is %q", got)
	}
}

func TestFoldersAndWhatAMacAddsAreNoMembers(t *testing.T) {
	data := zipped(t, "out/", "out/a.csv", "__MACOSX/out/._a.csv", "out/.DS_Store")
	archive, err := OpenZip(strings.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if members := Members(archive); len(members) != 1 || members[0].Name != "out/a.csv" {
		t.Errorf("it has %d members", len(members))
	}
}

// Whatever the bytes are, they are looked at without an error, and what they are depends on nothing else.
func FuzzLook(f *testing.F) {
	for _, seed := range []string{"a,b\n", "PK\x03\x04", zipped(f, "xl/workbook.xml", "[Content_Types].xml"), "<html>",
		"{\"a\"", "\xff\xfea\x00", wideBytes("a,b\nc,d\n"),
		"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "MZ\x00", zipped(f, "mimetype")} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		is, err := Look(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := Look(bytes.NewReader(data), int64(len(data))); again != is {
			t.Fatalf("%q, then %q", is, again)
		}
		if archive, err := OpenZip(bytes.NewReader(data), int64(len(data))); err == nil {
			for _, m := range Members(archive) {
				_ = Locked(m)
			}
			if Unpacked(archive) < 0 {
				t.Fatal("it unpacks to less than nothing")
			}
		}
	})
}
