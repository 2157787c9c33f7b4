package loading

import (
	"errors"
	"fmt"
	"strings"

	"tranche/pipeline/ingest/content"
	"tranche/pipeline/ingest/feed"
	"tranche/pipeline/ingest/workbook"
)

// packing is the archive that a name declares; plain text: none.
func packing(name string) content.Content {
	switch name = strings.ToLower(name); {
	case strings.HasSuffix(name, ".gz"):
		return content.Gzip
	case strings.HasSuffix(name, ".zip"):
		return content.Zip
	}
	return content.Text
}

// declared is what the bytes of a file have to be.
func declared(name string, f feed.Feed) content.Content {
	if packed := packing(name); packed != content.Text || f.Format != feed.Workbook {
		return packed
	}
	return content.Workbook
}

// fits refuses a file that is something else than its name and its feed declare.
func fits(is content.Content, name string, f feed.Feed) error {
	should := declared(name, f)
	packed := should == content.Gzip || should == content.Zip
	switch {
	case is == should && !(packed && f.Format == feed.Workbook):
		return nil
	case should == content.Text && wideText(is, f.Encoding):
		return nil
	case is == content.Damaged:
		return &feed.Problem{Code: feed.BadArchive, Detail: string("it is "+is) + "; ask the sender for it anew"}
	case is == content.Text:
		return other("text, perhaps CSV", asText(should))
	case packed && is != should:
		return other(string(is)+" under a name that ends in "+suffix(should), advice(is, f))
	}
	return other(string(is), advice(is, f))
}

// wideText says that text in two bytes a character is what the encoding declares.
func wideText(is content.Content, encoding string) bool {
	encoding = strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(encoding))
	return is == content.UTF16 && (strings.HasPrefix(encoding, "utf16") || encoding == "unicode") ||
		is == content.UTF32 && strings.HasPrefix(encoding, "utf32")
}

func suffix(archive content.Content) string {
	if archive == content.Gzip {
		return ".gz"
	}
	return ".zip"
}

func other(is, todo string) *feed.Problem {
	return &feed.Problem{Code: feed.OtherContent, Detail: fmt.Sprintf("it is %s: %s", is, todo)}
}

// asText says what to do with text that should be something else.
func asText(should content.Content) string {
	if should == content.Workbook {
		return "take format: xlsx out of the feed if this sender sends CSV, or ask for the workbook"
	}
	return fmt.Sprintf("send it under a name without %s", suffix(should))
}

// advice says what to do with a file that is not what it should be.
func advice(is content.Content, f feed.Feed) string {
	const save = "ask the sender to save it as .xlsx, for a feed with format: xlsx, or as CSV"
	wanted := "CSV"
	if f.Format == feed.Workbook {
		wanted = "the workbook itself (.xlsx)"
	}
	switch is {
	case content.Workbook:
		if f.Format == feed.Workbook {
			return "send it under a name that ends in .xlsx"
		}
		return "say format: xlsx in the feed if this sender sends workbooks, or ask for CSV"
	case content.Gzip, content.Zip:
		if f.Format == feed.Workbook {
			return "ask the sender for the workbook itself, outside of an archive"
		}
		return "send it under a name that ends in " + suffix(is)
	case content.OldExcel, content.BinaryExcel, content.XMLExcel, content.OpenSheet, content.OldOffice:
		return save
	case content.LockedOffice:
		return "ask the sender for it without the password"
	case content.UTF16:
		return "declare encoding: utf-16 in the feed (utf-16le or utf-16be where it has no byte order mark), or ask for UTF-8"
	case content.PGP:
		return "decrypt it before it is put into the inbox"
	}
	return "ask the sender for " + wanted
}

// inArchive refuses what is not text inside an archive.
func inArchive(is content.Content, f feed.Feed) error {
	switch {
	case is == content.Text || wideText(is, f.Encoding):
		return nil
	case is == content.Zip:
		is = "a zip archive or a workbook"
	}
	todo := advice(is, f)
	if strings.HasPrefix(todo, "send it under") || is == "a zip archive or a workbook" {
		todo = "ask the sender for the file itself, in one archive at most"
	}
	return other("an archive with "+string(is)+" in it", todo)
}

// asRefusal makes an error of a workbook a reason to refuse the file; errors of the disk fail the run.
func asRefusal(err error) error {
	var choice workbook.Choice
	var damage workbook.Damage
	switch {
	case errors.Is(err, workbook.ErrTooLarge):
		return &feed.Problem{Code: feed.TooManyBytes, Detail: "it unpacks to more"}
	case errors.As(err, &choice):
		return &feed.Problem{Code: feed.NoSheet, Detail: choice.Error()}
	case errors.As(err, &damage):
		return &feed.Problem{Code: feed.BadWorkbook, Detail: damage.Error()}
	}
	return err
}
