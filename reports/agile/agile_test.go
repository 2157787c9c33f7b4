package agile

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/richardlehane/mscfb"
	"github.com/xuri/excelize/v2"

	"tranche/fixtures/machine"
)

const password = "Pässwort mit 漢字 und 🔑"

// workbook is a small one, filled up to some size.
func workbook(t *testing.T, size int) []byte {
	t.Helper()
	f := excelize.NewFile()
	if err := f.SetCellValue("Sheet1", "A1", "It is locked."); err != nil {
		t.Fatal(err)
	}
	out, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return append(out.Bytes(), make([]byte, max(0, size-out.Len()))...)
}

func TestAnEncryptedWorkbookOpensWithItsPasswordAlone(t *testing.T) {
	data := workbook(t, 0)
	sealed, err := Encrypt(data, password)
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(sealed), excelize.Options{Password: password})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := f.GetCellValue("Sheet1", "A1"); err != nil || got != "It is locked." {
		t.Errorf("%q %v", got, err)
	}
	if _, err := excelize.OpenReader(bytes.NewReader(sealed), excelize.Options{Password: password + "x"}); err == nil {
		t.Error("it opens with another password")
	}
	again, err := Encrypt(data, password)
	if err != nil || bytes.Equal(again, sealed) {
		t.Errorf("twice the same bytes (%v)", err)
	}
}

// parts reads a compound file with a library that only reads.
func parts(t *testing.T, sealed []byte) map[string][]byte {
	t.Helper()
	r, err := mscfb.New(bytes.NewReader(sealed))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]byte{}
	for e, err := r.Next(); ; e, err = r.Next() {
		if err == io.EOF {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(e)
		if err != nil {
			t.Fatal(err)
		}
		found[strings.Join(append(e.Path, e.Name), "/")] = data
	}
}

// TestEverySizeIsReadBackAndAnyChangeShows reads each container back, works out the HMAC by the description, and finds
// a changed byte by it.
func TestEverySizeIsReadBackAndAnyChangeShows(t *testing.T) {
	base := workbook(t, 0)
	for _, size := range []int{1, 100, 4080, 4088, 4096, 4097, len(base), 100_000, 8 << 20, 20 << 20} {
		data := workbook(t, size)
		if testing.Short() && size > 8<<20 {
			continue
		}
		if size < len(base) {
			data = base[:size]
		}
		sealed, err := Encrypt(data, password)
		if err != nil {
			t.Fatal(err)
		}
		found := parts(t, sealed)
		for _, name := range []string{"DataSpaces/Version", "DataSpaces/DataSpaceMap",
			"DataSpaces/DataSpaceInfo/StrongEncryptionDataSpace",
			"DataSpaces/TransformInfo/StrongEncryptionTransform/Primary"} {
			if found[name] == nil {
				t.Errorf("%d bytes: %s is missing", size, name)
			}
		}
		info, sealedPackage := string(found["EncryptionInfo"]), found["EncryptedPackage"]
		value := func(name string) []byte {
			m := regexp.MustCompile(` `+name+`="([^"]*)"`).FindAllStringSubmatch(info, -1)
			if len(m) == 0 {
				t.Fatalf("no %s in %s", name, info)
			}
			value, err := base64.StdEncoding.DecodeString(m[len(m)-1][1])
			if err != nil {
				t.Fatal(err)
			}
			return value
		}
		ofPassword := value("saltValue") // the last one
		salt, err := base64.StdEncoding.DecodeString(regexp.MustCompile(`saltValue="([^"]*)"`).FindStringSubmatch(info)[1])
		if err != nil {
			t.Fatal(err)
		}
		secret := opened(hashed(stretched(password, ofPassword), secretKey)[:keySize], ofPassword, value("encryptedKeyValue"))
		key := opened(secret, hashed(salt, hmacKey), value("encryptedHmacKey"))
		sum := hmac.New(sha512.New, key)
		sum.Write(sealedPackage)
		if want := opened(secret, hashed(salt, hmacValue), value("encryptedHmacValue")); !hmac.Equal(sum.Sum(nil), want) {
			t.Errorf("%d bytes: the HMAC differs", size)
		}
		var plain []byte
		for i := 0; 8+i*segment < len(sealedPackage); i++ {
			plain = append(plain, opened(secret, hashed(salt, number(uint32(i))),
				sealedPackage[8+i*segment:min(len(sealedPackage), 8+(i+1)*segment)])...)
		}
		if !bytes.Equal(plain[:len(data)], data) {
			t.Errorf("%d bytes: other bytes are read back", size)
		}
	}
}

func opened(key, start, sealed []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	out := make([]byte, len(sealed))
	cipher.NewCBCDecrypter(block, start[:aes.BlockSize]).CryptBlocks(out, sealed)
	return out
}

// TestAnotherReaderFindsItIntact lets msoffcrypto check password and integrity, of a whole file and of a changed one.
func TestAnotherReaderFindsItIntact(t *testing.T) {
	data := workbook(t, 0)
	sealed, err := Encrypt(data, password)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	changed := bytes.Clone(sealed)
	at := bytes.LastIndex(changed, parts(t, sealed)["EncryptedPackage"][:64])
	changed[at+2000] ^= 1
	for name, data := range map[string][]byte{"plain": data, "sealed": sealed, "changed": changed} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const script = "import io, sys, msoffcrypto\nfor name in 'sealed', 'changed':\n" +
		"    f = msoffcrypto.OfficeFile(open(sys.argv[1] + '/' + name, 'rb'))\n" +
		"    f.load_key(password=sys.argv[2], verify_password=True)\n    out = io.BytesIO()\n" +
		"    try:\n        f.decrypt(out, verify_integrity=True)\n" +
		"        print(name, out.getvalue() == open(sys.argv[1] + '/plain', 'rb').read())\n" +
		"    except Exception as e:\n        print(name, type(e).__name__)\n"
	out, err := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", script, dir, password).CombinedOutput()
	if strings.Contains(string(out), "No module named 'msoffcrypto'") {
		machine.Lacks(t, "python3-msoffcrypto-tool")
	}
	if err != nil || string(out) != "sealed True\nchanged InvalidKeyError\n" {
		t.Errorf("%v: %s", err, out)
	}
}

// TestLibreOfficeOpensIt lets a real office program open the file with its password, and refuse another.
func TestLibreOfficeOpensIt(t *testing.T) {
	if testing.Short() {
		t.Skip("make test-all runs it")
	}
	office := machine.Program(t, "soffice")
	dir := t.TempDir()
	sealed, err := Encrypt(workbook(t, 0), "correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "locked.xlsx"), sealed, 0o600); err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(dir, "open.py")
	if err := os.WriteFile(script, []byte(openByUNO), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "/usr/bin/python3", script, office, dir).CombinedOutput()
	if strings.Contains(string(out), "No module named 'uno'") {
		machine.Lacks(t, "python3-uno")
	}
	said := string(out)
	if err != nil || !strings.Contains(said, "right: It is locked.") || !strings.Contains(said, "wrong: refused") {
		t.Errorf("%v: %s", err, out)
	}
}

const openByUNO = `
import subprocess, sys, time, uno
from com.sun.star.beans import PropertyValue
office, dir = sys.argv[1:]
pipe = "agile" + str(time.time_ns())
child = subprocess.Popen([office, "--headless", "--norestore", "-env:UserInstallation=file://" + dir + "/profile",
    "--accept=pipe,name=" + pipe + ";urp;"])
try:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(600):
        try:
            context = resolver.resolve("uno:pipe,name=" + pipe + ";urp;StarOffice.ComponentContext")
            break
        except Exception:
            time.sleep(0.1)
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    for name, password in (("right", "correct horse battery"), ("wrong", "incorrect horse")):
        try:
            document = desktop.loadComponentFromURL("file://" + dir + "/locked.xlsx", "_blank", 0,
                (PropertyValue("Hidden", 0, True, 0), PropertyValue("Password", 0, password, 0)))
        except Exception as e:
            document = None
        if document is None:
            print(name + ": refused")
            continue
        print(name + ": " + document.Sheets.getByIndex(0).getCellByPosition(0, 0).String)
        document.close(True)
    desktop.terminate()
finally:
    child.terminate()
    child.wait()
`
