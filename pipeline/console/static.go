package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"time"

	"tranche/pipeline/config"
)

//go:embed templates/*.html static/*
var embedded embed.FS

// usualAccent is that of the statements.
const usualAccent = "24508C"

// assets names what the pages load by what is in it, so that a browser keeps it until it changes.
var assets = func() string {
	sum := sha256.New()
	_ = fs.WalkDir(embedded, "static", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			data, _ := embedded.ReadFile(path)
			_, _ = sum.Write(data)
		}
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)[:6])
}()

// Asset is the address of a file that the pages load.
func (f frame) Asset(name string) string { return "/static/" + assets + "/" + name }

// Accent is the address of the colour of headings.
func (f frame) Accent() string {
	accent := f.V.config.Statement.Accent
	if accent == "" {
		accent = usualAccent
	}
	return "/static/accent-" + accent + ".css"
}

// static serves what the pages load. It tells nothing about anybody.
func static(c func() *config.Config) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		name := path.Base(r.URL.Path)
		out.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		accent := c().Statement.Accent
		if accent == "" {
			accent = usualAccent
		}
		if name == "accent-"+accent+".css" {
			out.Header().Set("Content-Type", "text/css; charset=utf-8")
			_, _ = fmt.Fprintf(out, ":root { --accent: #%s; }\n", accent)
			return
		}
		file, err := embedded.Open("static/" + name)
		if err != nil {
			out.Header().Set("Cache-Control", "no-store")
			http.NotFound(out, r)
			return
		}
		defer file.Close()
		http.ServeContent(out, r, name, time.Time{}, file.(interface {
			fs.File
			Read([]byte) (int, error)
			Seek(int64, int) (int64, error)
		}))
	})
}
