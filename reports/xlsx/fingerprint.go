package xlsx

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"runtime/debug"
	"sync"
)

//go:embed *.go words/*.json
var sources embed.FS

// Fingerprint is a hash of this package, its words and the versions of Go and of the libraries
// that write and compress. Equal figures and an equal fingerprint give an equal workbook, so it
// need not be made again.
var Fingerprint = sync.OnceValue(func() string {
	sum := sha256.New()
	err := fs.WalkDir(sources, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := sources.ReadFile(path)
		sum.Write([]byte(path))
		sum.Write(data)
		return err
	})
	if err != nil {
		panic(err) // embedded files can be read
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		sum.Write([]byte(info.GoVersion))
		for _, m := range info.Deps {
			if m.Path == "github.com/xuri/excelize/v2" || m.Path == "github.com/klauspost/compress" {
				sum.Write([]byte(m.Version))
			}
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
})
